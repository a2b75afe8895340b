#!/usr/bin/env python3
"""bcq explore: every point of a space of architectures and formats, and which of them nothing beats.

SPEC.toml says what may vary, on which workloads, what counts and what must hold. Every point is a job of its own: bcq
synthesizes its array, simulates the workloads on it, and the result is kept; a run that was stopped goes on where it was.
DIR gets report.html, to be opened in any browser, the same as report.md and pictures, points.csv, exploration.json.

    bcq explore spec.toml -o result                                  on this machine
    bcq explore spec.toml -o result --list                           what would be evaluated
    bcq explore spec.toml -o result --engine snakemake --profile P   on a cluster

docs/explore.md explains the specification; docs/studies/lb_nc is an example with its results.
"""

import argparse
import json
import os
import pathlib
import shlex
import signal
import sys

import engines
import search
from exploration import Exploration
from job import cache_folder
from metrics import METRICS
from mixed import table as mixed_table
from mixed.assign import assign
from mixed.request import MixedError
from report import write as report
from space import Illegal, Space
from spec import SpecError, read

HERE = pathlib.Path(__file__).resolve().parent


def parser():
    """Of the command line."""
    found = argparse.ArgumentParser(prog="bcq explore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("spec", type=pathlib.Path, metavar="SPEC.toml", help="what to explore")
    found.add_argument("-o", "--output", type=pathlib.Path, required=True, metavar="DIR", help="folder of the results; made, or gone on with")
    found.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="points at a time (default: %(default)s)")
    found.add_argument("--engine", choices=("local", "snakemake"), default="local", help="what runs the jobs (default: %(default)s)")
    found.add_argument("--profile", type=pathlib.Path, metavar="FOLDER", help="Snakemake profile, e.g. explore/workflow/profiles/slurm")
    found.add_argument("--list", action="store_true", help="list the points, evaluate nothing")
    found.add_argument("--report", action="store_true", help="write the reports of DIR/exploration.json again, evaluate nothing")
    found.add_argument("--json", action="store_true", help="print exploration.json instead of the table")
    found.add_argument("--programs", type=pathlib.Path, default=HERE.parent / "build" / "release" / "bin", metavar="FOLDER",
                       help="where bcq and make_case are (default: %(default)s)")
    return found


def list_points(space):
    """Prints every combination."""
    points = list(space.every())
    for point in points:
        if isinstance(point, Illegal):
            print(f"illegal  {' '.join(f'{key}={value}' for key, value in point.parameters.items())}: {point.reason}")
        else:
            print(f"         {point.name}")
    illegal = sum(isinstance(point, Illegal) for point in points)
    print(f"{len(points) - illegal} points, {illegal} illegal combinations")


def engine_of(options):
    """What runs the jobs."""
    evaluate = [sys.executable, str(HERE / "evaluate.py"), "--programs", str(options.programs.resolve())]
    if options.engine == "snakemake":
        return engines.Snakemake(evaluate, options.jobs, options.profile)
    return engines.Local(evaluate, options.jobs)


def explore(spec, options):
    """Evaluates; returns exploration.json."""
    space = Space(spec, options.programs)
    method = search.method_of(spec, space)
    exploration = Exploration(spec, space, engine_of(options), options.output, options.programs)
    progress = exploration.progress(space.size() if method == "exhaustive" else min(space.size(), spec.search["trials"]))
    try:
        def evaluate(points):
            return exploration.evaluate(points, progress)

        if method == "exhaustive":
            illegal = search.exhaustive(space, evaluate)
        else:
            illegal = search.optimise(space, spec, method, evaluate)
    finally:
        progress.end()
    assignment = assign(spec.mixed, spec.layers, options.programs, cache_folder() / "compare", options.jobs) if spec.mixed else None
    command = shlex.join(["bcq", "explore", str(options.spec), "-o", str(options.output)])
    return exploration.record(method, illegal, assignment, command)


def table(record):
    """The front, for the terminal."""
    names = [objective["metric"] for objective in record["objectives"]]
    front = sorted((point for point in record["points"] if point["front"]), key=lambda point: METRICS[names[0]].cost(point["metrics"][names[0]]))
    titles = [f"{METRICS[name].title} ({METRICS[name].unit})" if METRICS[name].unit else METRICS[name].title for name in names]
    width = max([len(point["name"]) for point in front], default=5)
    lines = [f"{'':2}{'front':{width}}" + "".join(f"  {title:>14}" for title in titles)]
    chosen = (record["recommended"] or {}).get("key")
    for point in front:
        values = (f"{point['metrics'][name]:.5g}" for name in names)
        lines.append(("* " if point["key"] == chosen else "  ") + f"{point['name']:{width}}"
                     + "".join(f"  {value:>{max(14, len(title))}}" for title, value in zip(titles, values)))
    failed = sum(point["status"] == "failed" for point in record["points"])
    infeasible = sum(not point["feasible"] for point in record["points"]) - failed
    lines.append(f"{len(record['points'])} points: {len(front)} on the front, {infeasible} against a constraint, {failed} failed; "
                 f"{len(record['illegal'])} combinations illegal")
    lines += [f"failed: {point['name']}: {point['error']}" for point in record["points"] if point["status"] == "failed"]
    if record["recommended"]:
        lines.append(f"* {record['recommended']['why']}")
    if record["mixed"]:
        lines += ["", mixed_table.table(record["mixed"])]
    return "\n".join(lines)


def _refuse(message):
    """Says it; the exit code of bad input."""
    print(f"bcq explore: {message}", file=sys.stderr)
    return 2


def main():
    options = parser().parse_args()
    try:
        if options.report:
            record = json.loads((options.output / "exploration.json").read_text(encoding="utf-8"))
        else:
            spec = read(options.spec)
            if options.list:
                list_points(Space(spec, options.programs))
                return
            record = explore(spec, options)
        report.write(record, options.output)
    except MixedError as error:
        # What is called limit there is the budget's key here.
        sys.exit(_refuse(f"{options.spec}: mixed.{str(error).replace('limit:', f'{spec.mixed.budget}:', 1)}"))
    except (SpecError, engines.EngineError) as error:
        sys.exit(_refuse(error))
    except OSError as error:
        sys.exit(_refuse(f"{error.filename}: {error.strerror}"))
    except KeyboardInterrupt as interruption:
        print("bcq explore: stopped; the same command goes on from here", *interruption.args, sep="\n", file=sys.stderr)
        sys.exit(130)
    print(json.dumps(record, indent=1, ensure_ascii=False) if options.json else f"{table(record)}\n{options.output / 'report.html'}")


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends it, quietly
    main()
