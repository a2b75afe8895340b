#!/usr/bin/env python3
"""Looks for dead links in the documents: README.md, CHANGELOG.md, docs/**/*.md and the pictures of docs/.

A link or image of Markdown, or an href in an SVG, must name a file or folder of the repository that exists; a #section
must be a heading of that document. Addresses with a scheme (https:) are not looked at. Code is not either.

Exit status 0: all there; 1: dead links, printed with file and line; 2: bad usage.
"""

import argparse
import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HREF = re.compile(r'href="([^"#]+)"')
BLOCK = re.compile(r"^```.*?^```", flags=re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`]*`")


def blank(match: re.Match) -> str:
    """As many newlines as the text had, so that lines keep their numbers."""
    return "\n" * match[0].count("\n")


def links(path: Path):
    """Line number and target of every link of a document."""
    text = path.read_text(encoding="utf-8")
    pattern = HREF
    if path.suffix != ".svg":
        pattern = LINK
        text = BLOCK.sub(blank, text)
        text = CODE.sub(blank, text)
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match[1]


def slugs(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.*?)\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead(path: Path, target: str) -> bool:
    """Whether a link leads nowhere."""
    if re.match(r"[a-z]+:", target):
        return False
    name, _, anchor = target.partition("#")
    file = (path.parent / name).resolve() if name else path
    if not file.exists():
        return True
    return bool(anchor) and file.suffix == ".md" and anchor not in slugs(file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="folder with README.md and docs/")
    args = parser.parse_args()
    if not (args.root / "README.md").is_file():
        parser.error(f"{args.root}: no README.md there; --root names the top of the repository")

    documents = [path for name in ("README.md", "CHANGELOG.md") if (path := args.root / name).is_file()]
    documents += sorted(path for kind in ("md", "svg") for path in (args.root / "docs").rglob(f"*.{kind}"))
    count, complaints = 0, []
    for path in documents:
        for line, target in links(path):
            count += 1
            if dead(path, target):
                complaints.append(f"{path}:{line}: {target} leads nowhere")
    for complaint in complaints:
        print(complaint)
    print(f"{count} links in {len(documents)} documents, {len(complaints)} dead")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
