#!/usr/bin/env python3
"""Lints rtl/, top module bcq_accel, with three tools for every named architecture.

  verilator  --lint-only -Wall, once as simulated and once without the assertions, as synthesized
  iverilog   -g2012 -Wall, elaboration only
  yosys      hierarchy -check, proc, check -assert: no undriven net, double driver or combinational loop

Every message is an error unless it matches the list ALLOWED, whose entries state why. All PEs and decoders are alike,
so Yosys elaborates at most 2 x 2 of them.

Exit status 0: clean; 1: a message or a tool that failed, printed; 2: bad usage.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))
import architectures  # noqa: E402

TOP = "bcq_accel"
YOSYS_SIDE = 2  # rows and columns that Yosys elaborates at most

BIT = re.compile("1'b")  # Icarus' -P takes plain numbers only

# (tool, regular expression that the whole message matches, reason)
ALLOWED = []


def verilator(params, sources, *defines):
    """Command of a Verilator run."""
    values = [f"-G{name}={value}" for name, value in params.items()]
    return ["verilator", "--lint-only", "-Wall", *defines, "--top-module", TOP, *values, *sources]


def iverilog(params, sources):
    """Command of an Icarus run."""
    values = [f"-P{TOP}.{name}={BIT.sub('', str(value))}" for name, value in params.items()]
    return ["iverilog", "-g2012", "-Wall", "-tnull", "-s", TOP, *values, *sources]


def yosys(params, sources):
    """Command of a Yosys run on a reduced array."""
    small = {**params, "ROWS": min(params["ROWS"], YOSYS_SIDE), "COLS": min(params["COLS"], YOSYS_SIDE)}
    values = " ".join(f"-set {name} {value}" for name, value in small.items())
    # chparam, because hierarchy -chparam of Yosys 0.23 ends in a failed assertion of its own with this design.
    script = (
        f"read_verilog -sv {' '.join(sources)}; chparam {values} {TOP}; "
        f"hierarchy -check -top {TOP}; proc; check -assert"
    )
    return ["yosys", "-Q", "-T", "-p", script]


def messages(tool, returncode, output):
    """The lines of a tool's output that are complaints and not allowed."""
    lines = [line for line in output.splitlines() if line.strip()]
    if tool == "yosys":  # it also tells what it does
        lines = [line for line in lines if re.match(r"(Warning|ERROR)|.*: (Warning|ERROR)", line)]
    found = [line for line in lines if not any(t == tool and re.fullmatch(e, line) for t, e, _ in ALLOWED)]
    return found or ([f"exit status {returncode}"] if returncode != 0 else [])


def lint(job):
    """Runs one job (title, command); returns title, complaints and seconds."""
    title, command = job
    start = time.monotonic()
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return title, messages(command[0], done.returncode, done.stdout), time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = architectures.named()
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"architectures (default: all): {', '.join(known)}")
    parser.add_argument("--rtl", type=pathlib.Path, default=REPOSITORY / "rtl", help="folder of the RTL")
    parser.add_argument("--jobs", type=int, default=2, help="tools run at a time (default 2)")
    args = parser.parse_args()

    missing = [tool for tool in ("verilator", "iverilog", "yosys") if shutil.which(tool) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}")
    unknown = [name for name in args.names if name not in known]
    if unknown:
        parser.error(f"no such architecture: {', '.join(unknown)}; use names of {architectures.FILE.name}")
    sources = [str(path) for path in architectures.rtl_sources(args.rtl)]
    if not sources:
        parser.error(f"{args.rtl}: no *.sv files; --rtl names the folder with the RTL")

    jobs = []
    for name in args.names or known:
        params = architectures.rtl_parameters(known[name])
        jobs += [
            (f"{name}: verilator", verilator(params, sources)),
            (f"{name}: verilator, synthesis", verilator(params, sources, "-DSYNTHESIS", "-UVERILATOR")),
            (f"{name}: iverilog", iverilog(params, sources)),
            (f"{name}: yosys", yosys(params, sources)),
        ]

    failed = 0
    with ThreadPoolExecutor(args.jobs) as pool:
        for title, complaints, seconds in pool.map(lint, jobs):
            print(f"{'FAIL' if complaints else 'ok':4} {title} ({seconds:.1f} s)")
            for line in complaints:
                print(f"     {line}")
            failed += bool(complaints)
    print(f"{len(jobs) - failed} of {len(jobs)} runs clean")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
