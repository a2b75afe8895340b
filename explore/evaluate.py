#!/usr/bin/env python3
"""Evaluates one point of an exploration: JOB.json -> RESULT.json. What engines call, on whatever machine.

    evaluate.py jobs/KEY.json -o points/KEY.json --programs FOLDER

Calls bcq: codebooks are calibrated where there are none, the array is synthesized, every workload simulated. Files that
reproduce the point lie beside the result in points/KEY/. A point that fails leaves a result that says why; the exit code is
0 unless no result could be written.
"""

import argparse
import fcntl
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import measures
from job import ROOT, blank_result
from space import architecture_file, number_format

sys.path[:0] = [str(ROOT / "ppa"), str(ROOT / "scripts")]
import files  # noqa: E402
import ppa  # noqa: E402
import synth  # noqa: E402


class Failed(Exception):
    """A step failed; the message is that of bcq."""


class Evaluation:
    """Of a job. `folder` keeps what reproduces it; commands are noted as a user would type them in the exploration's folder."""

    def __init__(self, job, folder, programs):
        self.job, self.folder, self.programs = job, pathlib.Path(folder), pathlib.Path(programs)
        self.root = self.folder.parent.parent
        self.arch = self.folder / "arch.toml"
        self.commands = []

    def run(self):
        """(metrics, breakdown, layers) of measures.py."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_arch(self.job["arch"]["array"]["clock_mhz"])
        codebooks = self._calibrate() if self.job["calibration"] else None
        synthesis = self._synthesize() if self.job["synthesis"] else None
        measured = json.loads(synthesis.read_text(encoding="utf-8")) if synthesis else None
        if measured:
            # Memory is as fast as the run's clock makes it look, so that must be one that the gates allow.
            self._write_arch(min(self.job["arch"]["array"]["clock_mhz"], measured["highest_clock_mhz"]))
        energy = measured is not None and self.job["synthesis"]["energy"]
        options = (["--ppa", self._shown(synthesis)] if energy else []) + (["--codebooks", self._shown(codebooks)] if codebooks else [])
        options += [f"--{key.replace('_', '-')}" for key in ("mirror", "scale_search") if self.job["encoding"][key]]
        runs = [self._simulate(workload, options) for workload in self._workloads()]
        return measures.of_point(runs, measured, energy)

    def _write_arch(self, clock_mhz):
        arch = {"name": self._array_name()} | self.job["arch"] | {"array": self.job["arch"]["array"] | {"clock_mhz": clock_mhz}}
        files.write_text(self.arch, architecture_file(arch))

    def _array_name(self):
        """The same for equal hardware, whatever is around it: what is kept of its synthesis serves them all."""
        array = {key: value for key, value in self.job["arch"]["array"].items() if key != "clock_mhz"}
        hardware = json.dumps([array, self.job["arch"]["format"], self.job["arch"].get("output")], sort_keys=True)
        return f"array_{hashlib.sha256(hardware.encode()).hexdigest()[:12]}"

    def _shown(self, path):
        return os.path.relpath(path, self.root)

    def _bcq(self, *arguments):
        """Runs bcq in the exploration's folder; returns what it prints."""
        words = [str(argument) for argument in arguments]
        self.commands.append(" ".join(["bcq", *words]))
        done = subprocess.run([self.programs / "bcq", *words], cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise Failed(f"{self.commands[-1]}: {lines[-1]}")
        return done.stdout

    def _calibrate(self):
        what, fmt, target = self.job["calibration"], self.job["arch"]["format"], self.folder / "codebooks.safetensors"
        options = [word for key in ("lb", "la", "nc", "bc") for word in (f"--{key}", fmt[key])]
        options += ["--max-blocks", what["max_blocks"], "--restarts", what["restarts"], "--seed", self.job["seed"]]
        options += ["--mirror-pairs"] if self.job["encoding"]["mirror_pairs"] else []
        self._bcq("calibrate", *(self._shown(file["path"]) for file in what["layers"]), "-o", self._shown(target), *options)
        return target

    def _synthesize(self):
        """The file of results. Two points of the same hardware wait for each other: the second takes what the first has kept."""
        what, target = self.job["synthesis"], self.folder / f"{self._array_name()}.json"
        locks = synth.cache_folder() / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        options = ["--clock", what["clock_ns"], "--jobs", 1, "--no-random" if what["energy"] else "--no-power"]
        options += ["--layer", self._shown(what["layer"]["path"])] if "layer" in what else []
        with (locks / self._array_name()).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._bcq("synth", "--arch", self._shown(self.arch), "-o", self._shown(self.folder), *options)
        return target

    def _workloads(self):
        """(name, whether it has data, words of the command line) of each."""
        for file in self.job["layers"]:
            yield pathlib.Path(file["path"]).stem, True, [self._shown(file["path"])]
        for file in self.job["shapes"]:
            yield pathlib.Path(file["path"]).stem, False, [self._shown(file["path"])]
        for model in self.job["models"]:
            yield model["model"], False, [word for key, value in model.items() for word in (f"--{key}", value)]

    def _simulate(self, workload, options):
        name, has_data, words = workload
        number = number_format(self.job["arch"])
        report = json.loads(self._bcq("simulate", *words, "--arch", self._shown(self.arch), *options, "--json", "-"))
        errors = report if has_data else None
        if has_data and number != "bcq":
            compared = json.loads(self._bcq("compare", *words, "--formats", ppa.BASELINES[number][1], "--json", "-"))
            errors = compared["layers"][0]["formats"][0] | {"shape": report["gemms"][0]["shape"]}
        return measures.Run(name, report, errors)


def evaluate(job, folder, programs):
    """The result of a job."""
    start = time.monotonic()
    evaluation = Evaluation(job, folder, programs)
    try:
        metrics, breakdown, layers = evaluation.run()
        found = {"status": "ok", "error": None, "metrics": metrics, "breakdown": breakdown, "layers": layers}
    except Failed as error:
        found = {"error": str(error)}
    return blank_result(job, None) | found | {
        "commands": evaluation.commands, "versions": {"bcq": job["bcq"], "rtl_crc32": job["rtl_crc32"]},
        "wall_seconds": round(time.monotonic() - start, 2),
    }


def main():
    parser = argparse.ArgumentParser(prog="evaluate.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", type=pathlib.Path, metavar="JOB.json")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, metavar="RESULT.json")
    parser.add_argument("--programs", type=pathlib.Path, required=True, metavar="FOLDER", help="where bcq and make_case are")
    options = parser.parse_args()
    job = json.loads(options.job.read_text(encoding="utf-8"))
    output = options.output.resolve()
    files.write_json(output, evaluate(job, output.with_suffix(""), options.programs.resolve()))


if __name__ == "__main__":
    main()
