"""Measurements that are kept: each is made once and read back until anything that it depends on changes."""

import hashlib
import json
import pathlib
import sys
import time

import flow
import results

HERE = pathlib.Path(__file__).resolve().parent
# What decides about numbers; the rest of ppa/ only shows them.
STEPS = ("activity", "compose", "fanout", "flow", "liberty", "mapping", "netlist", "parts", "power", "sta", "tables")


class Measurer:
    """Measures designs by flow.Flow, and keeps the results in a folder."""

    def __init__(self, library, models, programs, layer, clock_ns, cache, jobs, no_power):
        self.library, self.layer, self.clock_ns, self.no_power = library, layer, clock_ns, no_power
        self.cache = pathlib.Path(cache)
        self.flow = flow.Flow(library, models, programs, layer, clock_ns, self.cache / "parts", jobs)

    def __call__(self, design, command):
        """The JSON object of results.py, whose `command` is how a user gets it."""
        kept = self.cache / "measurements" / f"{design.name}-{self._key(design)}.json"
        if kept.is_file():
            result = json.loads(kept.read_text(encoding="utf-8"))
            return result | {"command": command, "name": design.name}
        start = time.monotonic()
        measurement = self.flow.measure(design, not self.no_power, not self.no_power)
        result = results.record(measurement, self.library, self.layer.stem, self.clock_ns, command)
        results.write(kept, result)
        if sys.stderr.isatty():
            print(f"{design.name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
        return result

    def _key(self, design):
        """Everything that a result depends on."""
        digest = hashlib.sha256()
        steps = [HERE / f"{step}.py" for step in STEPS]
        for path in [*design.sources(), *steps, *sorted((HERE / "activity").iterdir()), self.layer]:
            digest.update(path.read_bytes())
        digest.update(repr((design, self.library.sha256, self.clock_ns, self.no_power)).encode())
        return digest.hexdigest()[:24]
