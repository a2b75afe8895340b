#!/usr/bin/env python3
"""bcq synth: an array as gates of a cell library: cells, area, clock, and energy on the data of a real layer.

The RTL is mapped by Yosys and ABC, timed by OpenSTA, and run as gates with their delays in Icarus Verilog on a window of a
layer, every result bit checked against the golden model; what the nets did there gives the energies. An on-line encoder of the
architecture is measured likewise, as a part of its own. docs/ppa.md explains the steps, what is left out, and how to use
libraries other than osu018 (Nangate45, sky130, ASAP7).
"""

import argparse
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tomllib

import flow
import liberty
import library_file
import models
import results
from activity import ActivityError, InputError
from mapping import MappingError
from measure import Measurer
from sta import TimingError

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import architectures  # noqa: E402
import files  # noqa: E402

OSU018 = pathlib.Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
LAYER = ROOT / "traces" / "layers" / "kjv.blk0.attn_q.safetensors"


def cache_folder():
    """Where maps and measurements are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("BCQ_CACHE_DIR") or pathlib.Path(home) / "bcq") / "ppa"


def add_flow_arguments(parser):
    """Those that `bcq synth` and `bcq ppa` share."""
    parser.add_argument("--liberty", type=pathlib.Path, nargs="+", default=[OSU018], metavar="FILE",
                        help=f"cell library, or the files of a corner that make one (default: {OSU018} of Debian's qflow-tech-osu018)")
    parser.add_argument("--dont-use", nargs="+", default=[], metavar="PATTERN",
                        help="cells that the mapping leaves alone, such as 'sky130_fd_sc_hd__lpflow_*'")
    parser.add_argument("--models", type=pathlib.Path, metavar="FILE.v",
                        help="Verilog models of its cells, for the energies (default: beside the library, same name; if there are "
                        "none, models made of what the library says of its cells)")
    parser.add_argument("--clock", type=float, default=10.0, metavar="NS", help="period that gates are sized for (default: %(default)s)")
    parser.add_argument("--layer", type=pathlib.Path, default=LAYER, metavar="FILE",
                        help="layer whose data the gates run (default: %(default)s)")
    parser.add_argument("--no-power", action="store_true", help="area and timing alone: minutes less")
    parser.add_argument("--no-random", action="store_true", help="leave out the comparison with random data: the half of the time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="parts mapped at a time (default: %(default)s)")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build" / "release" / "bin", metavar="FOLDER",
                        help="where bcq and make_case are (default: %(default)s)")


def measurer(parser, arguments):
    """What measures designs as the arguments say; what is missing is the parser's error, exit code 2."""
    try:
        flow.Flow.require_tools(not arguments.no_power)
        library = liberty.read(library_file.one([path.resolve() for path in arguments.liberty], arguments.dont_use, cache_folder()))
        if not arguments.no_power:
            library.require_power()
        cell_models = None if arguments.no_power else (arguments.models or models.of(library, cache_folder())).resolve()
        if cell_models and not cell_models.is_file():
            raise flow.FlowError(f"{cell_models}: no such file; leave --models out to use models made of the library, or energies: --no-power")
        for program in ("bcq", "make_case"):
            if not (arguments.programs / program).is_file():
                raise flow.FlowError(f"{arguments.programs}: no {program} there; run `make programs`, or name its folder with --programs")
        if not arguments.layer.is_file():
            raise flow.FlowError(f"{arguments.layer}: no such layer; name one with --layer")
    except (flow.FlowError, liberty.LibertyError, library_file.LibraryFileError) as error:
        parser.error(str(error))
    data = "nothing" if arguments.no_power else "real" if arguments.no_random else "real and random"
    programs, layer = arguments.programs.resolve(), arguments.layer.resolve()
    return Measurer(library, cell_models, programs, layer, arguments.clock, cache_folder(), arguments.jobs, data)


def command_of(program, arguments, *words):
    """The command that makes a result: words, and every option of the flow that is not as it is by default."""
    defaults = argparse.ArgumentParser()
    add_flow_arguments(defaults)
    for name, usual in vars(defaults.parse_args([])).items():
        value = getattr(arguments, name)
        if value != usual and name not in ("jobs", "programs"):
            option = f"--{name.replace('_', '-')}"
            words += (option,) if value is True else (option, *map(str, value if isinstance(value, list) else [value]))
    return shlex.join([*program.split(), *map(str, words)])


def design_of(parser, programs, name):
    """A named architecture, or a file of one, which `bcq arch` has looked at: what it refuses is the parser's error.

    Its array, and the scalars per cycle of its on-line encoder (0: none)."""
    path = pathlib.Path(name)
    if path.suffix == ".toml":
        checked = subprocess.run([programs / "bcq", "arch", path], capture_output=True, text=True, check=False)
        if checked.returncode != 0:
            parser.error(checked.stderr.strip().removeprefix("bcq: "))
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
        name = entry.get("name", path.stem)
    else:
        entry = architectures.every().get(name)
        if entry is None:
            parser.error(f"--arch: no architecture '{name}'; bcq arch lists them, or give a file NAME.toml")
    default = architectures.every()["default"]
    # Another number format has no keys of BCQ's; the case and the record of its array have them all the same.
    array = {key: value for key, value in (default["array"] | entry.get("array", {})).items() if key != "clock_mhz"}
    numbers = default["format"] | entry.get("format", {})
    number_format = numbers.pop("number", "bcq")
    return flow.Design(name, array, numbers, number_format), entry.get("output", {}).get("encoder_lanes", 0)


def check_composition(chain, design):
    """Prints how far the sum of parts is from an array that is mapped as one module."""
    for side in (2, 4):
        composed, direct = chain.composed_and_direct(design, side)
        print(f"{design.name}, {side} x {side}: {composed / 1e6:.4f} mm² from parts, {direct / 1e6:.4f} mm² mapped flat, "
              f"{100 * (composed / direct - 1):+.2f} %", flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="bcq synth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", "--config", action="append", metavar="NAME|FILE.toml", help="architecture (default: default); may be repeated")
    parser.add_argument("--all", action="store_true", help="every named architecture of up to 256 PEs, results to ppa/results")
    parser.add_argument("-o", "--output", type=pathlib.Path, metavar="FOLDER", help="write NAME.json there")
    parser.add_argument("--check-composition", action="store_true",
                        help="compare areas put together from parts with arrays of 2 x 2 and 4 x 4 PEs mapped flat, and end")
    parser.add_argument("--path", action="store_true", help="print the critical path gate by gate")
    add_flow_arguments(parser)
    options = parser.parse_args(arguments)
    measure = measurer(parser, options)
    names = list(architectures.named()) if options.all else options.arch or ["default"]
    if options.check_composition:
        for name in names:
            check_composition(measure.flow, design_of(parser, options.programs, name)[0])
        return
    output = options.output or (results.FOLDER if options.all else None)
    for name in names:
        design, encoder_lanes = design_of(parser, options.programs, name)
        result = measure(design, command_of("bcq synth", options, "--arch", name))
        if encoder_lanes > 0:
            result["encoder"] = measure.encoder(design, encoder_lanes)
        print(results.text(result) + "\n", flush=True)
        if options.path:
            for timed in (result, result.get("encoder")):
                if timed:
                    print(timed["critical_path"]["report"] + "\n")
        if output:
            files.write_json(output / f"{result['name']}.json", result)


def run(program, main_function):
    """What a command of ppa/ is when it is a process: errors are a line on stderr and an exit code, 2 for refused input."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends it, quietly
    try:
        main_function()
    except InputError as refused:
        print(f"{program}: {refused}", file=sys.stderr)
        sys.exit(2)
    except (MappingError, TimingError, ActivityError, flow.FlowError) as error:
        sys.exit(f"{program}: {error}")


if __name__ == "__main__":
    run("bcq synth", main)
