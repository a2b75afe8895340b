#!/usr/bin/env python3
"""Lints rtl/ with three tools: the array for every architecture file, the encoder in front of it for those of ENCODERS.

  verilator  --lint-only -Wall, once as simulated and once without the assertions, as synthesized
  iverilog   -g2012 -Wall, elaboration only
  yosys      hierarchy -check, proc, check -assert: no undriven net, double driver or combinational loop

A constant of the package that no module names is a complaint too: Verilator cannot tell, it sees one top at a time.

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
import tomllib
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
YOSYS_SIDE = 2  # rows and columns that Yosys elaborates at most

BIT = re.compile("1'b")  # Icarus' -P takes plain numbers only

# The encoder's corners: default, bfloat16, many beats per block, constants and a selector per scalar.
ENCODERS = {
    "default": {"LANES": 8},
    "bfloat16": {"LANES": 8, "PRECISION": 8},
    "long blocks": {"LANES": 2, "LB": 64, "LA": 192, "NC": 2, "BC": 8},
    "frozen": {"LANES": 4, "LB": 1, "LA": 4, "NC": 1, "BC": 4, "FROZEN": "1'b1"},
}

# (tool, regular expression that the whole message matches, reason)
ALLOWED = []


def array_parameters(config):
    """Parameters of bcq_array by name, from an architecture file."""
    with config.open("rb") as file:
        arch = tomllib.load(file)
    array, fmt = arch.get("array", {}), arch.get("format", {})
    return {
        "ROWS": array.get("rows", 16),
        "COLS": array.get("cols", 16),
        "LANES": array.get("lanes", 16),
        "LB": fmt.get("lb", 8),
        "LA": fmt.get("la", 64),
        "NC": fmt.get("nc", 8),
        "BC": fmt.get("bc", 6),
        "K_MAX": array.get("k_max", 65536),
        "FROZEN": "1'b1" if array.get("codebooks") == "frozen" else "1'b0",  # a bit: Verilator refuses a plain 1
    }


def verilator(top, params, sources, *defines):
    """Command of a Verilator run."""
    values = [f"-G{name}={value}" for name, value in params.items()]
    waivers = str(HERE / "waivers.vlt")
    return ["verilator", "--lint-only", "-Wall", *defines, "--top-module", top, *values, waivers, *sources]


def iverilog(top, params, sources):
    """Command of an Icarus run."""
    values = [f"-P{top}.{name}={BIT.sub('', str(value))}" for name, value in params.items()]
    return ["iverilog", "-g2012", "-Wall", "-tnull", "-s", top, *values, *sources]


def yosys(top, params, sources):
    """Command of a Yosys run, on a reduced array."""
    small = {name: min(value, YOSYS_SIDE) if name in ("ROWS", "COLS") else value for name, value in params.items()}
    values = " ".join(f"-set {name} {value}" for name, value in small.items())
    # chparam, because hierarchy -chparam of Yosys 0.23 ends in a failed assertion of its own with this design.
    script = (
        f"read_verilog -sv {' '.join(sources)}; chparam {values} {top}; "
        f"hierarchy -check -top {top}; proc; check -assert"
    )
    return ["yosys", "-Q", "-T", "-p", script]


def unused_constants(package, sources):
    """Names of the package's constants that stand nowhere but in their own definition."""
    text = "".join(pathlib.Path(source).read_text(encoding="utf-8") for source in sources)
    names = re.findall(r"localparam int (\w+)", package.read_text(encoding="utf-8"))
    return [name for name in names if len(re.findall(rf"\b{name}\b", text)) < 2]


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
    parser.add_argument("configs", nargs="*", type=pathlib.Path, help="architecture files (default: all of configs/)")
    parser.add_argument("--rtl", type=pathlib.Path, default=REPOSITORY / "rtl", help="folder of the RTL")
    parser.add_argument("--jobs", type=int, default=2, help="tools run at a time (default 2)")
    args = parser.parse_args()

    missing = [tool for tool in ("verilator", "iverilog", "yosys") if shutil.which(tool) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}")
    configs = args.configs or sorted((REPOSITORY / "configs").glob("*.toml"))
    package = args.rtl / "bcq_pkg.sv"
    if not package.is_file():
        parser.error(f"{package}: no such file; --rtl names the folder with the RTL")
    sources = [str(package), *sorted(str(path) for path in args.rtl.glob("*.sv") if path != package)]

    designs = [(f"encoder, {name}", "bcq_encoder", params) for name, params in ENCODERS.items()]
    for config in configs:
        try:
            designs.append((config.stem, "bcq_array", array_parameters(config)))
        except (OSError, tomllib.TOMLDecodeError) as error:
            parser.error(f"{config}: {error}")
    jobs = []
    for title, top, params in designs:
        jobs += [
            (f"{title}: verilator", verilator(top, params, sources)),
            (f"{title}: verilator, synthesis", verilator(top, params, sources, "-DSYNTHESIS", "-UVERILATOR")),
            (f"{title}: iverilog", iverilog(top, params, sources)),
            (f"{title}: yosys", yosys(top, params, sources)),
        ]

    failed = 0
    for name in unused_constants(package, sources):
        print(f"FAIL {package.name}: no module uses {name}")
        failed += 1
    with ThreadPoolExecutor(args.jobs) as pool:
        for title, complaints, seconds in pool.map(lint, jobs):
            print(f"{'FAIL' if complaints else 'ok':4} {title} ({seconds:.1f} s)")
            for line in complaints:
                print(f"     {line}")
            failed += bool(complaints)
    print(f"{len(jobs)} runs, {failed} complaints")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
