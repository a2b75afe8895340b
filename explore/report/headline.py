"""The top and the foot of the page: what can be read before, and without, its script."""

from html import escape

from . import columns, summary


def top(exploration):
    """HTML: which point to build, why, and what that costs against the ends of the front."""
    best = summary.recommended(exploration)
    state = "" if exploration["finished"] else '<p class="banner">Not finished: what follows is of the points so far.</p>'
    lines = [
        f'<p class="kicker">bcq explore · {escape(exploration["name"])}</p>',
        state,
        f"<h1>{_title(exploration, best)}</h1>",
        f'<p class="why">{escape(summary.reason(exploration))}</p>' if best else "",
        f'<p class="about">{escape(exploration["about"])}</p>',
        _tiles(exploration, best) if best else "",
        _ends(exploration, best) if best else "",
        f'<p class="counts">{escape(summary.counts(exploration))}.{escape(_limits(exploration))}</p>',
    ]
    return "\n".join(line for line in lines if line)


def foot(exploration):
    """HTML: what reproduces the exploration."""
    estimated = [about["title"] for about in exploration["metrics"].values() if about["estimate"]]
    entries = {
        "command": f'<code>{escape(exploration["command"])}</code>',
        "method": escape(f"{exploration['method']}, seed {exploration['seed']}"),
        "versions": escape(", ".join(f"{name} {version}" for name, version in exploration["versions"].items())),
        "CRC-32 of the RTL": f"<code>{escape(exploration['rtl_crc32'])}</code>",
        "workloads": escape(", ".join(exploration["workloads"])),
        "fixed": escape(", ".join(f"{columns.symbol(name)} = {value}" for name, value in exploration["fixed"].items())),
    }
    if estimated:
        entries["with estimates*"] = escape(
            f"{', '.join(estimated)}: SRAM and DRAM are estimated, not synthesized, "
            "and off by a factor of two or more (docs/estimates.md)"
        )
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in entries.items()) + "</dl>"


def parameters(point):
    """HTML of a point's parameters as the field writes them."""
    return ", ".join(
        f'<span class="parameter">{columns.symbol_html(name)} = {escape(str(value))}</span>'
        for name, value in point["parameters"].items()
    )


def _title(exploration, best):
    if best:
        return f"Build {parameters(best)}"
    evaluated = any(point["status"] == "ok" for point in exploration["points"])
    return "No point meets the constraints" if evaluated else "No point could be evaluated"


def _limits(exploration):
    texts = summary.constraint_texts(exploration)
    return f" Constraints: {'; '.join(texts)}." if texts else ""


def _tiles(exploration, best):
    """The objectives of the recommended point, large."""
    shown = columns.of_metrics(exploration)
    tiles = []
    for objective in exploration["objectives"]:
        column = shown.get(objective["metric"])
        if column:
            number = column.number(best["metrics"].get(objective["metric"]))
            star = columns.ESTIMATED * column.estimate
            tiles.append(
                f"<div><dt>{escape(column.title)}{star}</dt><dd>{number} <small>{escape(column.unit)}</small></dd></div>"
            )
    return f'<dl class="tiles">{"".join(tiles)}</dl>'


def _ends(exploration, best):
    """A row per end of the front: the recommended point's difference to it in every objective."""
    found = summary.ends(exploration)
    if not found:
        return '<p class="ends-none">No point of the front is better in any objective.</p>'
    shown = columns.of_metrics(exploration)
    head = "".join(f'<th scope="col" class="number">{escape(shown[d.metric].title)}</th>' for d in found[0].differences)
    rows = []
    for end in found:
        what = " and ".join(escape(shown[metric].title) for metric in end.best_in)
        cells = "".join(_difference(difference) for difference in end.differences)
        rows.append(
            f'<tr><th scope="row">best {what}<button type="button" class="link" data-key="{escape(end.point["key"])}">'
            f"{parameters(end.point)}</button></th>{cells}</tr>"
        )
    return (
        '<div class="scroll"><table class="ends"><caption>What it costs and gains against the ends of the Pareto front</caption>'
        f'<thead><tr><th scope="col">instead of the point with the</th>{head}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div>'
    )


def _difference(difference):
    kind = {True: "better", False: "worse", None: "equal"}[difference.better]
    note = f" <small>{kind}</small>" if difference.better is not None else ""
    return f'<td class="number {kind}">{difference.text}{note}</td>'
