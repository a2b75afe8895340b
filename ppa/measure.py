"""Measurements that are kept: each is made once and read back until anything that it depends on changes."""

import hashlib
import json
import pathlib
import sys
import time

import encoder
import flow
import results
from activity import BENCH

HERE = pathlib.Path(__file__).resolve().parent
# What decides about numbers; the rest of ppa/ only shows them.
STEPS = ("activity", "compose", "fanout", "flow", "liberty", "mapping", "netlist", "parts", "power", "sta", "tables")


COUNTER = HERE / "activity" / "count_toggles.cpp"


class Measurer:
    """Measures designs by flow.Flow and their encoders by encoder.EncoderFlow, and keeps the results in a folder."""

    def __init__(self, library, models, programs, layer, clock_ns, cache, jobs, no_power):
        self.library, self.layer, self.clock_ns, self.no_power = library, layer, clock_ns, no_power
        self.cache = pathlib.Path(cache)
        parts = self.cache / "parts"
        self.flow = flow.Flow(library, models, programs, layer, clock_ns, parts, jobs)
        self.encoder_flow = encoder.EncoderFlow(library, models, programs, layer, clock_ns, parts, jobs)

    def __call__(self, design, command):
        """The JSON object of results.py, whose `command` is how a user gets it."""
        key = self._key(design.sources(), STEPS, BENCH, design)

        def make():
            measurement = self.flow.measure(design, not self.no_power, not self.no_power)
            return results.record(measurement, self.library, self.layer.stem, self.clock_ns, command)

        return self._kept(design.name, key, make) | {"command": command, "name": design.name}

    def encoder(self, design, lanes):
        """The JSON object of the encoder of `lanes` scalars per cycle that serves a design."""
        what = (design.format, design.array["codebooks"], lanes)
        key = self._key(encoder.sources(), (*STEPS, "encoder", "fold"), encoder.BENCH, what)

        def make():
            measurement = self.encoder_flow.measure_encoder(design, lanes, not self.no_power)
            return results.encoder_record(measurement, self.layer.stem)

        return self._kept(f"{design.name}.encoder", key, make)

    def _kept(self, name, key, make):
        """What `make` returns, made unless it is there."""
        kept = self.cache / "measurements" / f"{name}-{key}.json"
        if kept.is_file():
            return json.loads(kept.read_text(encoding="utf-8"))
        start = time.monotonic()
        result = make()
        results.write(kept, result)
        if sys.stderr.isatty():
            print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
        return result

    def _key(self, sources, steps, bench, what):
        """Everything that a result depends on."""
        digest = hashlib.sha256()
        for path in [*sources, *(HERE / f"{step}.py" for step in steps), bench, COUNTER, self.layer]:
            digest.update(path.read_bytes())
        digest.update(repr((what, self.library.sha256, self.clock_ns, self.no_power)).encode())
        return digest.hexdigest()[:24]
