"""How the jobs of an exploration get done: by a pool of processes here, or by Snakemake here or on a cluster."""

import collections
import dataclasses
import json
import pathlib
import shutil
import subprocess

import processes

WORKFLOW = pathlib.Path(__file__).resolve().parent / "workflow"
POLL = 0.5  # s between looks for results that Snakemake has got
LAST_LINES = 40  # of a failed job's output that are kept
CANCELLING = 60.0  # s that a cluster's cancel.sh may take


class EngineError(Exception):
    """Jobs cannot be run at all; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Task:
    """A job to evaluate; its result is there, and complete, as soon as the file is."""

    key: str
    job: pathlib.Path  # DIR/jobs/KEY.json
    result: pathlib.Path  # DIR/points/KEY.json

    @property
    def log(self):
        """What a job without a result printed last."""
        return self.result.with_suffix(".log")

    @property
    def cluster_log(self):
        """What the cluster says of the job: workflow/profiles direct it there."""
        return self.result.with_suffix(".cluster")

    def forget_logs(self):
        for path in (self.log, self.cluster_log):
            path.unlink(missing_ok=True)


class Local:
    """Processes on this machine, so many at a time."""

    def __init__(self, evaluate, jobs):
        """evaluate: command that `JOB -o RESULT` is appended to; jobs: processes at a time."""
        self.evaluate, self.jobs = list(evaluate), jobs

    def run(self, tasks, on_done):
        """Calls on_done(task), in this thread, for every task that has a result, those that had one before first.

        A task that ends without one leaves its last lines in task.log, and the others go on. KeyboardInterrupt (Ctrl-C, SIGTERM)
        comes when every process has ended; results that are there stay.
        """
        waiting = collections.deque(_without_result(tasks, on_done))
        running = {}
        with processes.Interruption() as interruption:
            try:
                while waiting or running:
                    while waiting and len(running) < self.jobs:
                        task = waiting.popleft()
                        task.result.parent.mkdir(parents=True, exist_ok=True)
                        running[processes.Group([*self.evaluate, task.job, "-o", task.result], task.log)] = task
                    for group in interruption.wait(running):
                        task = running.pop(group)
                        code = group.reap()
                        if _without_result([task], on_done):
                            task.log.write_text(_last_lines(task.log) or f"exit code {code}, nothing printed\n", encoding="utf-8")
            finally:
                processes.stop(running)


class Snakemake:
    """The workflow in workflow/Snakefile: on the cores of this machine, or where a profile sends its jobs."""

    def __init__(self, evaluate, jobs, profile=None):
        """As Local; jobs: at a time, with a profile those in the cluster's queue. profile: a folder with a config.yaml, or None.

        EngineError: Snakemake is not installed, or that is no profile.
        """
        if shutil.which("snakemake") is None:
            raise EngineError("snakemake is not installed; apt-get install snakemake, or leave out --engine snakemake")
        if profile is not None and not (pathlib.Path(profile) / "config.yaml").is_file():
            raise EngineError(f"{profile}: no profile, there is no config.yaml; for Slurm copy {WORKFLOW / 'profiles' / 'slurm'}")
        self.evaluate, self.jobs = list(evaluate), jobs
        self.profile = None if profile is None else pathlib.Path(profile).resolve()

    def run(self, tasks, on_done):
        """As Local.run; all tasks are of one DIR. EngineError with Snakemake's last lines if no job could be started.

        KeyboardInterrupt says what the matter is if jobs may be left in a cluster's queue.
        """
        tasks = _without_result(tasks, on_done)
        if not tasks:
            return
        for task in tasks:
            task.result.parent.mkdir(parents=True, exist_ok=True)  # Slurm opens a job's log before the job could
            task.forget_logs()
        folder = tasks[0].job.resolve().parents[1]
        output = folder / "workflow" / "snakemake.log"
        output.parent.mkdir(exist_ok=True)
        with processes.Interruption() as interruption:
            group = processes.Group(self._command(folder, tasks), output, folder)
            try:
                missing = _followed(group, interruption, tasks, on_done)
            except KeyboardInterrupt:
                raise KeyboardInterrupt(*self._cancel(folder)) from None
        _explain(missing, _last_lines(output), len(missing) == len(tasks))

    def _cancel(self, folder):
        """Cancels what Snakemake left in the queue: it stops its cluster-cancel after 2 s, and it forgets a job that it was submitting.

        The profile's cancel.sh does it, if there is one; returns its complaints.
        """
        command = self.profile and self.profile / "cancel.sh"
        if not command or not command.is_file():
            return []
        try:
            done = subprocess.run([command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                                  timeout=CANCELLING, start_new_session=True)
        except (OSError, subprocess.TimeoutExpired) as error:
            return [f"jobs may be left in the queue: {error}"]
        return [f"jobs may be left in the queue: {done.stderr.strip()}"] if done.returncode else []

    def _command(self, folder, tasks):
        wanted = folder / "workflow" / "wanted.json"
        wanted.write_text(json.dumps({"keys": [task.key for task in tasks], "evaluate": [str(word) for word in self.evaluate]}))
        command = ["snakemake", "--snakefile", WORKFLOW / "Snakefile", "--directory", folder, "--configfile", wanted]
        command += ["--jobs", str(self.jobs), "--keep-going", "--scheduler", "greedy", "--quiet", "rules", "progress"]
        # Results are written at once and named by the hash of all they depend on: one that is there is finished and up to date,
        # and Snakemake's own book-keeping (locks, marks, times) could do nothing but redo or delete it.
        command += ["--nolock", "--keep-incomplete", "--rerun-incomplete", "--rerun-triggers", "input", "--drop-metadata"]
        return command + (["--profile", self.profile] if self.profile else [])


def _followed(group, interruption, tasks, on_done):
    """Those without a result when Snakemake has ended; it is stopped if that is not by itself."""
    missing, ended = tasks, False
    try:
        while not ended:
            ended = interruption.wait([group], POLL)
            missing = _without_result(missing, on_done)
    finally:
        processes.stop([group])
    return missing


def _without_result(tasks, on_done):
    """Those without a result; on_done for the others."""
    missing = []
    for task in tasks:
        if task.result.is_file():
            task.forget_logs()
            on_done(task)
        else:
            missing.append(task)
    return missing


def _explain(missing, said, nothing_done):
    """Leaves in every missing task's log what is known of it: its own output, the cluster's, else what Snakemake said."""
    known = {task: _last_lines(task.log) + _last_lines(task.cluster_log) for task in missing}
    if nothing_done and not any(known.values()):
        raise EngineError(f"snakemake started no job; it said:\n{said}")
    for task, lines in known.items():
        task.log.write_text(lines or said, encoding="utf-8")
        task.cluster_log.unlink(missing_ok=True)


def _last_lines(path):
    """Of a file; nothing if there is none."""
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return "".join(collections.deque(file, LAST_LINES))
