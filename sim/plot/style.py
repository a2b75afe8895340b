"""What the pictures of bcq have in common: matplotlib set up so that equal reports give equal bytes, reading, writing."""

import io
import json
import sys

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


def shortened(names, limit=230):
    """The names in one text, the middle left out when it is too long."""
    names = [plain(name) for name in names]
    text = ", ".join(names)
    return text if len(text) <= limit else f"{names[0]} … {names[-1]}"


def main(draw):
    """Draws the report on stdin as SVG on stdout; with --check only says that this can be done."""
    if sys.argv[1:] == ["--check"]:
        return
    figure = draw(json.load(sys.stdin))
    picture = io.StringIO()
    figure.savefig(picture, format="svg", metadata={"Date": None}, facecolor="white")
    sys.stdout.write(picture.getvalue())
