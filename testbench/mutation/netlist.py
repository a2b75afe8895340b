#!/usr/bin/env python3
"""Make a Verilated unit that carries many faults, of which at most one is active.

  Yosys      elaborates one parameterization of a module, flattens it and samples faults (`mutate -list`): a bit of a
             cell's port stuck at 0 or 1, inverted, or inverted depending on its neighbour. Each is built into the same
             netlist behind a selector (`mutate -ctrl`), so that a hundred faults cost one build.
             With --liberty the netlist is first mapped to the cells of a library, whose functions are taken from there.
  wrapper    a module with the name and ports of the original around the netlist; it reads the selector once, at time 0,
             from the function bcq_fault (testbench/mutation/fault.cpp).
  Verilator  turns it into C++. The header V....h of the original is replaced by one that names the faulty class, so the
             unit's bench compiles unchanged.

Faults on clock ports are left out: a clock tree is not what the benches of these units test.

Files in --out: netlist.il (without faults), faults.json, faulty.sv, faulty.cpp (everything to compile), PREFIX.h.
Exit status 0: done; 1: a tool failed, its output printed; 2: bad usage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from equivalence import Port, ports

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))

import architectures  # noqa: E402 (found by the line above)

SELECTOR_W = 16


def run(command: list[str]) -> None:
    """Runs a tool; what it says is printed only when it fails."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\n{command[0]}: exit status {done.returncode}")


def yosys(script: str) -> None:
    run(["yosys", "-Q", "-T", "-q", "-p", script])


def parse(line: str) -> dict:
    """A fault from its `mutate` command."""
    option = {}
    for name, value in re.findall(r"-(\w+) (\S+)", line):
        option.setdefault(name, value)
    return option


def place(fault: dict, rtl: Path) -> str:
    """Where a fault lies, for people: cell, port bit, line of the source."""
    cell = fault["cell"].replace(f"{rtl}/", "").lstrip("\\")
    source = fault.get("src", "").replace(f"{rtl}/", "")
    return f"{cell} {fault['port']}[{fault['portbit']}]" + (f" at {source}" if source else "")


def sample(out: Path, count: int, seed: int, rtl: Path) -> list[dict]:
    """Samples faults of out/netlist.il; each with its number, place and command."""
    listing = out / "mutations.txt"
    yosys(f"read_rtlil {out / 'netlist.il'}; mutate -list {count} -seed {seed} -o {listing}")
    faults = []
    for line in listing.read_text(encoding="utf-8").splitlines():
        fault = parse(line)
        if fault["port"] == "CLK":
            continue
        keep = ["mode", "module", "cell", "port", "portbit", "ctrlbit"]
        command = " ".join(f"-{name} {fault[name]}" for name in keep if name in fault)
        faults.append({"number": len(faults) + 1, "mode": fault["mode"], "place": place(fault, rtl), "command": command})
    listing.unlink()
    return faults


def wrapper(top: str, prefix: str, signals: list[Port], parts: list[Port]) -> str:
    """The module with the original's name and ports; the netlist's are parts of them, named like slices."""
    declared = ",\n".join(f"  {direction} wire [{width - 1}:0] {name}" for direction, width, name in signals)
    declared = declared.replace(" [0:0]", "")
    given = {"fault": f"selector[{SELECTOR_W - 1}:0]"}
    connected = ", ".join(f".\\{name} ({given.get(name, name)})" for _, _, name in parts)
    return (
        f"module {top} (\n{declared}\n);\n"
        '  import "DPI-C" function int bcq_fault(input string unit);\n'
        "  int selector;\n"
        f'  initial selector = bcq_fault("{prefix}");\n'
        f"  faulty u_faulty ({connected});\n"
        "endmodule\n"
    )


def make(args: argparse.Namespace) -> None:
    out = args.out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    files = architectures.rtl_sources_of(args.top, folder=args.rtl)
    values = " ".join(f"-set {name} {value}" for name, value in (p.split("=", 1) for p in args.parameter))
    elaborate = f"prep -flatten -top {args.top}; memory_map; opt_clean"
    if args.liberty:
        elaborate = (
            f"synth -flatten -top {args.top}; dfflibmap -liberty {args.liberty}; abc -fast -liberty {args.liberty}; opt_clean; "
            f"select -assert-none t:$*; read_liberty -overwrite {args.liberty}; flatten; opt_clean"
        )
    yosys(
        f"read_verilog -sv {' '.join(map(str, files))}; {f'chparam {values} {args.top};' if values else ''} "
        f"{elaborate}; rename -top faulty; write_rtlil {out / 'netlist.il'}"
    )
    faults = sample(out, args.faults, args.seed, args.rtl) if args.faults else []  # of 0 Yosys makes all
    # Nets are split where drivers meet: else a fault that looks at its neighbour makes a loop of nets, though not of bits, and
    # Verilator 5.006 does not always settle such loops. It refuses them here.
    split = "splitnets -ports -driver" if faults else "splitnets"  # the former takes long for gates
    commands = "\n".join(f"mutate -ctrl fault {SELECTOR_W} {f['number']} {f['command']}" for f in faults)
    script = out / "faulty.ys"
    script.write_text(
        f"read_rtlil {out / 'netlist.il'}\n{commands}\nopt_clean\n{split}\n"
        f"write_rtlil {out / 'faulty.il'}\nwrite_verilog -noattr {out / 'faulty.v'}\n",
        encoding="utf-8",
    )
    run(["yosys", "-Q", "-T", "-q", str(script)])
    signals, parts = (ports((out / f"{name}.il").read_text(encoding="utf-8")) for name in ("netlist", "faulty"))
    text = wrapper(args.top, args.prefix, signals, parts)
    (out / "faulty.sv").write_text(text + (out / "faulty.v").read_text(encoding="utf-8"), encoding="utf-8")
    script.unlink()
    (out / "faulty.v").unlink()
    (out / "faulty.il").unlink()

    faulty = f"Faulty{args.prefix}"
    run(
        ["verilator", "--cc", "-O3", "--x-initial", "unique", "-Wno-lint", "-Wno-style", "-Werror-UNOPTFLAT", "--prefix", faulty]
        + ["--top-module", args.top, "--Mdir", str(out), str(out / "faulty.sv")]
    )
    code = "".join(f'#include "{path.name}"\n' for path in sorted(out.glob(f"{faulty}*.cpp")))
    (out / "faulty.cpp").write_text(code, encoding="utf-8")
    (out / f"{args.prefix}.h").write_text(
        f'#pragma once\n#include "{faulty}.h"\nusing {args.prefix} = {faulty};\n', encoding="utf-8"
    )
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    unit = {
        "prefix": args.prefix,
        "top": args.top,
        "parameters": args.parameter,
        "subject": args.subject,
        "tests": args.tests,
        "seed": args.seed,
        "rtl_sha256": digest,
        "faults": faults,
    }
    (out / "faults.json").write_text(json.dumps(unit, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rtl", type=Path, default=REPOSITORY / "rtl", help="folder of the RTL")
    parser.add_argument("--top", required=True, help="module, such as bcq_decoder")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE", help="of the module; repeatable")
    parser.add_argument("--prefix", required=True, help="class that the bench knows the Verilated unit by")
    parser.add_argument("--subject", required=True, help="what the names of the unit's tests begin with")
    parser.add_argument("--tests", required=True, help="what the names of this parameterization's tests end with")
    parser.add_argument("--faults", type=int, required=True, help="number of faults to sample, clock faults included")
    parser.add_argument("--liberty", type=Path, help="map the unit to the cells of this library")
    parser.add_argument("--seed", type=int, default=1, help="of Yosys' sampling (default 1)")
    parser.add_argument("--out", type=Path, required=True, help="folder to make; what is there is removed")
    args = parser.parse_args()
    missing = [tool for tool in ("yosys", "verilator") if shutil.which(tool) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}; scripts/install_deps.sh installs them")
    if not (args.rtl / f"{args.top}.sv").is_file():
        parser.error(f"{args.rtl / args.top}.sv: no such file; --rtl names the folder with the RTL, --top a module in it")
    make(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
