"""What the nets of a design do on real data: the netlist in Icarus Verilog, with delays, every result checked."""

import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BENCH = HERE / "activity" / "activity_tb.sv"


class ActivityError(Exception):
    """Icarus failed or a result was wrong."""


class InputError(Exception):
    """A program of ours refuses its input; the message is its own."""


def run(command, folder):
    """Runs a program; returns what it prints, ActivityError or InputError when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    name = pathlib.Path(command[0]).name
    if done.returncode == 2 and name in ("bcq", "make_case"):
        raise InputError(done.stderr.strip().removeprefix(f"{name}: "))
    if done.returncode != 0:
        raise ActivityError(f"{command[0]}: {(done.stdout + done.stderr).strip()[-400:]}")
    return done.stdout


def counter(folder):
    """Compiles the VPI module that counts toggles; its path without suffix."""
    target = pathlib.Path(folder) / "count_toggles.vpi"
    flags = run(["iverilog-vpi", "--cflags"], folder).split()
    include = [flag for flag in flags if flag.startswith("-I")]
    command = ["c++", "-std=c++20", "-O2", "-shared", "-fPIC", *include, HERE / "activity" / "count_toggles.cpp", "-o", target]
    run(command, folder)
    return target.with_suffix("")


def simulate(case, netlist, sdf, models, period_ns, folder, bench=BENCH):
    """Runs a case of make_case on the netlist in the module that `bench` is named after; returns (cycles, file of toggles)."""
    folder = pathlib.Path(folder)
    library = counter(folder)
    program, toggles = folder / "activity.vvp", folder / "toggles"
    sources = [case / "case_pkg.sv", netlist, models, bench]
    run(["iverilog", "-g2012", "-gspecify", "-T", "typ", "-s", bench.stem, "-o", program, *sources], folder)
    # Times are in ps.
    arguments = [f"+period={round(1000 * period_ns)}", f"+sdf={sdf}", f"+toggles={toggles}"]
    output = run(["vvp", "-n", f"-M{library.parent}", f"-m{library.name}", program, *arguments], case)
    passed = re.search(r"PASS: (\d+) result rows, (\d+) cycles", output)
    if not passed or "FAIL" in output:
        raise ActivityError(output.strip()[-400:])
    return int(passed.group(2)), toggles
