"""The whole report of an exploration: report.html, report.md and the pictures, from exploration.json alone."""

from . import markdown, page


def write(exploration, folder):
    """Writes all files of the report into the folder and returns their paths.

    ImportError: matplotlib is missing; page and Markdown are written all the same.
    """
    paths = [folder / "report.html", folder / "report.md"]
    page.write(exploration, paths[0])
    markdown.write(exploration, paths[1])
    for stale in folder.glob("heatmap_*.svg"):  # of other objectives
        stale.unlink()
    from . import pictures  # pylint: disable=import-outside-toplevel  only pictures need matplotlib

    return paths + pictures.write(exploration, folder)
