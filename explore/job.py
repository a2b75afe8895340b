"""A job: everything that the numbers of a point depend on, as JSON, and the key that follows from it.

Two explorations that come across the same job share its result; a change of a file's content, of the RTL, of the flow or of
the programs makes another job.
"""

import hashlib
import json
import pathlib
import subprocess
import sys

from space import number_format

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "ppa"))
import flow  # noqa: E402
import measure  # noqa: E402
import results  # noqa: E402
import synth  # noqa: E402

SCHEMA = "bcq-explore-job-1"
RESULT_SCHEMA = "bcq-explore-point-1"


def sha256(path):
    """Of a file, in hex."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def cache_folder():
    """Where what explorations share is kept."""
    return synth.cache_folder().parent


def tool_versions():
    """Of the tools of synthesis."""
    return results.versions()


def blank_result(job, error):
    """The result of a job before it has numbers, or without."""
    return {
        "schema": RESULT_SCHEMA, "key": job["key"], "name": job["name"], "status": "failed", "error": error, "parameters": job["parameters"],
        "metrics": {}, "breakdown": {}, "layers": [], "commands": [], "versions": {}, "wall_seconds": 0.0,
    }


class Jobs:
    """Makes the jobs of an exploration."""

    def __init__(self, spec, programs):
        self.spec, self.programs = spec, pathlib.Path(programs)
        said = subprocess.run([self.programs / "bcq", "--version"], capture_output=True, text=True, check=True).stdout
        self.version = said.strip().removeprefix("bcq ")
        rtl = sorted(str(path.relative_to(results.RTL)) for path in results.RTL.rglob("*.sv"))
        self.rtl_crc32 = results.rtl_crc32(rtl)
        self._digests = {}
        self._steps = self._digest_of_steps()

    def job(self, point):
        """The job of a Point; `key` is a hash of all the rest."""
        spec, bcq = self.spec, number_format(point.arch) == "bcq"
        calibrated = bcq and (point.arch["format"]["bc"] != flow.UNIVERSAL_BC or point.encoding["mirror_pairs"])
        job = {
            "schema": SCHEMA,
            "name": point.name,
            "parameters": point.parameters,
            "arch": point.arch,
            "encoding": point.encoding,
            "layers": [self._file(path) for path in spec.layers],
            "shapes": [self._file(path) for path in spec.shapes],
            "models": [{"model": model, **spec.tokens} for model in spec.models],
            "calibration": self._calibration() if calibrated else None,
            "synthesis": self._synthesis() if spec.synthesis["enabled"] else None,
            "seed": spec.search["seed"],
            "rtl_crc32": self.rtl_crc32,
            "bcq": self.version,
            "programs": self._steps,
        }
        # Where a file lies is of no account, what is in it is.
        content = {**job, **{kind: [file["sha256"] for file in job[kind]] for kind in ("layers", "shapes")}}
        key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
        return {"key": key} | job

    def _file(self, path):
        if path not in self._digests:
            self._digests[path] = sha256(path)
        return {"path": str(path), "sha256": self._digests[path]}

    def _calibration(self):
        calibration = self.spec.calibration
        files = [self._file(path) for path in calibration["layers"]]
        return {"layers": files, "max_blocks": calibration["max_blocks"], "restarts": calibration["restarts"]}

    def _synthesis(self):
        synthesis = {key: value for key, value in self.spec.synthesis.items() if key in ("energy", "clock_ns")}
        return synthesis | ({"layer": self._file(self.spec.synthesis["layer"])} if "layer" in self.spec.synthesis else {})

    def _digest_of_steps(self):
        """Of the programs that make the numbers."""
        digest = hashlib.sha256()
        here = pathlib.Path(__file__).resolve().parent
        steps = [measure.HERE / f"{step}.py" for step in measure.STEPS]
        for path in [self.programs / "bcq", *steps, measure.HERE / "estimates.toml", here / "evaluate.py", here / "measures.py"]:
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]
