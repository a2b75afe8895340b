#!/usr/bin/env python3
"""Both engines on this machine with jobs that sleep: all get done, several at a time; failures and Ctrl-C harm nothing else."""

import pathlib
import signal
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fake import Exploration, engines  # noqa: E402

SHORT = 1.5  # s, enough for jobs to be seen side by side, on a busy machine too
LONG = 60.0  # s, a job that only an interruption ends within the test


class EngineTest:
    """What holds for every engine; `name` is the class in engines.py, `signals` what it is interrupted with."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bcq-engines-")
        self.addCleanup(folder.cleanup)
        self.exploration = Exploration(folder.name)

    def run_engine(self, jobs=2):
        """Keys in the order of on_done."""
        done = []
        engine = getattr(engines, self.name)(self.exploration.evaluate, jobs)
        engine.run(self.exploration.tasks, lambda task: done.append(task.key))
        return done

    def test_all_are_done_two_at_a_time(self):
        for _ in range(4):
            self.exploration.add(SHORT)
        done = self.run_engine()
        self.assertEqual(sorted(done), [task.key for task in self.exploration.finished()])
        self.assertEqual(len(done), 4)
        self.assertEqual(self.exploration.at_once(), 2)
        self.assertEqual([path for path in (self.exploration.folder / "points").iterdir() if path.suffix != ".json"], [])
        # A second time there is nothing left to do, and every result is told of.
        self.assertEqual(sorted(self.run_engine()), sorted(done))
        self.assertEqual(len(self.exploration.calls()), 4)

    def test_a_failing_job_leaves_its_last_lines_and_the_others_go_on(self):
        bad = self.exploration.add(0.0, fails=True)
        good = [self.exploration.add(0.0) for _ in range(2)]
        self.assertEqual(sorted(self.run_engine(jobs=1)), [task.key for task in good])
        lines = bad.log.read_text(encoding="utf-8").splitlines()
        self.assertEqual((len(lines), lines[-1]), (engines.LAST_LINES, f"no area: {bad.key}"))
        # It is tried again, and once it does the log is gone.
        bad.job.write_text('{"seconds": 0, "fails": false}', encoding="utf-8")
        self.assertEqual(len(self.run_engine()), 3)
        self.assertFalse(bad.log.exists())

    def test_an_interruption_leaves_results_and_no_processes(self):
        for number in self.signals:
            with self.subTest(number), tempfile.TemporaryDirectory(prefix="bcq-engines-") as folder:
                exploration = Exploration(folder)
                first, *rest = [exploration.add(seconds) for seconds in (0.0, LONG, LONG)]
                code, said = exploration.interrupt(f"{self.name}({exploration.evaluate!r}, 3)", number)
                self.assertEqual((code, said.strip()), (1, "interrupted"))
                self.assertEqual(exploration.finished(), [first])
                self.assertEqual(exploration.left_running(), [])
                for task in rest:
                    task.job.write_text('{"seconds": 0, "fails": false}', encoding="utf-8")
                self.exploration = exploration
                self.assertEqual(len(self.run_engine()), 3)
                self.assertEqual(exploration.calls().count(first.key), 1)


class Local(EngineTest, unittest.TestCase):
    name = "Local"
    signals = (signal.SIGINT, signal.SIGTERM)

    def test_what_a_dead_job_left_running_ends_too(self):
        task = self.exploration.add(0.0)
        # The job's path is an argument of the shell that stays behind.
        evaluate = ["/bin/sh", "-c", f'sh -c "sleep {LONG}; :" "$0" & exit 3']
        engines.Local(evaluate, 1).run([task], self.fail)
        self.assertEqual(self.exploration.left_running(), [])
        self.assertEqual(task.log.read_text(encoding="utf-8"), "exit code 3, nothing printed\n")

    def test_what_on_done_raises_ends_the_run(self):
        for seconds in (0.0, LONG):
            self.exploration.add(seconds)
        with self.assertRaises(ZeroDivisionError):
            engines.Local(self.exploration.evaluate, 2).run(self.exploration.tasks, lambda task: 1 / 0)
        self.assertEqual(self.exploration.left_running(), [])


class Snakemake(EngineTest, unittest.TestCase):
    name = "Snakemake"
    signals = (signal.SIGINT,)

    def test_what_is_missing_is_named(self):
        with unittest.mock.patch.dict("os.environ", PATH="/nowhere"):
            with self.assertRaisesRegex(engines.EngineError, "apt-get install snakemake"):
                engines.Snakemake([], 1)
        with self.assertRaisesRegex(engines.EngineError, "/nowhere: no profile"):
            engines.Snakemake([], 1, pathlib.Path("/nowhere"))

    def test_a_profile_that_starts_no_job_is_an_error(self):
        self.exploration.add(0.0)
        profile = self.exploration.folder / "profile"
        profile.mkdir()
        (profile / "config.yaml").write_text("cluster: 'echo no such partition >&2; false'\n", encoding="utf-8")
        with self.assertRaisesRegex(engines.EngineError, "(?s)started no job.*no such partition"):
            engines.Snakemake(self.exploration.evaluate, 1, profile).run(self.exploration.tasks, self.fail)


if __name__ == "__main__":
    unittest.main()
