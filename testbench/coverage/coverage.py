#!/usr/bin/env python3
"""Coverage of the RTL: what the unit benches and co-verification run through, by Verilator's counters.

  line    blocks of statements and branches of `if` and `case`; a branch counts as covered when it was taken once
  toggle  bits of signals and ports; a bit counts as covered when it changed at least twice in one run: up and down
  user    the cover points of rtl/bcq_array_cover.sv

A line or bit is covered if any instance in any parameterization covers it. A line of a datapath module that is not covered
needs an entry in explained.toml beside this program, which says why. The report is docs/results/coverage.md.

`make coverage` builds what is needed: the unit benches with -D BCQ_COVERAGE=ON, and bcq. Co-verification builds its arrays
itself.

Exit status 0: at least 95 % of lines and 90 % of toggles on datapath modules, every uncovered line explained, every
explanation needed, every user point met; 1: not so, and what is missing; 2: bad usage.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MINIMUM = {"line": 95.0, "toggle": 90.0}

# What is not datapath: reported, not judged.
CONTROL = {"bcq_accel", "bcq_axil", "bcq_codebook_loader", "bcq_counters", "bcq_guard", "bcq_registers", "bcq_run"}
OBSERVERS = {"bcq_array_cover", "bcq_flow_check", "bcq_stream_check"}

ARCHITECTURES = ["narrow", "fp32", "scalar", "decode_pe"]
SHAPES = ["7,5,77:0:1", "5,7,200:40:2", "1,1,1:20:4", "30,9,129:10:5", "30,9,11:40:5", "4,3,1:0:6"]  # M,N,K : stalls : seed


@dataclass(frozen=True)
class Point:
    """A place that is covered or not."""

    module: str
    kind: str  # line, toggle or user
    line: int
    what: str  # the branch, the bit or the name


def read(path: Path) -> dict[Point, int]:
    """The largest count of every point in a file of Verilator's."""
    counts: dict[Point, int] = defaultdict(int)
    for record in path.read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"C '(.*)' (\d+)", record)
        if not match:
            continue
        field = dict(part.split("\x02", 1) for part in match[1].split("\x01") if part)
        kind = field["page"].split("/")[0].removeprefix("v_")
        point = Point(Path(field["f"]).stem, "line" if kind == "branch" else kind, int(field["l"]), field["o"])
        counts[point] = max(counts[point], int(match[2]))
    return counts


def collect(folder: Path) -> dict[Point, int]:
    """Over all runs: the largest count of toggles, so that up and down are of one run; the sum of the others."""
    total: dict[Point, int] = defaultdict(int)
    for path in sorted(folder.glob("*.dat")):
        for point, count in read(path).items():
            total[point] = max(total[point], count) if point.kind == "toggle" else total[point] + count
    return total


def covered(point: Point, count: int) -> bool:
    return count >= (2 if point.kind == "toggle" else 1)


def share(points: dict[Point, int], kind: str, modules: set[str]) -> tuple[int, int]:
    """Points of a kind in some modules: covered and all."""
    found = [covered(point, count) for point, count in points.items() if point.kind == kind and point.module in modules]
    return sum(found), len(found)


def percent(part: tuple[int, int]) -> str:
    return f"{100 * part[0] / part[1]:.1f} %" if part[1] else "—"


def run(tests: Path, bcq: Path, folder: Path, cache: Path) -> None:
    """Everything that is measured."""
    environment = {**os.environ, "BCQ_COVERAGE_DIR": str(folder), "BCQ_CACHE_DIR": str(cache)}
    commands = [[str(tests)]]
    for arch in ARCHITECTURES:
        for case in SHAPES:
            shape, stalls, seed = case.split(":")
            commands.append([str(bcq), "verify", "--arch", arch, "--shape", shape, "--stalls", stalls, "--seed", seed])
    for command in commands:
        print(" ".join(command), flush=True)
        done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            sys.exit(f"{done.stdout}\nexit status {done.returncode}")


def explain(points: dict[Point, int], rtl: Path, datapath: set[str], file: Path) -> tuple[list[str], list[str]]:
    """Lines of Markdown for the uncovered lines of the datapath, and complaints about explanations."""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("uncovered", [])
    used = set()
    rows, complaints = [], []
    for point, count in sorted(points.items(), key=lambda item: (item[0].module, item[0].line)):
        if point.kind != "line" or point.module not in datapath or covered(point, count):
            continue
        source = (rtl / f"{point.module}.sv").read_text(encoding="utf-8").splitlines()[point.line - 1].strip()
        reason = ""
        for number, entry in enumerate(entries):
            if entry["module"] == point.module and entry["source"] == source and entry["branch"] == point.what:
                used.add(number)
                reason = entry["reason"]
        if not reason:
            complaints.append(f"{point.module}.sv:{point.line}: {point.what} of `{source}` is not covered and not explained")
        rows.append(f"| {point.module}.sv:{point.line} | `{source}` | {point.what} | {reason} |")
    for number, entry in enumerate(entries):
        if number not in used:
            complaints.append(f"{file.name}: {entry['module']}: `{entry['source']}` is covered, or no longer there")
    return rows, complaints


def bits(points: dict[Point, int], module: str) -> str:
    """The bits of a module that never went up and down, shortened."""
    missing: dict[str, list[int]] = defaultdict(list)
    for point, count in points.items():
        if point.kind == "toggle" and point.module == module and not covered(point, count):
            name, _, index = point.what.partition("[")
            missing[name].append(int(index.rstrip("]").split("]")[0]) if index else -1)
    texts = []
    for name, numbers in sorted(missing.items()):
        numbers.sort()
        texts.append(name if numbers == [-1] else f"{name}[{numbers[0]}]" if len(numbers) == 1 else f"{len(numbers)} of {name}")
    return ", ".join(f"`{text}`" for text in texts)


def report(points: dict[Point, int], modules: list[str], datapath: set[str], uncovered: list[str]) -> str:
    """The document."""
    lines = [
        "# Coverage of the RTL",
        "",
        "Written by `make coverage`: unit benches, and co-verification of " + ", ".join(f"`{arch}`" for arch in ARCHITECTURES) + ".",
        "What counts as covered stands in `testbench/coverage/coverage.py`. Lines are statements and branches in",
        "procedures; Verilator has none for `assign`, whose results the toggles show.",
        "",
        "| module | line | toggle | bits that never went up and down |",
        "|---|---:|---:|---|",
    ]
    for name, group in [
        *((f"`{module}`", {module}) for module in modules if module in datapath),
        ("**datapath**", datapath),
        *((f"`{module}`", {module}) for module in modules if module not in datapath),
    ]:
        missing = bits(points, next(iter(group))) if len(group) == 1 else ""
        lines.append(
            f"| {name} | {percent(share(points, 'line', group))} | {percent(share(points, 'toggle', group))} | {missing} |"
        )
    lines += ["", "## Uncovered lines of the datapath", ""]
    lines += ["| place | source | branch | why |", "|---|---|---|---|", *uncovered] if uncovered else ["None."]
    lines += ["", "## Situations", "", "Cover points of `rtl/bcq_array_cover.sv`, over all runs.", "", "| point | met |", "|---|---:|"]
    for point, count in sorted(points.items(), key=lambda item: item[0].line):
        if point.kind == "user":
            lines.append(f"| {point.what.replace('_', ' ')} | {count} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=Path, required=True, help="rtl_tests of a build with -D BCQ_COVERAGE=ON")
    parser.add_argument("--bcq", type=Path, required=True, help="the program bcq")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the arrays that co-verification builds")
    parser.add_argument("--rtl", type=Path, default=REPOSITORY / "rtl", help="folder of the RTL")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs/results/coverage.md", help="report to write")
    parser.add_argument("--data", type=Path, help="use the counters in this folder instead of running anything")
    args = parser.parse_args()
    for program in (args.tests, args.bcq):
        if args.data is None and not program.is_file():
            parser.error(f"{program}: no such program; `make coverage` builds it")

    if args.data:
        points = collect(args.data)
    else:
        with tempfile.TemporaryDirectory(prefix="bcq-coverage-") as folder:
            run(args.tests, args.bcq, Path(folder), args.cache)
            points = collect(Path(folder))
    if not points:
        parser.error("no counters: the build of the tests records no coverage; configure it with -D BCQ_COVERAGE=ON")
    modules = sorted({point.module for point in points if (args.rtl / f"{point.module}.sv").is_file()})
    datapath = {module for module in modules if module not in CONTROL | OBSERVERS and not module.endswith("_pkg")}
    uncovered, complaints = explain(points, args.rtl, datapath, Path(__file__).with_name("explained.toml"))
    for kind, minimum in MINIMUM.items():
        part = share(points, kind, datapath)
        print(f"{kind}: {part[0]} of {part[1]}, {percent(part)}")
        if 100 * part[0] < minimum * part[1]:
            complaints.append(f"{kind} coverage of the datapath is below {minimum:.0f} %")
    complaints += [f"{point.what}: never met" for point, count in points.items() if point.kind == "user" and count == 0]
    args.out.write_text(report(points, modules, datapath, uncovered), encoding="utf-8")
    for complaint in complaints:
        print(f"FAIL {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
