#!/usr/bin/env python3
"""Simulates a small bcq_array in Icarus Verilog, four-state, against results of the golden model.

make_case (the --generator) writes the stimulus for an architecture file; the bench drives X wherever the contract does
not look. With --netlist the array is first synthesized by Yosys to generic gates and the netlist takes its place.
Exit status 0: every result word equal and no X; 1: a mismatch or a tool that failed; 2: bad usage.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RTL = HERE.parents[2] / "rtl"
sys.path.insert(0, str(HERE.parents[2] / "scripts"))
import architectures  # noqa: E402


def run(command, folder):
    """Runs a tool, returns its output; ends the program when the tool fails."""
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nrun_array.py: {command[0]} failed with status {done.returncode}")
    return done.stdout


def synthesize(sources, folder):
    """array_dut as generic gates and flip-flops; returns the netlist."""
    files = " ".join(str(source) for source in sources)
    # dffunmap: an enable that is X makes its register X; Verilog's `if` would hide it.
    script = (
        f"read_verilog -sv {files}; synth -flatten -top array_dut; dffunmap; clean; check -assert; "
        "stat; write_verilog -noattr netlist.v"
    )
    output = run(["yosys", "-Q", "-T", "-p", script], folder)
    cells = [line.split()[-1] for line in output.splitlines() if "Number of cells:" in line]
    print(f"netlist: {cells[-1]} cells")
    return folder / "netlist.v"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=pathlib.Path, help="architecture file (TOML) of a small array")
    parser.add_argument("--generator", type=pathlib.Path, required=True, help="the make_case program")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for everything that is written")
    parser.add_argument("--rtl", type=pathlib.Path, default=RTL, help="folder of the RTL (default: the repository's)")
    parser.add_argument("--netlist", action="store_true", help="simulate the Yosys netlist instead of the RTL")
    args = parser.parse_args()

    folder = args.work.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    run([str(args.generator.resolve()), str(args.config.resolve()), str(folder)], folder)

    sources = [folder / "case_pkg.sv", *architectures.rtl_sources(args.rtl.resolve()), HERE / "array_dut.sv"]
    if args.netlist:
        sources = [folder / "case_pkg.sv", synthesize(sources, folder)]
    files = [str(source) for source in [*sources, HERE / "array_tb.sv"]]
    options = ["-g2012", "-Wall", "-Wno-timescale", "-s", "array_tb", "-o", "array_tb.vvp"]
    messages = run(["iverilog", *options, *files], folder)
    if messages:
        sys.exit(f"{messages}run_array.py: Icarus has warnings")
    output = run(["vvp", "-n", "array_tb.vvp"], folder)
    print(output.strip())
    if "PASS" not in output or "FAIL" in output:
        sys.exit("run_array.py: the bench did not pass")


if __name__ == "__main__":
    main()
