"""`bcq compare` on one layer, kept by format: what has been measured once is read back.

A measurement is one layer in one format. Its key is the hash of the layer's content, the format's specification and the content
of the program bcq, which holds the universal codebooks; names and places of files have no part in it.
"""

import hashlib
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import files  # noqa: E402

SCHEMA = "bcq-explore-compare-1"


class LayerError(Exception):
    """This layer cannot be measured; others may be. The message is bcq's own."""


class FormatError(Exception):
    """A specification that no layer can be measured with. The message is bcq's own."""


class Comparer:
    """Measures layers with the program `bcq` of a folder, and keeps the results in another."""

    def __init__(self, programs, cache):
        self._bcq = pathlib.Path(programs) / "bcq"
        self._cache = pathlib.Path(cache)
        self._cache.mkdir(parents=True, exist_ok=True)
        self._version = hashlib.sha256(self._bcq.read_bytes()).hexdigest()

    def catalogue(self):
        """The object of `bcq formats --json`."""
        kept = self._kept("formats")
        if not kept.is_file():
            files.write_json(kept, self.report("formats"))
        return json.loads(kept.read_text(encoding="utf-8"))

    def measure(self, layer, formats):
        """{specification: {"shape": {m, n, k}, "measured": an entry of `formats` in the report of bcq compare}}.

        Raises LayerError or FormatError; formats that had been measured before stay kept."""
        try:
            content = hashlib.sha256(pathlib.Path(layer).read_bytes()).hexdigest()
        except OSError as error:
            raise LayerError(f"{layer}: {error.strerror}") from error
        kept = {specification: self._kept(content, specification) for specification in formats}
        missing = [specification for specification, path in kept.items() if not path.is_file()]
        if missing:
            (report,) = self.report("compare", layer, "--formats", ",".join(missing))["layers"]
            entries = {entry.pop("format"): entry for entry in report["formats"]}
            for specification in missing:
                if specification not in entries:
                    raise FormatError(f"format '{specification}': not one format; name each by itself")
                # The front is that of the formats which happened to be missing.
                measured = {key: value for key, value in entries[specification].items() if key != "front"}
                files.write_json(kept[specification], {"schema": SCHEMA, "shape": report["shape"], "measured": measured})
        return {specification: json.loads(path.read_text(encoding="utf-8")) for specification, path in kept.items()}

    def _kept(self, *of):
        words = json.dumps([SCHEMA, self._version, *of])
        return self._cache / f"{hashlib.sha256(words.encode()).hexdigest()[:16]}.json"

    def report(self, *arguments):
        """The JSON report of a command of bcq."""
        command = [str(self._bcq), *map(str, arguments), "--json", "-"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            return json.loads(done.stdout)
        message = done.stderr.strip().removeprefix("bcq: ") or f"{' '.join(command)}: exit code {done.returncode}"
        raise (FormatError if message.startswith("format ") else LayerError)(message)
