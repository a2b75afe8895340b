#!/usr/bin/env python3
"""Lints rtl/ with three tools: bcq_accel for every named architecture, bcq_encoder for those of ENCODERS, baseline_array for every
format.

  verilator  --lint-only -Wall, once as simulated and once without the assertions, as synthesized
  iverilog   -g2012 -Wall, elaboration only
  yosys      hierarchy -check, proc, check -assert: no undriven net, double driver or combinational loop

A constant of a package that nobody uses is a complaint too: Verilator cannot tell, it sees one top at a time.

Every message is an error unless it matches the list ALLOWED, whose entries state why. All PEs and decoders are alike, so
Verilator elaborates at most 8 x 8 of them and Yosys 2 x 2.

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

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))
import architectures  # noqa: E402

VERILATOR_SIDE, YOSYS_SIDE = 8, 2  # rows and columns that they elaborate at most

BIT = re.compile("1'b")  # Icarus' -P takes plain numbers only

# The encoder's corners: a block per beat, many beats per block, many blocks per beat with everything at its smallest.
ENCODERS = {
    "encoder_default": {},
    "encoder_long_blocks": {"LANES": 2, "LB": 64, "LA": 192, "NC": 2, "BC": 8},
    "encoder_small": {"LANES": 4, "LB": 1, "LA": 4, "NC": 1, "BC": 4, "PRECISION": 8, "FROZEN": "1'b1"},
}

# The arrays of other number formats; of every kind one whose beats are parts of a group.
BASELINES = {name: {"FORMAT": number, "ROWS": 2, "COLS": 3} for number, name in enumerate(architectures.BASELINES)}
for kind in ("int4", "mxfp4", "fp8_fp32"):
    BASELINES[f"{kind}_narrow"] = {**BASELINES[kind], "LANES": 4, "K_MAX": 1000}

# (tool, regular expression that the whole message matches, reason)
ALLOWED = []


def reduced(params, side):
    """Parameters of an array of at most so many rows and columns."""
    return {name: min(value, side) if name in ("ROWS", "COLS") else value for name, value in params.items()}


def verilator(top, params, sources, *defines):
    """Command of a Verilator run on a reduced array."""
    values = [f"-G{name}={value}" for name, value in reduced(params, VERILATOR_SIDE).items()]
    waivers = str(HERE / "waivers.vlt")
    return ["verilator", "--lint-only", "-Wall", *defines, "--top-module", top, *values, waivers, *sources]


def iverilog(top, params, sources):
    """Command of an Icarus run."""
    values = [f"-P{top}.{name}={BIT.sub('', str(value))}" for name, value in params.items()]
    return ["iverilog", "-g2012", "-Wall", "-tnull", "-s", top, *values, *sources]


def yosys(top, params, sources):
    """Command of a Yosys run on a reduced array."""
    values = "".join(f" -set {name} {value}" for name, value in reduced(params, YOSYS_SIDE).items())
    # chparam, because hierarchy -chparam of Yosys 0.23 ends in a failed assertion of its own with this design.
    script = (
        f"read_verilog -sv {' '.join(sources)}; {f'chparam{values} {top}; ' if values else ''}"
        f"hierarchy -check -top {top}; proc; check -assert"
    )
    return ["yosys", "-Q", "-T", "-p", script]


def unused_constants(sources):
    """Constants of the packages that stand nowhere but in their own definition."""
    texts = {pathlib.Path(source).name: pathlib.Path(source).read_text(encoding="utf-8") for source in sources}
    everything = "".join(texts.values())
    for package, text in texts.items():
        for name in re.findall(r"localparam (?:int|logic .*?) (\w+) =", text) if package.endswith("_pkg.sv") else ():
            if len(re.findall(rf"\b{name}\b", everything)) < 2:
                yield f"{package}: nobody uses {name}"


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
    designs = {name: ("bcq_accel", architectures.rtl_parameters(arch)) for name, arch in known.items()}
    designs |= {name: ("bcq_encoder", params) for name, params in ENCODERS.items()}
    designs |= {name: ("baseline_array", params) for name, params in BASELINES.items()}
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of these (default: all): {', '.join(designs)}")
    parser.add_argument("--rtl", type=pathlib.Path, default=REPOSITORY / "rtl", help="folder of the RTL")
    parser.add_argument("--jobs", type=int, default=2, help="tools run at a time (default 2)")
    args = parser.parse_args()

    missing = [tool for tool in ("verilator", "iverilog", "yosys") if shutil.which(tool) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}")
    unknown = [name for name in args.names if name not in designs]
    if unknown:
        parser.error(f"no such design: {', '.join(unknown)}; use names of {architectures.FILE.name}, ENCODERS or BASELINES")
    sources = [str(path) for path in architectures.rtl_sources(args.rtl)]
    if not sources:
        parser.error(f"{args.rtl}: no *.sv files; --rtl names the folder with the RTL")

    baseline_sources = [str(path) for path in architectures.baseline_sources(args.rtl)]

    jobs = []
    for name in args.names or designs:
        top, params = designs[name]
        files = baseline_sources if top == "baseline_array" else sources
        jobs += [
            (f"{name}: verilator", verilator(top, params, files)),
            (f"{name}: verilator, synthesis", verilator(top, params, files, "-DSYNTHESIS", "-UVERILATOR")),
            (f"{name}: iverilog", iverilog(top, params, files)),
            (f"{name}: yosys", yosys(top, params, files)),
        ]

    unused = list(unused_constants(dict.fromkeys([*sources, *baseline_sources])))
    print("".join(f"FAIL {line}\n" for line in unused), end="")
    failed = 0
    with ThreadPoolExecutor(args.jobs) as pool:
        for title, complaints, seconds in pool.map(lint, jobs):
            print(f"{'FAIL' if complaints else 'ok':4} {title} ({seconds:.1f} s)")
            for line in complaints:
                print(f"     {line}")
            failed += bool(complaints)
    print(f"{len(jobs) - failed} of {len(jobs)} runs clean")
    return 1 if failed or unused else 0


if __name__ == "__main__":
    sys.exit(main())
