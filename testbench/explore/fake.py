"""An exploration without simulations: jobs that sleep, or fail, and results that say when and where they ran."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "explore"))
import engines  # noqa: E402

PYTHON = "/usr/bin/python3"

# As evaluate.py is called. It works in a program of its own, as bcq is one, which must not outlive it.
# `calls` lists what was begun.
EVALUATE = """
import json, os, pathlib, subprocess, sys, time
job, result = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[3])
wanted = json.loads(job.read_text())
with open(job.parent.parent / "calls", "a") as calls:
    calls.write(job.stem + chr(10))
begin = time.time()
work = "import sys, time; time.sleep(float(sys.argv[1]))"
subprocess.run([sys.executable, "-c", work, str(wanted["seconds"]), job], check=True)
if wanted["fails"]:
    print(*range(100), sep=chr(10))
    sys.exit("no area: " + job.stem)
part = result.with_suffix(".part")
part.write_text(json.dumps({"begin": begin, "end": time.time(), "slurm": os.environ.get("SLURM_JOB_ID")}))
part.rename(result)
"""

# Runs an engine until it is interrupted, which a test cannot do to itself.
DRIVER = """
import sys
sys.path.insert(0, {explore!r})
import engines, pathlib
folder = pathlib.Path({folder!r})
tasks = [engines.Task(job.stem, job, folder / "points" / job.name) for job in sorted((folder / "jobs").iterdir())]
try:
    engines.{engine}.run(tasks, lambda task: None)
except KeyboardInterrupt as interruption:
    sys.exit(" ".join(["interrupted", *interruption.args]))
"""


class Exploration:
    """A folder of jobs; a space in its name, as users have."""

    def __init__(self, parent):
        self.folder = pathlib.Path(parent) / "an exploration"
        self.tasks = []
        (self.folder / "jobs").mkdir(parents=True)  # that of results is the engine's to make
        self._program = self.folder / "fake_evaluate.py"
        self._program.write_text(EVALUATE, encoding="utf-8")

    @property
    def evaluate(self):
        return [PYTHON, str(self._program)]

    def add(self, seconds, fails=False):
        """A task of so many seconds."""
        key = f"{len(self.tasks):016x}"
        task = engines.Task(key, self.folder / "jobs" / f"{key}.json", self.folder / "points" / f"{key}.json")
        task.job.write_text(json.dumps({"seconds": seconds, "fails": fails}), encoding="utf-8")
        self.tasks.append(task)
        return task

    def finished(self):
        """Tasks with results."""
        return [task for task in self.tasks if task.result.is_file()]

    def results(self):
        return [json.loads(task.result.read_text(encoding="utf-8")) for task in self.finished()]

    def calls(self):
        """Keys of jobs in the order in which they were begun."""
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8").split() if path.exists() else []

    def at_once(self):
        """The most jobs that ran at a time."""
        results = self.results()
        return max(sum(other["begin"] <= result["begin"] < other["end"] for other in results) for result in results)

    def interrupt(self, engine, number=signal.SIGINT, when=None):
        """Runs the engine (a Python expression) elsewhere, sends it a signal when that is so, by default at the first result.

        Returns (exit code, its stderr).
        """
        driver = DRIVER.format(explore=str(ROOT / "explore"), folder=str(self.folder), engine=engine)
        with subprocess.Popen([PYTHON, "-B", "-c", driver], stderr=subprocess.PIPE, text=True) as process:
            while not (when or self.finished)() and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(number)
            return process.wait(), process.stderr.read()

    def left_running(self):
        """Command lines of processes that have to do with this exploration; what was just killed has some time to go."""
        deadline = time.monotonic() + 30.0
        while (found := self._processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _processes(self):
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes()
            except OSError:
                continue  # it has ended
            if os.fsencode(self.folder) in command and int(path.parent.name) != os.getpid():
                found.append(command)
        return found
