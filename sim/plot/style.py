"""What the pictures of bcq have in common: matplotlib set up so that equal reports give equal bytes; input, output."""

import io
import json
import sys
import textwrap

import matplotlib

matplotlib.use("svg")

matplotlib.rcParams.update({
    "svg.hashsalt": "bcq",  # ids that do not change from run to run
    "svg.fonttype": "none",  # text stays text
    "text.parse_math": False,  # a $ in a name is a $
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": "#222222",
    "axes.titlesize": 10,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
})


def plain(text):
    """The text without characters that XML has no place for."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def wrapped(text, width):
    """The text on at most two lines of that many characters; what does not fit becomes an ellipsis."""
    return "\n".join(textwrap.wrap(plain(text), width, max_lines=2, placeholder=" …"))


def main(draw):
    """Draws the report on stdin as SVG on stdout; with --check only says that this can be done."""
    if sys.argv[1:] == ["--check"]:
        return
    figure = draw(json.load(sys.stdin))
    picture = io.StringIO()
    figure.savefig(picture, format="svg", metadata={"Date": None}, facecolor="white")
    sys.stdout.write(picture.getvalue())
