#!/usr/bin/env python3
"""The workflow with the committed profile on a real Slurm, started on loopback: jobs run there, failures and Ctrl-C arrive."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(ROOT / "testbench" / "slurm"))
import loopback  # noqa: E402
from fake import Exploration, engines  # noqa: E402

PROFILE = ROOT / "explore" / "workflow" / "profiles" / "slurm"
LONG = 100.0  # s, a job that only scancel ends within the test


def ask(*command):
    """What a program of Slurm prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = loopback.missing_packages()
        if missing:
            raise RuntimeError(f"no Slurm here; apt-get install {' '.join(missing)}")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bcq-slurm-"))
        configuration = loopback.start(folder, cpus=2)
        cls.addClassCleanup(loopback.stop, folder)
        # Snakemake asks for the state of jobs every 10 s, and every second where CI is set.
        environment = unittest.mock.patch.dict(os.environ, SLURM_CONF=str(configuration), CI="true")
        environment.start()
        cls.addClassCleanup(environment.stop)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bcq-engines-")
        self.addCleanup(folder.cleanup)
        self.exploration = Exploration(folder.name)

    def replace_program(self, name, script):
        """Puts a shell script before a program of Slurm, until the test ends; `$real` is the program."""
        folder = self.exploration.folder / "programs"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\nreal={shutil.which(name)}\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
        path = unittest.mock.patch.dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")
        path.start()
        self.addCleanup(path.stop)

    def run_engine(self, on_done=lambda task: None):
        engines.Snakemake(self.exploration.evaluate, 4, PROFILE).run(self.exploration.tasks, on_done)

    def interrupt_engine(self, when=None):
        code, said = self.exploration.interrupt(f"Snakemake({self.exploration.evaluate!r}, 4, {str(PROFILE)!r})", when=when)
        return code, said.strip()

    def assertQueueEmpties(self):
        self.assertTrue(loopback.within_patience(lambda: not ask("squeue", "--noheader").strip()), ask("squeue"))

    def test_points_are_jobs_of_slurm(self):
        good = [self.exploration.add(4.0) for _ in range(3)]  # long enough to meet on a busy machine
        bad = self.exploration.add(0.0, fails=True)
        queued = []
        self.run_engine(lambda task: queued.append(ask("squeue", "--noheader", "--format=%j")))
        self.assertEqual(self.exploration.finished(), good)
        self.assertEqual(self.exploration.at_once(), 2)  # what the node has CPUs for, though four may be queued
        self.assertIn("bcq-", "".join(queued))
        for task, result in zip(good, self.exploration.results(), strict=True):
            job = ask("scontrol", "--oneliner", "show", "job", result["slurm"])
            facts = "JobState=COMPLETED Partition=compute NumCPUs=1 MinMemoryNode=4000M TimeLimit=04:00:00".split()
            self.assertLessEqual({f"JobName=bcq-{task.key}", *facts}, set(job.split()))
        self.assertIn(f"no area: {bad.key}", bad.log.read_text(encoding="utf-8"))
        left = {path.name for path in (self.exploration.folder / "points").iterdir()}
        self.assertEqual(left, {task.result.name for task in good} | {bad.log.name})

    def test_a_job_that_slurm_ends_says_so(self):
        ended, good = self.exploration.add(LONG), self.exploration.add(0.0)
        self.run_engine(lambda task: ask("scancel", "--name", f"bcq-{ended.key}"))
        self.assertEqual(self.exploration.finished(), [good])
        self.assertIn("CANCELLED", ended.log.read_text(encoding="utf-8"))

    def test_an_interruption_cancels_jobs_and_the_next_run_does_them(self):
        first, second = self.exploration.add(0.0), self.exploration.add(LONG)
        self.assertEqual(self.interrupt_engine(), (1, "interrupted"))
        self.assertQueueEmpties()
        self.assertEqual((self.exploration.finished(), self.exploration.left_running()), ([first], []))
        second.job.write_text('{"seconds": 0, "fails": false}', encoding="utf-8")
        self.run_engine()
        self.assertEqual(self.exploration.finished(), [first, second])
        self.assertEqual(self.exploration.calls().count(first.key), 1)

    def test_an_interruption_cancels_the_jobs_of_a_slow_cluster(self):
        """One is known to Snakemake, which waits 2 s for scancel; of the other it has not heard when it is interrupted."""
        def both_run():
            return ask("squeue", "--noheader", "--states=RUNNING").count("\n") == 2

        for _ in range(2):
            self.exploration.add(LONG)
        self.replace_program("scancel", 'sleep 3; exec $real "$@"')
        self.replace_program("sbatch", '$real "$@" || exit; [ $(squeue --noheader | wc -l) = 1 ] || exec sleep 100')
        self.assertEqual(self.interrupt_engine(when=both_run), (1, "interrupted"))
        self.assertQueueEmpties()
        self.assertEqual(self.exploration.left_running(), [])

    def test_an_interruption_leaves_jobs_of_other_folders(self):
        other = ask("sbatch", "--parsable", "--hold", "--partition=compute", "--chdir", ROOT, "--wrap=true").strip()
        self.addCleanup(ask, "scancel", other)
        for seconds in (0.0, LONG):
            self.exploration.add(seconds)
        self.assertEqual(self.interrupt_engine(), (1, "interrupted"))
        self.assertEqual(ask("squeue", "--noheader", "--format=%A", "--states=PENDING,RUNNING").split(), [other])

    def test_an_interruption_says_what_could_not_be_cancelled(self):
        for seconds in (0.0, LONG):
            self.exploration.add(seconds)
        self.addCleanup(ask, "scancel", "--user", loopback.user())
        self.replace_program("squeue", "echo 'Unable to contact slurm controller' >&2; exit 1")
        self.assertEqual(self.interrupt_engine(), (1, "interrupted jobs may be left in the queue: Unable to contact slurm controller"))

    def test_a_state_that_cannot_be_known(self):
        def state(job):
            return ask(PROFILE / "status.sh", job).strip()

        self.assertEqual(state("4294967"), "failed")  # forgotten by the controller
        self.replace_program("scontrol", "echo 'Unable to contact slurm controller' >&2; exit 1")
        self.assertEqual(state("1"), "running")  # asked again


if __name__ == "__main__":
    unittest.main()
