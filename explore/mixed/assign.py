"""A number format for every layer of its own, under a budget of stored bits per scalar or of energy per MAC.

What is minimised is the NMSE of the layers' outputs (`bcq compare`: weight and activation quantized), linear, averaged over the
layers: they count alike, as in the sum of `bcq compare`, or by given weights. What is bounded is an average over everything:
all stored bits of weights and activations by all their scalars, or the energy of all MACs by their number. The front and the
best assignment are exact (knapsack.py).
"""

import math
import pathlib
from concurrent.futures import ThreadPoolExecutor

from mixed import format_energy
from mixed import record
from mixed.compared import Comparer, FormatError, LayerError
from mixed.record import Layer, Option
from mixed.request import MixedError


def assign(mixed, layers, programs, cache, jobs=1):
    """The object "mixed" of exploration.json, for a request.Mixed.

    layers: files of `bcq compare`; one that fails is in "failed" ({layer, file, error}) and in no sum
    programs: the folder with the program bcq; cache: the folder where measurements are kept; jobs: layers measured at a time
    Raises MixedError.
    """
    comparer = Comparer(programs, cache)
    energies = format_energy.Energies(comparer.catalogue(), mixed.codebooks)
    _check(mixed, layers, energies)
    found, failed = _measure(comparer, mixed, energies, layers, jobs)
    if not found:
        raise MixedError(f"layers: none can be measured; the first: {failed[0]['error']}")
    return record.of(mixed, found) | {"failed": failed}


def _check(mixed, layers, energies):
    """What can be said before anything is measured."""
    if not layers:
        raise MixedError("layers: none; name at least one file")
    names = [pathlib.Path(layer).stem for layer in layers]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise MixedError(f"layers: {layers[names.index(name)]} and {layers[i]} are both '{name}'; leave out or rename one")
    for name in mixed.weights:
        if name not in names:
            raise MixedError(f"weights.{name}: no such layer; use {', '.join(names)}")
    for specification in mixed.formats if mixed.by_energy else ():
        if energies.per_mac(specification) is None:
            raise MixedError(
                f"formats: '{specification}' has no measured hardware and so no energy; use {', '.join(energies.known)}, "
                "or a budget of bits_per_scalar"
            )


def _measure(comparer, mixed, energies, paths, jobs):
    """Layers, and {layer, file, error} of those that fail."""
    failed = {}

    def one(path):
        try:
            layer = _layer(path, comparer.measure(path, mixed.formats), energies)
        except LayerError as error:
            failed[path] = str(error)
            return None
        if all(option.error == math.inf for option in layer.options):
            failed[path] = "no format has a finite NMSE of the output"
            return None
        return layer

    try:
        with ThreadPoolExecutor(jobs) as pool:
            found = list(pool.map(one, paths))
    except FormatError as error:
        raise MixedError(f"formats: {str(error).removeprefix('format ')}") from error
    named = [{"layer": pathlib.Path(path).stem, "file": str(path), "error": failed[path]} for path in paths if path in failed]
    return [layer for layer in found if layer], named


def _layer(path, measurements, energies):
    first = next(iter(measurements.values()))
    macs = math.prod(first["shape"].values())
    options = []
    for specification, found in measurements.items():
        measured, per_mac = found["measured"], energies.per_mac(specification)
        bits = measured["weight"]["stored_bits"] + measured["activation"]["stored_bits"]
        energy = None if per_mac is None else per_mac * macs
        options.append(Option(specification, measured["title"], bits, energy, _linear(measured["output"])))
    scalars = first["measured"]["weight"]["scalars"] + first["measured"]["activation"]["scalars"]
    return Layer(pathlib.Path(path).stem, scalars, macs, options)


def _linear(output):
    if output["exact"]:
        return 0.0
    return math.inf if output["nmse_db"] is None else 10 ** (output["nmse_db"] / 10)
