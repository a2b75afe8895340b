"""The whole report of an exploration: report.html, report.md and the pictures, from exploration.json alone.

python3 -m report.write DIR        in explore/: writes them anew into the folder with exploration.json
"""

import json
import pathlib
import sys

from . import markdown, page


def write(exploration, folder):
    """Writes all files of the report into the folder and returns their paths.

    ImportError: matplotlib is missing; page and Markdown are written all the same.
    """
    paths = [folder / "report.html", folder / "report.md"]
    page.write(exploration, paths[0])
    markdown.write(exploration, paths[1])
    from . import pictures  # pylint: disable=import-outside-toplevel  only pictures need matplotlib

    return paths + pictures.write(exploration, folder)


if __name__ == "__main__":
    where = pathlib.Path(sys.argv[1])
    write(json.loads((where / "exploration.json").read_text(encoding="utf-8")), where)
