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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
import files  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# What decides about numbers; the rest of ppa/ only shows them.
STEPS = ("activity", "boolean", "compose", "fanout", "flow", "liberty", "mapping", "netlist", "parts", "power", "sdf", "sta", "tables")
COUNTER = HERE / "activity" / "count_toggles.cpp"


class Measurer:
    """Measures designs by flow.Flow and their encoders by encoder.EncoderFlow, and keeps the results in a folder.

    data: what the gates run: "nothing", "real", or "real and random"; models of cells may be None where it is nothing."""

    def __init__(self, library, models, programs, layer, clock_ns, cache, jobs, data):
        self.library, self.models, self.layer, self.clock_ns, self.data = library, models, layer, clock_ns, data
        self.cache = pathlib.Path(cache)
        parts = self.cache / "parts"
        self.flow = flow.Flow(library, models, programs, layer, clock_ns, parts, jobs)
        self.encoder_flow = encoder.EncoderFlow(library, models, programs, layer, clock_ns, parts, jobs)

    def __call__(self, design, command):
        """The JSON object of results.py, whose `command` is how a user gets it."""
        # A design's name is of no account: equal hardware is measured once.
        what = (design.number_format, sorted(design.array.items()), sorted(design.format.items()))

        def make():
            measurement = self.flow.measure(design, self.data != "nothing", self.data == "real and random")
            return results.record(measurement, self.library, self.layer.stem, self.clock_ns, command)

        return self._kept("array", design.name, (design.sources(), STEPS, BENCH, what), make) | {"command": command, "name": design.name}

    def encoder(self, design, lanes):
        """The JSON object of the encoder of `lanes` scalars per cycle that serves a design."""
        what = (design.format, design.array["codebooks"], lanes)

        def make():
            measurement = self.encoder_flow.measure_encoder(design, lanes, self.data != "nothing", self.data == "real and random")
            return results.encoder_record(measurement, self.layer.stem)

        inputs = (encoder.sources(), (*STEPS, "encoder", "fold"), encoder.BENCH, what)
        return self._kept("encoder", f"{design.name}'s encoder", inputs, make)

    def _kept(self, kind, name, inputs, make):
        """What `make` returns, made unless it is there, or was with random data beside the real ones."""
        for data in ("real and random", "real") if self.data == "real" else (self.data,):
            kept = self._path(kind, inputs, data)
            if kept.is_file():
                return json.loads(kept.read_text(encoding="utf-8"))
        start = time.monotonic()
        result = make()
        files.write_json(self._path(kind, inputs, self.data), result)
        if sys.stderr.isatty():
            print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
        return result

    def _path(self, kind, inputs, data):
        """Named by everything that a result depends on."""
        sources, steps, bench, what = inputs
        digest = hashlib.sha256()
        models = [self.models] if self.models else []
        for path in [*sources, *(HERE / f"{step}.py" for step in steps), bench, COUNTER, *models, self.layer]:
            digest.update(path.read_bytes())
        digest.update(repr((what, self.library.sha256, self.clock_ns, data)).encode())
        return self.cache / "measurements" / f"{kind}-{digest.hexdigest()[:24]}.json"
