"""The folder of an exploration: jobs, points, and what reports are made of. Whatever is done already is not done again."""

import csv
import io
import json
import pathlib
import sys

import front
from engines import Task
from job import ROOT, Jobs, blank_result, tool_versions
from metrics import METRICS
from progress import Progress

sys.path.insert(0, str(ROOT / "scripts"))
import files  # noqa: E402

SCHEMA = "bcq-explore-1"


class Exploration:
    """Of a specification in a folder."""

    def __init__(self, spec, space, engine, folder, programs):
        self.spec, self.space, self.engine, self.folder = spec, space, engine, pathlib.Path(folder).resolve()
        self.jobs = Jobs(spec, programs)
        self.found = {}  # {key: result}, in the order of evaluation
        self.folder.mkdir(parents=True, exist_ok=True)
        files.write_text(self.folder / "spec.toml", spec.text)

    def evaluate(self, points, progress):
        """Results of Points, in their order; those that are known are read."""
        jobs = [self.jobs.job(point) for point in points]
        tasks = {job["key"]: Task(job["key"], self._path("jobs", job["key"]), self._path("points", job["key"])) for job in jobs}
        order = {job["key"]: job for job in jobs}
        kept = {key: result for key, task in tasks.items() if key not in self.found and (result := _known(task.result))}
        self.found |= kept
        progress.kept(list(kept.values()))
        pending = [task for key, task in tasks.items() if key not in self.found]
        for task in pending:
            task.result.unlink(missing_ok=True)  # a failure of an earlier run
            files.write_json(task.job, order[task.key])
        self.engine.run(pending, lambda task: progress.done(_known(task.result, failed=True) or _given_up(task, order[task.key])))
        for task in pending:
            self.found[task.key] = _known(task.result, failed=True) or _given_up(task, order[task.key])
        return [self.found[job["key"]] for job in jobs]

    def progress(self, total):
        """What shows it."""
        return Progress(total, self.spec)

    def _path(self, kind, key):
        return self.folder / kind / f"{key}.json"

    def record(self, method, illegal, mixed, command):
        """exploration.json and points.csv; returns what is in the former."""
        spec, points = self.spec, list(self.found.values())
        front.mark(points, spec.objectives, spec.constraints)
        record = {
            "schema": SCHEMA, "name": spec.name, "about": spec.about, "command": command,
            "versions": {"bcq": self.jobs.version, **tool_versions()}, "rtl_crc32": self.jobs.rtl_crc32,
            "seed": spec.search["seed"], "method": method, "finished": True,
            "axes": {key: list(values) for key, values in self.space.axes.items()},
            "fixed": {"arch": spec.arch} | self.space.fixed,
            "workloads": [pathlib.Path(path).stem for path in (*spec.layers, *spec.shapes)] + list(spec.models),
            "objectives": [{"metric": name, **_described(name)} for name in spec.objectives],
            "metrics": {name: _described(name) for name in METRICS if any(name in point["metrics"] for point in points)},
            "constraints": [{"metric": limit.metric, "relation": limit.relation, "limit": limit.limit} for limit in spec.constraints],
            "points": points,
            "illegal": [{"parameters": point.parameters, "reason": point.reason} for point in illegal],
            "recommended": front.recommended(points, spec.objectives),
            "mixed": mixed,
        }
        files.write_json(self.folder / "exploration.json", record)
        self._write_csv(record)
        return record

    def _write_csv(self, record):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        axes, metrics = list(record["axes"]), list(record["metrics"])
        writer.writerow(["key", "status", *axes, *metrics, "feasible", "front", "error"])
        for point in record["points"]:
            writer.writerow([
                point["key"], point["status"], *(point["parameters"].get(axis, "") for axis in axes),
                *(point["metrics"].get(name, "") for name in metrics), point["feasible"], point["front"], point["error"] or "",
            ])
        files.write_text(self.folder / "points.csv", text.getvalue())


def _described(name):
    metric = METRICS[name]
    return {"title": metric.title, "unit": metric.unit, "goal": metric.goal, "estimate": metric.estimate}


def _known(path, failed=False):
    """The result in a file; None if there is none, or if it failed and `failed` does not want those."""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    return result if failed or result["status"] == "ok" else None


def _given_up(task, job):
    """The result of a task that left none: the last line of what its engine has noted."""
    log = task.result.with_suffix(".log")
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.is_file() else []
    return blank_result(job, lines[-1] if lines else "the engine left no result")
