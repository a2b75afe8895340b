#!/usr/bin/env python3
"""Mutation testing: run the unit benches against faulty units and count the faults that they catch.

A fault is *caught* when the unit's own tests fail or crash, or take more than 20 times as long as with the sound unit.
Tests that pass with the fault active do not see it: the fault survives. Yosys then tries to prove that the faulty netlist
equals the sound one (testbench/mutation/equivalence.py); what is proved is no fault at all, and the score is
caught / (all - proved equivalent). Everything else is a gap in the tests. The prover is watched too: it is also asked about
a caught fault of every unit, and must not prove that one.

Build the program that --tests names first (targets rtl_mutants, rtl_mutants_sample); `make mutation` does all of it.

Exit status 0: the score is at least --minimum and every sound unit passes; 1: not so; 2: bad usage.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import equivalence

SOUND_LIMIT = 300  # seconds for the tests of a unit without a fault
CAUGHT, SURVIVED, HUNG, EQUIVALENT = "caught", "survived", "hung", "equivalent"


@dataclass
class Unit:
    """A parameterization with its faults and the tests that must catch them."""

    folder: Path
    description: dict
    names: list[str] = field(default_factory=list)
    seconds: float = 0.0  # of the sound unit

    @property
    def prefix(self) -> str:
        return self.description["prefix"]


def select(program: Path, unit: Unit) -> list[str]:
    """The tests of the unit's parameterization, "SUBJECT: what - TESTS", or those without any where TESTS is "-"."""
    subject, tests = unit.description["subject"], unit.description["tests"]
    listing = subprocess.run(
        [program, "--list-test-names-only", f"{subject}:*"], capture_output=True, text=True, check=False
    ).stdout
    names = [line.strip() for line in listing.splitlines() if line.strip()]
    return [name for name in names if (name.split(" - ")[-1] == tests if " - " in name else tests == "-")]


def bench(program: Path, unit: Unit, number: int, limit: float) -> tuple[str, float, str]:
    """Runs the unit's tests with fault `number` (0: none); verdict, seconds and what Catch2 said."""
    specification = ",".join(re.sub(r"([,\\[])", r"\\\1", name) for name in unit.names)
    start = time.monotonic()
    try:
        done = subprocess.run(
            [program, "--abort", specification],
            env={**os.environ, "BCQ_FAULT": f"{unit.prefix}:{number}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=limit,
            check=False,
        )
        verdict, output = SURVIVED if done.returncode == 0 else CAUGHT, done.stdout
    except subprocess.TimeoutExpired:
        verdict, output = HUNG, ""
    return verdict, time.monotonic() - start, output


def prove(job: tuple[Unit, dict]) -> tuple[bool, str]:
    """The prover's verdict on a fault of a unit."""
    unit, fault = job
    return equivalence.prove(unit.folder, unit.description["top"], fault["command"])


def campaign(program: Path, units: list[Unit], jobs: int) -> None:
    """Gives every fault its verdict."""
    with ThreadPoolExecutor(jobs) as pool:
        sound = list(pool.map(lambda unit: bench(program, unit, 0, SOUND_LIMIT), units))
        for unit, (verdict, seconds, output) in zip(units, sound):
            unit.seconds = seconds
            # Catch2 is content when it finds no test at all.
            if verdict != SURVIVED or not re.search(rf"All tests passed .* in {len(unit.names)} test case", output):
                sys.exit(f"{unit.prefix} without a fault: {verdict} after {seconds:.1f} s\n{output}")
        work = [(unit, fault) for unit in units for fault in unit.description["faults"]]
        verdicts = pool.map(lambda job: bench(program, job[0], job[1]["number"], 10 + 20 * job[0].seconds)[0], work)
        for (_, fault), verdict in zip(work, verdicts):
            fault["verdict"] = CAUGHT if verdict == HUNG else verdict
            fault["hung"] = verdict == HUNG
        survivors = [(unit, fault) for unit, fault in work if fault["verdict"] == SURVIVED]
        proofs = pool.map(prove, survivors)
        for (_, fault), (equal, how) in zip(survivors, proofs):
            fault["verdict"] = EQUIVALENT if equal else SURVIVED
            fault["proof"] = how
        caught = [(unit, fault) for unit in units for fault in unit.description["faults"] if fault["verdict"] == CAUGHT]
        caught = [job for number, job in enumerate(caught) if number == 0 or caught[number - 1][0] != job[0]]  # one per unit
        for (unit, fault), (equal, how) in zip(caught, pool.map(prove, caught)):
            if equal:
                sys.exit(f"{unit.prefix} {fault['number']}: caught, yet proved equivalent ({how}): the prover is wrong")


def counts(faults: list[dict]) -> tuple[int, int, int, int]:
    """All, caught, equivalent, survived."""
    verdicts = [fault["verdict"] for fault in faults]
    return len(verdicts), verdicts.count(CAUGHT), verdicts.count(EQUIVALENT), verdicts.count(SURVIVED)


def percent(faults: list[dict]) -> float:
    total, caught, equivalent, _ = counts(faults)
    return 100 * caught / (total - equivalent) if total > equivalent else 100.0


def table(units: list[Unit]) -> str:
    """The result in Markdown."""
    lines = [
        "| unit | parameters | faults | caught | of these hung | equivalent | survived | score |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    everything = [fault for unit in units for fault in unit.description["faults"]]
    for name, parameters, faults in [
        (f"`{unit.description['top']}`", " ".join(unit.description["parameters"]), unit.description["faults"]) for unit in units
    ] + [("all", "", everything)]:
        total, caught, equivalent, survived = counts(faults)
        hung = sum(fault["hung"] for fault in faults)
        lines.append(
            f"| {name} | {parameters} | {total} | {caught} | {hung} | {equivalent} | {survived} | {percent(faults):.1f} % |"
        )
    return "\n".join(lines)


def left(units: list[Unit], verdict: str) -> str:
    """The faults with a verdict, in Markdown."""
    lines = [
        f"| `{unit.prefix}` {fault['number']} | {fault['mode']} | `{fault['place']}` | {fault.get('proof', '')} |"
        for unit in units
        for fault in unit.description["faults"]
        if fault["verdict"] == verdict
    ]
    return "\n".join(["| fault | mode | cell, port and bit, source | proof |", "|---|---|---|---|", *lines]) if lines else "None."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=Path, required=True, help="the benches' program, linked with faulty units")
    parser.add_argument("units", type=Path, nargs="+", metavar="FOLDER", help="of a faulty unit, made by netlist.py")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time (default 2)")
    parser.add_argument("--minimum", type=float, default=97, help="score in percent that passes (default 97)")
    parser.add_argument("--json", type=Path, help="write all verdicts here")
    parser.add_argument("--markdown", type=Path, help="write the result as a document here")
    args = parser.parse_args()
    if not args.tests.is_file():
        parser.error(f"{args.tests}: no such program; build the target {args.tests.name} first")
    for folder in args.units:
        if not (folder / "faults.json").is_file():
            parser.error(f"{folder}: no faults.json there; build the target {args.tests.name} first")
    units = [Unit(folder, json.loads((folder / "faults.json").read_text(encoding="utf-8"))) for folder in args.units]
    for unit in units:
        unit.names = select(args.tests, unit)
        if not unit.names:
            parser.error(f"{unit.prefix}: no test \"{unit.description['subject']}: ... - {unit.description['tests']}\"")

    start = time.monotonic()
    campaign(args.tests, units, args.jobs)
    everything = [fault for unit in units for fault in unit.description["faults"]]
    score = percent(everything)
    version = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    print(table(units))
    print(f"\nSurvivors\n\n{left(units, SURVIVED)}\n\nProved equivalent\n\n{left(units, EQUIVALENT)}")
    print(f"\n{len(everything)} faults in {time.monotonic() - start:.0f} s, score {score:.1f} % ({version})")
    if args.json:
        result = {"yosys": version, "score": score, "units": [{**u.description, "sound_seconds": u.seconds} for u in units]}
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if args.markdown:
        digest = sorted({(unit.description["top"], unit.description["rtl_sha256"][:16]) for unit in units})
        args.markdown.write_text(
            "# Faults that the unit benches catch\n\n"
            f"Written by `make mutation`; [mutation.md](../mutation.md) says what it means. {version}.\n\n"
            f"{table(units)}\n\n## Survivors\n\n{left(units, SURVIVED)}\n\n## Proved equivalent\n\n{left(units, EQUIVALENT)}\n\n"
            "## Sources\n\nSHA-256 of each unit's files, first 16 digits: "
            + ", ".join(f"`{top}` {code}" for top, code in digest)
            + ".\n",
            encoding="utf-8",
        )
    return 0 if score >= args.minimum else 1


if __name__ == "__main__":
    sys.exit(main())
