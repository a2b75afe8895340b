"""Mixed formats for people: the best assignment within the budget beside each format alone, and how much each layer matters."""

from mixed.request import BUDGETS


def table(found):
    """Lines for people."""
    metric = found["budget"]["metric"]
    unit, best = BUDGETS[metric], found["chosen"]
    lines = [f"{found['objective']}", f"{len(found['layers'])} layers; the front has {len(found['front'])} assignments", ""]
    rows = [(one["format"], one) for one in found["uniform"]]
    rows.append((f"mixed, at most {found['budget']['limit']:g}", best))
    rows.sort(key=lambda row: row[1][metric])
    width = max(len(title) for title, _ in rows)
    lines.append(f"{'':{width}}  {unit:>15}  {'output NMSE (dB)':>16}")
    lines += [f"{title:{width}}  {one[metric]:15.4f}  {_db(one['output_nmse_db']):>16}" for title, one in rows]
    width = max(len(layer["layer"]) for layer in found["layers"])
    lines += ["", f"{'layer':{width}}  {'sensitivity (dB)':>16}  {'rank':>4}  format"]
    for layer in found["layers"]:
        rise = layer["sensitivity_db"]
        rise = "inf" if rise is None else f"{rise:.2f}"
        lines.append(f"{layer['layer']:{width}}  {rise:>16}  {layer['sensitivity_rank']:>4}  {layer['chosen']}")
    return "\n".join(lines + [f"{failure['file']}: {failure['error']}" for failure in found["failed"]])


def _db(value):
    return "exact" if value is None else f"{value:.2f}"
