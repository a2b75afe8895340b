"""report.md: the report as text and tables."""

import re

from . import columns, grid, summary


def text(exploration):
    """The Markdown of an exploration ("bcq-explore-1")."""
    sections = [
        _answer(exploration),
        _front(exploration),
        _grids(exploration),
        _layers(exploration),
        _mixed(exploration),
        _all(exploration),
        _left_out(exploration),
        _provenance(exploration),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def escaped(value):
    """Text of others in one line in which nothing means anything to Markdown or HTML."""
    line = " ".join(str(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*\[\]|]|(?<!\w)_|_(?!\w))", r"\\\1", line)


def table(head, rows, left=1):
    """A table whose first `left` columns are text and the others numbers; cells must be escaped."""
    rule = [":---"] * left + ["---:"] * (len(head) - left)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def code(value):
    """A block of code, fenced by more backticks than it has in a row."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", value)), default=0))
    return f"{fence}sh\n{value}\n{fence}"


def _parameters(of):
    return ", ".join(f"{escaped(columns.symbol(axis))} = {escaped(value)}" for axis, value in of["parameters"].items())


def _point_table(exploration, points):
    """Parameters and metrics of points; the recommended one in bold, those of the front with a mark."""
    shown = columns.of_metrics(exploration)
    axes = list(exploration["axes"])
    best = summary.recommended(exploration)
    rows = []
    for point in points:
        mark = "★" if point is best else "◆" if point["front"] else "" if point["feasible"] else "○"
        cells = [escaped(point["parameters"].get(axis, columns.NOTHING)) for axis in axes]
        cells += [column.number(point["metrics"].get(metric)) for metric, column in shown.items()]
        rows.append([mark, *(f"**{cell}**" if point is best else cell for cell in cells)])
    head = ["", *(escaped(columns.symbol(axis)) for axis in axes), *(escaped(column.heading) for column in shown.values())]
    return table(head, rows)


def _answer(exploration):
    best, shown = summary.recommended(exploration), columns.of_metrics(exploration)
    lines = [f"# {escaped(exploration['name'])}: which point to build", escaped(exploration["about"])]
    if not exploration["finished"]:
        lines.append("**Not finished: what follows is of the points so far.**")
    if best:
        numbers = [
            f"{escaped(shown[o['metric']].title)} {shown[o['metric']].text(best['metrics'].get(o['metric']))}"
            for o in exploration["objectives"]
            if o["metric"] in shown
        ]
        lines.append(f"**Build {_parameters(best)}**: {', '.join(numbers)}. {escaped(summary.reason(exploration))}")
    else:
        lines.append("No point is recommended: none was evaluated and meets the constraints.")
    found = summary.ends(exploration)
    if found:
        head = ["instead of the point with the", "point", *(escaped(shown[d.metric].title) for d in found[0].differences)]
        rows = [
            [
                f"best {' and '.join(escaped(shown[metric].title) for metric in end.best_in)}",
                _parameters(end.point),
                *(d.text for d in end.differences),
            ]
            for end in found
        ]
        lines.append(table(head, rows, 2))
    limits = escaped("; ".join(summary.constraint_texts(exploration)))
    lines.append(f"{summary.counts(exploration)}.{f' Constraints: {limits}.' if limits else ''}")
    lines.append(
        f"`{columns.ESTIMATED}`: with estimates of SRAM or DRAM in it. ★ recommended, ◆ on the front, ○ outside the constraints."
    )
    return "\n\n".join(lines)


def _front(exploration):
    points = [point for point in exploration["points"] if point["front"]]
    metric = exploration["objectives"][0]["metric"]
    points.sort(key=lambda point: point["metrics"][metric])
    return f"## Pareto front\n\n{_point_table(exploration, points)}" if points else ""


def _grids(exploration):
    """A table per objective and grid; the best of each in bold."""
    found, shown = grid.grids(exploration), columns.of_metrics(exploration)
    lines = []
    for objective in exploration["objectives"]:
        metric = objective["metric"]
        for one in found if metric in shown else ():
            best = one.best(metric, shown[metric].goal)
            head = [f"{escaped(columns.symbol(one.down))} \\ {escaped(columns.symbol(one.across))}", *map(escaped, one.columns)]
            rows = [
                [escaped(name), *(_cell(cell, best, shown[metric], metric) for cell in cells)]
                for name, cells in zip(one.rows, one.cells)
            ]
            title = f"{escaped(shown[metric].heading)}{f', {escaped(one.title)}' if one.title else ''}:"
            lines += [title, table(head, rows)]
    return "\n\n".join(["## Heat maps", *lines]) if lines else ""


def _cell(cell, best, column, metric):
    words = cell.text(column, metric)
    if cell.point and cell.point is best:
        return f"**{words}**"
    return f"{words} ○" if cell.value(metric) is not None and not cell.point["feasible"] else words


def _layers(exploration):
    best, shown = summary.recommended(exploration), columns.of_layers(exploration)
    if not best:
        return ""
    lines = ["## Layers of the recommended point"]
    if best["layers"]:
        names = [name for name in shown if any(name in layer for layer in best["layers"])]
        lines.append(
            table(
                ["layer", *(escaped(shown[name].heading) for name in names)],
                [[escaped(layer["name"]), *(shown[name].number(layer.get(name)) for name in names)] for layer in best["layers"]],
            )
        )
    lines += ["To reproduce it, in the folder of this report:", code("\n".join(best["commands"]))]
    return "\n\n".join(lines)


def _mixed(exploration):
    """Layers with their format, then mixed assignments and single formats."""
    found = exploration["mixed"]
    if not found:
        return ""
    metric = found["budget"]["metric"]
    about = exploration["metrics"].get(metric, {"title": metric, "unit": ""})
    costs = [entry[metric] for entry in [*found["front"], *found["uniform"]]]
    cost = columns.column(costs, about["title"], about["unit"], 1, "min", about.get("estimate", False))
    error = columns.column([0.0], "output NMSE", "dB")
    titles = {entry["format"]: escaped(entry["title"]) for entry in found["formats"]}
    rows = []
    for layer in found["layers"]:
        choice = next((c for c in layer["choices"] if c["format"] == layer["chosen"]), {})
        rows.append(
            [
                escaped(layer["layer"]),
                titles.get(layer["chosen"], columns.NOTHING),
                f"{layer['sensitivity_db']:.2f}".replace("-", "−"),
                cost.number(choice.get(metric)),
                error.number(choice.get("output_nmse_db")),
                f"{layer['scalars']:,}",
                f"{layer['macs']:,}",
            ]
        )
    alternatives = [(entry, "mixed, chosen" if entry == found["chosen"] else "mixed") for entry in found["front"]]
    alternatives += [(entry, titles[entry["format"]]) for entry in found["uniform"]]
    alternatives.sort(key=lambda pair: pair[0][metric])
    return "\n\n".join(
        [
            "## Mixed formats per layer",
            f"Budget: {escaped(about['title'])} ≤ {cost.text(found['budget']['limit'])}. {escaped(found['objective'])}",
            table(["layer", "format", "sensitivity (dB)", escaped(cost.heading), error.heading, "scalars", "MACs"], rows, 2),
            table(
                ["formats", escaped(cost.heading), error.heading],
                [[what, cost.number(entry[metric]), error.number(entry["output_nmse_db"])] for entry, what in alternatives],
            ),
        ]
    )


def _all(exploration):
    points = [point for point in exploration["points"] if point["status"] == "ok"]
    return f"## All points\n\n{_point_table(exploration, points)}" if points else ""


def _left_out(exploration):
    lines = []
    failed = [point for point in exploration["points"] if point["status"] == "failed"]
    if failed:
        lines += ["## Failed", table(["point", "error"], [[_parameters(point), escaped(point["error"])] for point in failed], 2)]
    if exploration["illegal"]:
        rows = [[_parameters(entry), escaped(entry["reason"])] for entry in exploration["illegal"]]
        lines += ["## Illegal and skipped", table(["point", "reason"], rows, 2)]
    return "\n\n".join(lines)


def _provenance(exploration):
    entries = {
        "method": f"{exploration['method']}, seed {exploration['seed']}",
        "versions": ", ".join(f"{name} {version}" for name, version in exploration["versions"].items()),
        "CRC-32 of the RTL": exploration["rtl_crc32"],
        "workloads": ", ".join(exploration["workloads"]),
        "fixed": ", ".join(f"{columns.symbol(name)} = {value}" for name, value in exploration["fixed"].items()),
    }
    return "\n\n".join(
        [
            "## Provenance",
            code(exploration["command"]),
            table(["", ""], [[name, escaped(value)] for name, value in entries.items()], 2),
        ]
    )
