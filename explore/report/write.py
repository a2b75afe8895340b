"""The whole report of an exploration: report.html, report.md and the pictures, from exploration.json alone."""

import pathlib
import sys

from . import markdown, page

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import files  # noqa: E402


def write(exploration, folder):
    """Writes all files of the report into the folder and returns their paths.

    ValueError: a number that JSON does not have. ImportError: matplotlib is missing; page and Markdown are written all the same.
    """
    texts = {"report.html": page.page(exploration), "report.md": markdown.text(exploration)}
    paths = [files.write_text(folder / name, text) for name, text in texts.items()]
    for stale in folder.glob("heatmap_*.svg"):  # of other objectives
        stale.unlink()
    from . import pictures  # pylint: disable=import-outside-toplevel  only pictures need matplotlib

    return paths + [files.write_text(folder / name, text) for name, text in pictures.texts(exploration).items()]
