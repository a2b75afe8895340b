#!/usr/bin/env python3
"""Proves properties of the RTL with Yosys and ABC.

Each proof is a harness beside this file: a module that instantiates a unit of rtl/, states with `assume` what the unit
may expect and with `assert` what it promises. catalogue.py lists the proofs with parameters, methods and faults;
docs/proofs.md says what they mean. A proof is over all inputs; those by induction are over all time as well.

  prove.py                   the proofs that take seconds
  prove.py --all             the others too
  prove.py skid_order e4m3   by name, or by the part of the name before the dot
  prove.py --check-can-fail  breaks a copy of the RTL, one fault at a time: each proof must find its faults, with a
                             counterexample; "not proven" does not count

Exit status 0: everything proven (or every fault found); 1: not so; 2: bad usage.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import tables
from catalogue import PROOFS

HERE = pathlib.Path(__file__).resolve().parent
RTL = HERE.parents[1] / "rtl"

DEPTH = 12  # longest induction, and so the longest counterexample, in cycles

PROVEN = re.compile(r"Induction step proven: SUCCESS|no model found: SUCCESS|^UNSATISFIABLE", re.MULTILINE)
REFUTED = re.compile(r"model found for base case: FAIL| model found: FAIL|^SATISFIABLE|asserted output", re.MULTILINE)


def yosys_script(proof, rtl, folder):
    """Reads harness and RTL, and proves or (for abc) writes the question as an and-inverter graph."""
    sources = [rtl / "bcq_pkg.sv"]
    if proof.decoder is not None:
        (folder / "table_pkg.sv").write_text(tables.package(**proof.decoder), encoding="utf-8")
        sources.append(folder / "table_pkg.sv")
    sources.append(HERE / f"{proof.harness}.sv")
    values = " ".join(f"-set {name} {value}" for name, value in proof.parameters.items())
    lines = [
        f"read_verilog -formal -sv {' '.join(str(source) for source in sources)}",
        f"chparam {values} {proof.harness}" if values else "",
        # Modules of the RTL come from its folder, each from the file of its name.
        f"hierarchy -check -libdir {rtl} -top {proof.harness}",
        "proc; memory_collect; memory_map; flatten",
        # An and-inverter graph has no registers: they become wires, and the proof is about values alone.
        f"techmap -map {HERE / 'transparent.v'}" if proof.method == "abc" else "",
        # setundef: what the circuit leaves open may be anything.
        "async2sync; setundef -anyseq; opt; check -assert",
        "select -assert-min 1 t:$assert",  # a harness that asserts nothing proves nothing
    ]
    if proof.method == "induction":
        lines.append(f"sat -tempinduct -prove-asserts -set-assumes -maxsteps {DEPTH} -show-inputs")
    elif proof.method == "sat":
        lines.append("sat -prove-asserts -set-assumes -show-inputs")
    else:
        # The circuit's name depends on how Yosys derived it from its parameters.
        lines += ["rename -top proven", "miter -assert proven", "opt; techmap; opt; aigmap", f"write_aiger {folder}/proof.aig"]
    return "; ".join(line for line in lines if line)


def run(command, folder, limit):
    """Output of a tool, and whether it ended well within `limit` seconds."""
    try:
        done = subprocess.run(
            command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]}: no answer within {limit} s", False
    return done.stdout, done.returncode == 0


def prove(proof, rtl, limit):
    """Returns verdict (proven, refuted, open, error), how, and the tools' output."""
    with tempfile.TemporaryDirectory(prefix="bcq-proof-") as name:
        folder = pathlib.Path(name)
        output, good = run(["yosys", "-Q", "-T", "-p", yosys_script(proof, rtl, folder)], folder, limit)
        if proof.method == "abc":
            # Random inputs first: what is false usually has many counterexamples, and would cost &fraig its landmarks.
            for steps in ("sim -F 1 -W 4096", "&get; &fraig -x; &put; prove"):
                if good and not REFUTED.search(output):
                    output, good = run(["yosys-abc", "-q", f"read proof.aig; strash; {steps}"], folder, limit)
    how = proof.method
    if not good:
        return "open" if "no answer within" in output else "error", how, output
    if REFUTED.search(output):
        return "refuted", how, output
    if PROVEN.search(output):
        lengths = re.findall(r"^\[induction step (\d+)\]", output, re.MULTILINE)
        return "proven", f"{how}, k = {lengths[-1]}" if lengths else how, output
    return "open", how, output


def explain(verdict, output):
    """What to show of the tools' output: the counterexample, or the last lines."""
    lines = [line for line in output.splitlines() if line.strip()]
    if verdict == "refuted":
        table = [number for number, line in enumerate(lines) if "Signal Name" in line]
        if table:
            lines = lines[table[-1] :]
            lines = lines[: next((number for number, line in enumerate(lines) if "___" in line), len(lines))]
            return "\n".join(lines)
    return "\n".join(lines[-5:])


def break_rtl(rtl, fault, folder):
    """A copy of the RTL with a fault in it; None when the text that the fault replaces is not there once."""
    name, old, new = fault
    copy = folder / "rtl"
    shutil.copytree(rtl, copy)
    source = (copy / name).read_text(encoding="utf-8")
    if source.count(old) != 1:
        return None
    (copy / name).write_text(source.replace(old, new), encoding="utf-8")
    return copy


def check_proof(job):
    """A proof of the RTL as it is; returns success and the line of the table."""
    proof, _, args = job
    start = time.monotonic()
    verdict, how, output = prove(proof, args.rtl, args.limit)
    line = f"{verdict:8} {proof.name:28} {how:16} {time.monotonic() - start:6.1f} s  {proof.title}"
    return verdict == "proven", line if verdict == "proven" else f"{explain(verdict, output)}\n{line}"


def check_fault(job):
    """A proof of broken RTL; returns success and the line of the table."""
    proof, fault, args = job
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bcq-fault-") as name:
        copy = break_rtl(args.rtl, fault, pathlib.Path(name))
        verdict, output = "stale", ""
        if copy:
            verdict, _, output = prove(proof, copy, args.limit)
    line = f"{verdict:8} {proof.name:28} {time.monotonic() - start:6.1f} s  {fault[0]}: {fault[1]}  ->  {fault[2]}"
    return verdict == "refuted", line if verdict == "refuted" else f"{explain(verdict, output)}\n{line}"


def choose(parser, names, everything):
    """The proofs that the command line asks for."""
    if not names:
        return [proof for proof in PROOFS if everything or not proof.slow]
    known = {proof.name for proof in PROOFS} | {proof.harness for proof in PROOFS}
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no proof is called {unknown[0]}; --list shows all names")
    return [proof for proof in PROOFS if proof.name in names or proof.harness in names]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="proofs (default: those that take seconds)")
    parser.add_argument("--all", action="store_true", help="those that take long too")
    parser.add_argument("--check-can-fail", action="store_true", help="faults instead of the RTL as it is")
    parser.add_argument("--list", action="store_true", help="list the proofs and do nothing")
    parser.add_argument("--jobs", type=int, default=1, help="proofs at a time (default 1)")
    parser.add_argument("--limit", type=float, default=900, help="seconds for one tool run (default 900)")
    parser.add_argument("--rtl", type=pathlib.Path, default=RTL, help="folder of the RTL (default: the repository's)")
    args = parser.parse_args()
    if args.jobs < 1:
        parser.error("--jobs takes a number from 1")
    if not (args.rtl / "bcq_pkg.sv").is_file():
        parser.error(f"{args.rtl}: no bcq_pkg.sv there; --rtl names the folder with the RTL")
    args.rtl = args.rtl.resolve()
    proofs = choose(parser, args.names, args.all)
    if args.list:
        for proof in proofs if args.names else PROOFS:
            note = " (--all)" if proof.slow else ""
            print(f"{proof.name:28} {proof.method:10} {len(proof.faults)} faults  {proof.title}{note}")
        return 0
    if missing := [tool for tool in ("yosys", "yosys-abc") if shutil.which(tool) is None]:
        parser.error(f"not installed: {', '.join(missing)} (Debian package yosys)")

    if args.check_can_fail:
        check, what = check_fault, "faults found"
        jobs = [(proof, fault, args) for proof in proofs for fault in proof.faults]
    else:
        check, what = check_proof, "proofs hold"
        jobs = [(proof, None, args) for proof in proofs]
    good = 0
    with ThreadPoolExecutor(args.jobs) as pool:
        for success, line in pool.map(check, jobs):
            print(line, flush=True)
            good += success
    print(f"{good} of {len(jobs)} {what}")
    return 0 if good == len(jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
