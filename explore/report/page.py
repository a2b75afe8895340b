"""report.html: one file that needs no other one and no network."""

import json
import pathlib
import string

from . import columns, headline

HERE = pathlib.Path(__file__).resolve().parent
# In this order they are one script.
SCRIPTS = ("dom.js", "pareto.js", "chart.js", "plot.js", "point.js", "heatmap.js", "table.js", "mixed.js", "page.js")
STYLES = ("page.css", "parts.css")


def page(exploration):
    """The page's text, of an exploration ("bcq-explore-1"); numbers must be finite, else ValueError."""
    # One pass: what is inserted is not searched again, whatever it says.
    return string.Template(_source("page.html")).substitute(
        title=headline.escape(f"{exploration['name']} – bcq explore"),
        style="".join(map(_source, STYLES)),
        top=headline.top(exploration),
        foot=headline.foot(exploration),
        exploration=embedded(exploration),
        columns=embedded(columns.described(exploration)),
        script="".join(map(_source, SCRIPTS)),
    )


def embedded(value):
    """JSON that is safe within a script element: nothing in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _source(name):
    return (HERE / name).read_text(encoding="utf-8")
