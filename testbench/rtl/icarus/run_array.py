#!/usr/bin/env python3
"""Simulates a small array in Icarus Verilog, four-state, or in Verilator, against results of the golden model.

The array is bcq_array, or with --format the baseline_array of another number format (docs/baselines.md). make_case (the
--generator) writes the stimulus: GEMMs of corner cases for an architecture file, or with --layer the corner of a real
layer. The bench drives X wherever the contract does not look.

With --gates the array is first synthesized by Yosys and mapped to the standard cells of the OSU 0.18 um library; the
netlist of cells, with the library's own simulation models, takes the place of the RTL. The library is Debian's
package qflow-tech-osu018. Its models carry delays and timing checks in specify blocks, which Icarus leaves out unless
it is asked for them: cells switch in zero time, and what is compared is function. A flip-flop with an asynchronous
reset becomes a DFFSR, every other one a DFFPOSX1 (enables become multiplexers).

--simulator verilator takes half a minute to build and then runs a whole layer in seconds; it knows no X.

Exit status 0: every result word equal and no X; 1: a mismatch or a tool that failed; 2: bad usage.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
RTL = HERE.parents[2] / "rtl"
sys.path.insert(0, str(HERE.parents[2] / "scripts"))
import architectures  # noqa: E402

CELLS = pathlib.Path("/usr/share/qflow/tech/osu018")

# Effort of the mapping: how ABC is called. Both give the same function; `full` is what a chip would use.
EFFORTS = {"fast": "abc -fast", "full": "abc"}


def run(command, folder):
    """Runs a tool, returns its output; ends the program when the tool fails."""
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nrun_array.py: {command[0]} failed with status {done.returncode}")
    return done.stdout


def synthesize(sources, liberty, effort, folder):
    """array_dut as standard cells; returns the netlist."""
    files = " ".join(str(source) for source in sources)
    # Hierarchy stays: a module that is instantiated many times is synthesized once. `check` knows the cells from
    # read_liberty and finds what has no driver or two; the selection finds what is no cell of the library.
    script = (
        f"read_liberty -lib {liberty}; read_verilog -sv {files}; synth -noabc -top array_dut; "
        f"dfflibmap -liberty {liberty}; {EFFORTS[effort]} -liberty {liberty}; opt_clean -purge; "
        f"check -assert; select -assert-none t:$* t:$paramod* %d; stat -liberty {liberty}; "
        "write_verilog -noattr netlist.v"
    )
    output = run(["yosys", "-Q", "-T", "-p", script], folder)
    # The last table of `stat` is the whole design's.
    table = output.rpartition("=== design hierarchy ===")[2]
    cells = re.search(r"Number of cells:\s+(\d+)", table).group(1)
    area = re.search(r"Chip area for top module .*: ([0-9.]+)", table).group(1)
    flip_flops = {name: int(count) for name, count in re.findall(r"(DFF\w+)\s+(\d+)", table)}
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(flip_flops.items()))
    print(f"netlist: {cells} cells ({kinds}), {float(area):.0f} um^2 of cells")
    return folder / "netlist.v"


def icarus(sources, models, folder):
    """The bench's output."""
    options = ["-g2012", "-Wall", "-Wno-timescale", "-s", "array_tb", "-o", "array_tb.vvp"]
    messages = run(["iverilog", *options, *sources], folder).splitlines()
    # The library's own file declares no nets and gives delays as min:typ:max; nobody here can mend that.
    messages = [line for line in messages if not line.startswith(f"{models}:")]
    if messages:
        sys.exit("\n".join([*messages, "run_array.py: Icarus has warnings"]))
    return run(["vvp", "-n", "array_tb.vvp"], folder)


def verilator(sources, folder):
    """The bench's output. Lint is lint_rtl.py's: the bench is not written for Verilator's."""
    options = ["--binary", "-j", "2", "--assert", "-Wno-fatal", "--top-module", "array_tb", "-Mdir", "verilated"]
    run(["verilator", *options, "-MAKEFLAGS", "OPT_FAST=-O1", *sources], folder)
    return run(["verilated/Varray_tb"], folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=pathlib.Path, help="architecture file (TOML) of a small array")
    parser.add_argument("--generator", type=pathlib.Path, required=True, help="the make_case program")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for everything that is written")
    parser.add_argument("--rtl", type=pathlib.Path, default=RTL, help="folder of the RTL (default: the repository's)")
    parser.add_argument("--format", default="bcq", help="number format: bcq, or a baseline by name (default: %(default)s)")
    parser.add_argument("--layer", nargs=3, metavar=("FILE", "M", "N"), help="the first M x N results of a layer")
    parser.add_argument("--simulator", choices=("icarus", "verilator"), default="icarus", help="(default: %(default)s)")
    parser.add_argument("--gates", choices=EFFORTS, help="simulate the mapped netlist; the mapping's effort")
    parser.add_argument(
        "--cells", type=pathlib.Path, default=CELLS, help=f"folder of the OSU library (default {CELLS})"
    )
    args = parser.parse_args()

    liberty, models = args.cells / "osu018_stdcells.lib", args.cells / "osu018_stdcells.v"
    if args.gates and not (liberty.is_file() and models.is_file()):
        parser.error(f"{args.cells}: no osu018_stdcells.lib and .v; install qflow-tech-osu018, or name it with --cells")
    folder = args.work.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    layer = [str(pathlib.Path(args.layer[0]).resolve()), *args.layer[1:]] if args.layer else []
    run([str(args.generator.resolve()), "--format", args.format, str(args.config.resolve()), str(folder), *layer], folder)

    rtl = args.rtl.resolve()
    if args.format == "bcq":
        sources = [folder / "case_pkg.sv", *architectures.rtl_sources(rtl), HERE / "array_dut.sv"]
    else:
        sources = [folder / "case_pkg.sv", *architectures.baseline_sources(rtl), HERE / "baseline_dut.sv"]
    if args.gates:
        start = time.monotonic()
        sources = [folder / "case_pkg.sv", synthesize(sources, liberty, args.gates, folder), models]
        print(f"synthesis took {time.monotonic() - start:.1f} s")
    files = [str(source) for source in [*sources, HERE / "array_tb.sv"]]
    output = verilator(files, folder) if args.simulator == "verilator" else icarus(files, models, folder)
    print(output.strip())
    if "PASS" not in output or "FAIL" in output or "ERROR" in output:  # an assertion says ERROR
        sys.exit("run_array.py: the bench did not pass")


if __name__ == "__main__":
    main()
