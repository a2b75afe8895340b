#!/usr/bin/env python3
"""Keeps docs/rtl/ in step with rtl/: a page and a drawing per module and package.

Packages that are generated themselves ("do not edit" in their header) have none.

A page, docs/rtl/MODULE.md, is written by hand but for the region between two markers, which this program fills from the
source: parameters with defaults and legal values, ports with directions, widths and meanings, what the module contains
and what contains it. A drawing, docs/rtl/drawings/MODULE.svg, is made from docs/rtl/drawings/MODULE.draw
(scripts/module_drawing.py says how to write one).

    scripts/make_module_pages.py              fills the regions and draws what has changed
    scripts/make_module_pages.py bcq_skid     the same for one module; makes a new page if there is none
    scripts/make_module_pages.py --check      writes nothing; says what is missing or out of date

The check fails if a module lacks its page, its drawing or a link in docs/rtl.md; if a page or drawing has no module; if
a drawing lacks a port or an instance, or has one that the RTL does not have; if a port has no meaning in its header; if
a region or drawing is older than its source, or edited by hand; if a page lacks a section.

Exit status 0: done, or all in step; 1: out of step, or a source that cannot be read; 2: bad usage.
"""

import argparse
import re
import sys
from pathlib import Path

from draw_module import mark, svg
from module_drawing import parse
from rtl_source import Module, Package, Packages, SourceError, read_module, read_package

REPOSITORY = Path(__file__).resolve().parents[1]
BEGIN = "<!-- made by scripts/make_module_pages.py from {}: begin -->"
END = "<!-- end -->"
SECTIONS = ("## Interface", "## How it works", "## Timing", "## Verified by")

TEMPLATE = """# {name}

PURPOSE

![{name}](drawings/{name}.svg)

## Interface

{begin}
{end}

## How it works

## Timing

## Verified by
"""


def escape(text: str, names: set[str]) -> str:
    """Text of a header as Markdown, modules linked to their pages."""
    for character in "\\*|<":
        text = text.replace(character, "&lt;" if character == "<" else f"\\{character}")
    return re.sub(r"\bbcq_\w+", lambda m: f"[{m[0]}]({m[0]}.md)" if m[0] in names else m[0], text)


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table, or nothing where there are no rows."""
    if not rows:
        return []
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]] + [""]


def unqualified(expression: str) -> str:
    """The expression without the names of packages."""
    return re.sub(r"\w+_pkg::", "", expression)


def module_region(module: Module, packages: Packages, modules: dict[str, Module]) -> list[str]:
    """Interface of a module: where it stands, parameters, ports."""
    names = {*modules, *(name for name, package in packages.items() if not package.generated)}
    users = [name for name, other in modules.items() if module.name in (used for used, _ in other.instances)]
    used = sorted({name for name, _ in module.instances})

    def links(parts: list[str], nothing: str) -> str:
        return ", ".join(f"[{name}]({name}.md)" for name in parts) or nothing

    source = f"[rtl/{module.path.name}](../../rtl/{module.path.name})"
    out = [
        f"Source {source} · contains {links(used, 'no other module')} · used by {links(users, 'none: a top level')}.",
        "",
    ]
    defaults = module.defaults(packages)
    out += table(
        ["parameter", "default", "meaning and legal values"],
        [
            [f"`{p.name}`", f"`{unqualified(p.default)}`", escape(module.meaning(p.name), names)]
            for p in module.parameters
        ],
    )
    rows = []
    for port in module.ports:
        bits = packages.evaluate(port.width, defaults)
        width = unqualified(port.width)
        width = "1" if width == "1" else f"`{width}`" + (f" = {bits}" if width != str(bits) else "")
        rows.append(
            [f"`{port.name}`", port.direction.removesuffix("put"), width, escape(module.meaning(port.name), names)]
        )
    out += table(["port", "", "width = bits at the defaults", "meaning"], rows)
    return out


def package_region(package: Package, packages: Packages, modules: dict[str, Module]) -> list[str]:
    """Constants and functions of the package."""
    for item in [*package.constants, *package.functions]:
        if not item.comment:
            raise SourceError(f"{package.path}: {item.name} has no comment")
    names = set(modules)
    out = [f"Source [rtl/{package.path.name}](../../rtl/{package.path.name}).", ""]
    out += table(
        ["constant", "value", "meaning"],
        [
            [f"`{c.name}`", str(packages.evaluate(c.expression, {}, package.name)), escape(c.comment, names)]
            for c in package.constants
        ],
    )
    out += table(
        ["function", "value", "meaning"],
        [
            [f"`{f.name}({', '.join(f.arguments)})`", f"`{f.expression}`".replace("|", "\\|"), escape(f.comment, names)]
            for f in package.functions
        ],
    )
    return out


class Pages:
    """docs/rtl of a repository; `fix` writes, otherwise all complaints are gathered."""

    def __init__(self, rtl: Path, docs: Path, fix: bool):
        self.docs, self.fix = docs, fix
        self.complaints: list[str] = []
        self.written: list[str] = []
        sources = {path.stem: path for path in sorted(rtl.glob("*.sv"))}
        self.packages = Packages({n: read_package(path) for n, path in sources.items() if n.endswith("_pkg")})
        self.modules = {n: read_module(path) for n, path in sources.items() if n not in self.packages}
        # Packages are drawn like modules without ports.
        hand_written = [package for package in self.packages.values() if not package.generated]
        as_modules = {p.name: Module(p.name, p.path, p.summary, [], [], [], []) for p in hand_written}
        self.drawn = {**as_modules, **self.modules}

    def run(self, names: list[str]) -> None:
        for name in names or self.drawn:
            for part in (self.page, self.drawing):
                try:
                    part(name)
                except SourceError as error:
                    self.complaints.append(str(error))
        if not names:
            overview = self.docs.parent / "rtl.md"
            text = overview.read_text(encoding="utf-8") if overview.is_file() else ""
            missing = [name for name in self.drawn if f"](rtl/{name}.md)" not in text]
            self.complaints += [f"{overview}: no link to rtl/{name}.md" for name in missing]
            for path in [
                *self.docs.glob("bcq_*.md"),
                *self.docs.glob("drawings/*.draw"),
                *self.docs.glob("drawings/*.svg"),
            ]:
                if path.stem not in self.drawn:
                    self.complaints.append(f"{path}: there is no module {path.stem}; delete it")

    def put(self, path: Path, text: str, complaint: str) -> None:
        """Writes a file, or says what is wrong with it."""
        if self.fix:
            path.write_text(text, encoding="utf-8")
            self.written.append(str(path))
        else:
            self.complaints.append(f"{path}: {complaint}; run scripts/make_module_pages.py")

    def page(self, name: str) -> None:
        path = self.docs / f"{name}.md"
        begin = BEGIN.format(f"rtl/{name}.sv")
        if not path.is_file() and not self.fix:
            raise SourceError(f"{path}: missing; scripts/make_module_pages.py {name} makes one to be filled in")
        text = path.read_text(encoding="utf-8") if path.is_file() else TEMPLATE.format(name=name, begin=begin, end=END)
        if text.count(begin) != 1 or text.count(END) != 1:
            raise SourceError(f"{path}: needs the lines {begin} and {END} once")
        if name in self.packages:
            region = package_region(self.packages[name], self.packages, self.modules)
        else:
            region = module_region(self.modules[name], self.packages, self.modules)
        before, after = text.split(begin)[0], text.split(END)[1]
        fresh = "\n".join([before + begin, *region, END]) + after
        if fresh != text or not path.is_file():
            self.put(path, fresh, "the interface is out of date")
        places = [fresh.find(f"\n{section}\n") for section in SECTIONS]
        if -1 in places or places != sorted(places):
            raise SourceError(f"{path}: needs the sections {', '.join(SECTIONS)}")
        if "PURPOSE" in fresh or f"](drawings/{name}.svg)" not in fresh:
            raise SourceError(f"{path}: needs its purpose and the drawing, ![{name}](drawings/{name}.svg)")

    def drawing(self, name: str) -> None:
        source, picture = (self.docs / "drawings" / f"{name}.{kind}" for kind in ("draw", "svg"))
        if not source.is_file():
            raise SourceError(f"{source}: missing; scripts/module_drawing.py says how to write one")
        module = self.drawn[name]
        drawing = parse(source, module)
        present = picture.read_text(encoding="utf-8") if picture.is_file() else ""
        line, _, body = present.partition("\n")
        if line == mark(source, module, self.packages, body):
            return
        if self.fix:
            body = svg(drawing, module, self.packages)
            self.put(picture, f"{mark(source, module, self.packages, body)}\n{body}", "")
        else:
            self.put(picture, "", "older than its description or than the ports" if present else "missing")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="names of modules (default: all of rtl/)")
    parser.add_argument("--check", action="store_true", help="write nothing, report what is out of step")
    parser.add_argument("--rtl", type=Path, default=REPOSITORY / "rtl", help="folder of the RTL")
    parser.add_argument("--docs", type=Path, default=REPOSITORY / "docs" / "rtl", help="folder of the pages")
    args = parser.parse_args()
    for option, path in (("--rtl", args.rtl / "bcq_pkg.sv"), ("--docs", args.docs / "drawings")):
        if not path.exists():
            parser.error(f"{path}: no such file or folder; {option} names the folder with it")
    try:
        pages = Pages(args.rtl, args.docs, not args.check)
    except SourceError as error:
        print(f"make_module_pages: {error}", file=sys.stderr)
        return 1
    unknown = [name for name in args.modules if name not in pages.drawn]
    if unknown:
        parser.error(f"no module {', '.join(unknown)} in {args.rtl}; there are {', '.join(pages.drawn)}")
    pages.run(args.modules)
    for path in pages.written:
        print(f"wrote {path}")
    for complaint in pages.complaints:
        print(f"make_module_pages: {complaint}", file=sys.stderr)
    if not pages.complaints:
        print(f"{len(args.modules or pages.drawn)} modules: pages and drawings in step with the RTL")
    return 1 if pages.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
