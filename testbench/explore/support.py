"""What tests of the exploration share: its modules on the path, a folder to work in, the program bcq (environment BCQ)."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXPLORE = ROOT / "explore"
BCQ = pathlib.Path(os.environ["BCQ"])
PROGRAMS = BCQ.parent
LAYER = ROOT / "traces" / "layers" / "kjv.blk0.attn_k.safetensors"

sys.path.insert(0, str(EXPLORE))
sys.dont_write_bytecode = True


class Folder(unittest.TestCase):
    """A test with a folder of its own and its own cache."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text, encoding="utf-8")
        return path

    def bcq(self, *arguments, code=0):
        """Runs bcq in the folder; returns (stdout, stderr)."""
        environment = os.environ | {"BCQ_CACHE_DIR": str(self.dir / "cache")}
        words = [str(argument) for argument in arguments]
        done = subprocess.run([BCQ, *words], cwd=self.dir, capture_output=True, text=True, env=environment, check=False)
        self.assertEqual(done.returncode, code, f"bcq {' '.join(words)}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr
