"""The specification of an exploration: SPEC.toml, read and checked. docs/explore.md explains every key.

Whatever is wrong is said with file, line, key and remedy (SpecError); what only `bcq` can judge, such as whether an
architecture is legal, is left to it (space.py).
"""

import dataclasses
import glob
import pathlib
import re
import tomllib

from metrics import METRICS
from mixed.request import Mixed, MixedError

# Keys of [space] by section of an architecture file.
SECTIONS = {
    "array": ("rows", "cols", "lanes", "k_max", "clock_mhz", "codebooks", "accumulator", "decode"),
    "format": ("number", "lb", "la", "nc", "bc"),
    "buffers": ("activation_kib", "weight_kib", "result_kib"),
    "dma": ("transfer_kib", "outstanding"),
    "dram": ("channels", "gb_per_s", "burst_bytes", "latency_ns", "kind"),
    "loop": ("resident",),
    "output": ("encoder_lanes",),
}
# Keys of [space] that are options of the encoder or of the calibration.
ENCODING = ("mirror_pairs", "mirror", "scale_search")
METHODS = ("auto", "exhaustive", "nsga2", "tpe")
# What a section may hold, by key: the types that its value may have, and an example.
KEYS = {
    "": {"name": (str, '"lb_nc"'), "about": (str, '"which L_b?"'), "arch": (str, '"default"'),
         "objectives": (list, '["output_nmse_db", "area_mm2"]')},
    "workloads": {"layers": (list, '["layers/*.safetensors"]'), "shapes": (list, '["shapes.csv"]'),
                  "models": (list, '["llama3.2-1b"]'), "batch": (int, "1"), "prefill": (int, "2048"), "decode": (int, "0")},
    "calibration": {"layers": (list, '["layers/*.safetensors"]'), "max_blocks": (int, "50000"), "restarts": (int, "1")},
    "synthesis": {"enabled": (bool, "true"), "energy": (bool, "true"), "clock_ns": ((int, float), "10.0"), "layer": (str, '"layer.safetensors"')},
    "search": {"method": (str, '"auto"'), "trials": (int, "200"), "population": (int, "20"), "seed": (int, "1"),
               "exhaustive_limit": (int, "200")},
    "mixed": {"formats": (list, '["bcq:nc=8", "nvfp4"]'), "codebooks": (str, '"frozen"'), "weights": (dict, '{"kjv.lm_head" = 3}'),
              "bits_per_scalar": ((int, float), "4.4"), "pj_per_mac": ((int, float), "70.0")},
}
RELATIONS = re.compile(r"(<=|>=)\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*$")


class SpecError(Exception):
    """Something in the specification; the message names file, line, key and remedy."""


@dataclasses.dataclass(frozen=True)
class Constraint:
    """A metric and its limit."""

    metric: str
    relation: str  # "<=" or ">="
    limit: float

    def holds(self, metrics):
        """Whether a point that has the metric is within it."""
        value = metrics.get(self.metric)
        return value is not None and (value <= self.limit if self.relation == "<=" else value >= self.limit)

    def violation(self, metrics):
        """How far beyond the limit; not positive where it holds."""
        value = metrics[self.metric]
        return value - self.limit if self.relation == "<=" else self.limit - value


@dataclasses.dataclass(frozen=True)
class Spec:
    """What the file says, defaults filled in. Files are absolute."""

    path: pathlib.Path
    text: str
    name: str
    about: str
    arch: str
    axes: dict  # {key of [space]: values}, in the order of the file; those with one value are fixed
    objectives: tuple
    constraints: tuple
    layers: tuple
    shapes: tuple
    models: tuple
    tokens: dict  # batch, prefill, decode of the models
    calibration: dict
    synthesis: dict
    search: dict
    mixed: Mixed | None


class _File:
    """A specification with the lines that its keys stand in."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        try:
            self.text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SpecError(f"{self.path}: {getattr(error, 'strerror', None) or error}; name a TOML file, see bcq explore --help") from error
        try:
            self.content = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise SpecError(f"{self.path}: {error}; docs/explore.md has an example to start from") from error

    def line_of(self, section, key):
        """Where a key is set; 1 where it cannot be found."""
        current = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[\s*([\w.]+)\s*\]", line):
                current = header.group(1)
                if key is None and current == section:
                    return number
            elif key is not None and current == section and re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", line):
                return number
        return 1

    def refuse(self, section, key, problem, remedy):
        where = f"{section}.{key}" if section and key else section or key
        raise SpecError(f"{self.path}:{self.line_of(section, key)}: {where}: {problem}; {remedy}")

    def section(self, name):
        """Values of a section, types checked."""
        values = self.content if name == "" else self.content.get(name, {})
        if not isinstance(values, dict):
            self.refuse("", name, "is no section", f"write [{name}] and its keys below")
        known = KEYS[name]
        for key, value in values.items():
            if name == "" and isinstance(value, dict):
                continue
            if key not in known:
                self.refuse(name, key, "no such key", f"known are {', '.join(known)}")
            kind, example = known[key]
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                self.refuse(name, key, f"{value!r} is of the wrong type", f"write e.g. {key} = {example}")
        return values


def _files(file, section, key, patterns):
    """The files that patterns name, relative to the specification."""
    found = []
    for pattern in patterns:
        if not isinstance(pattern, str):
            file.refuse(section, key, f"{pattern!r} is no file", "write names in quotes")
        matches = sorted(glob.glob(str(file.path.parent / pattern), recursive=True))
        if not matches:
            file.refuse(section, key, f"no file {pattern}", f"names are relative to {file.path.parent.resolve()}")
        found += [pathlib.Path(match).resolve() for match in matches]
    return tuple(dict.fromkeys(found))


def _axes(file):
    """{key: values} of [space]."""
    space = file.content.get("space")
    if not isinstance(space, dict) or not space:
        file.refuse("", "space", "nothing to explore", "write [space] and lists below it, e.g. lb = [4, 8, 16]")
    known = [key for keys in SECTIONS.values() for key in keys] + list(ENCODING)
    axes = {}
    for key, values in space.items():
        if key not in known:
            file.refuse("space", key, "nothing of an architecture", f"known are {', '.join(known)}")
        values = values if isinstance(values, list) else [values]
        if not values or any(isinstance(value, (list, dict)) for value in values):
            file.refuse("space", key, "no list of values", f"write {key} = [A, B, C]")
        if len({(type(value), value) for value in values}) != len(values):
            file.refuse("space", key, "a value stands there twice", "leave one of them out")
        if key in ENCODING and not all(isinstance(value, bool) for value in values):
            file.refuse("space", key, f"{values} are not all true or false", f"write {key} = [false, true]")
        axes[key] = tuple(values)
    return axes


def _require_known(file, section, key, name, available):
    """That points will have a metric. available: what there is of what metrics need."""
    if name not in METRICS:
        file.refuse(section, key, f"no metric {name!r}", f"known are {', '.join(METRICS)}")
    need = METRICS[name].needs
    if need and need not in available:
        remedies = {"layers": "name files in workloads.layers", "synthesis": "write synthesis.enabled = true", "energy": "write synthesis.energy = true"}
        file.refuse(section, key, f"no point will have {name}", remedies[need])


def _objectives(file, available):
    names = file.content.get("objectives", ["output_nmse_db", "area_mm2"])
    for name in names:
        _require_known(file, "", "objectives", name, available)
    if len(names) < 2 or len(set(names)) != len(names):
        file.refuse("", "objectives", "a front needs two different metrics at least", 'write e.g. objectives = ["output_nmse_db", "area_mm2"]')
    return tuple(names)


def _constraints(file, available):
    found = []
    for metric, text in file.content.get("constraints", {}).items():
        _require_known(file, "constraints", metric, metric, available)
        match = RELATIONS.match(text.strip()) if isinstance(text, str) else None
        if not match:
            file.refuse("constraints", metric, f"{text!r} is no limit", f'write {metric} = "<= 60" or ">= 100"')
        found.append(Constraint(metric, match.group(1), float(match.group(2))))
    return tuple(found)


def _search(file):
    search = {"method": "auto", "trials": 200, "population": 20, "seed": 1, "exhaustive_limit": 200} | file.section("search")
    if search["method"] not in METHODS:
        file.refuse("search", "method", f"no method {search['method']!r}", f"known are {', '.join(METHODS)}")
    for key in ("trials", "population", "exhaustive_limit"):
        if search[key] < 1:
            file.refuse("search", key, f"{search[key]} is less than 1", f"write e.g. {key} = {KEYS['search'][key][1]}")
    return search


def _synthesis(file):
    synthesis = {"enabled": True, "energy": True, "clock_ns": 10.0} | file.section("synthesis")
    if synthesis["clock_ns"] <= 0:
        file.refuse("synthesis", "clock_ns", f"{synthesis['clock_ns']} is no period", "write e.g. clock_ns = 10.0")
    if "layer" in synthesis:
        synthesis["layer"] = str(_files(file, "synthesis", "layer", [synthesis["layer"]])[0])
    return synthesis


def _mixed(file):
    if "mixed" not in file.content:
        return None
    mixed = file.section("mixed")
    if len(mixed.get("formats", ())) < 2:
        file.refuse("mixed", "formats", "nothing to choose from", 'write e.g. formats = ["bcq:nc=8", "bcq:nc=2", "nvfp4"]')
    budgets = [key for key in ("bits_per_scalar", "pj_per_mac") if key in mixed]
    if len(budgets) != 1:
        file.refuse("mixed", budgets[0] if budgets else None, f"{len(budgets) or 'no'} budgets", "give one: bits_per_scalar or pj_per_mac")
    if mixed[budgets[0]] <= 0:
        file.refuse("mixed", budgets[0], f"{mixed[budgets[0]]} is no budget", f"write e.g. {budgets[0]} = {KEYS['mixed'][budgets[0]][1]}")
    options = {key: mixed[key] for key in ("codebooks", "weights") if key in mixed}
    try:
        return Mixed(tuple(mixed["formats"]), mixed[budgets[0]], budgets[0], **options)
    except MixedError as error:
        key = str(error).partition(":")[0].partition(".")[0]
        file.refuse("mixed", key, *str(error).partition(": ")[2].split("; ", 1))


def read(path):
    """The specification in a file; SpecError tells what is wrong with it."""
    file = _File(path)
    for key, value in file.content.items():
        if isinstance(value, dict) and key not in (*KEYS, "space", "constraints"):
            file.refuse(key, None, "no such section", f"known are {', '.join([name for name in KEYS if name] + ['space', 'constraints'])}")
    top, workloads = file.section(""), file.section("workloads")
    layers = _files(file, "workloads", "layers", workloads.get("layers", []))
    shapes = _files(file, "workloads", "shapes", workloads.get("shapes", []))
    models = tuple(workloads.get("models", []))
    if not (layers or shapes or models):
        file.refuse("", "workloads", "nothing to run", 'write [workloads] and layers = ["FILE"], shapes or models below')
    calibration = {"max_blocks": 50000, "restarts": 1} | file.section("calibration")
    calibration["layers"] = _files(file, "calibration", "layers", calibration.get("layers", [])) or layers
    synthesis = _synthesis(file)
    available = {"layers"} if layers else set()
    if synthesis["enabled"]:
        available |= {"synthesis", "energy"} if synthesis["energy"] else {"synthesis"}
    mixed = _mixed(file)
    if mixed and not layers:
        file.refuse("mixed", None, "formats of layers, but no layers", "name files in workloads.layers")
    return Spec(
        path=file.path.resolve(), text=file.text, name=top.get("name", file.path.stem), about=top.get("about", ""),
        arch=top.get("arch", "default"), axes=_axes(file), objectives=_objectives(file, available),
        constraints=_constraints(file, available),
        layers=layers, shapes=shapes, models=models,
        tokens={"batch": 1, "prefill": 2048, "decode": 0} | {key: workloads[key] for key in ("batch", "prefill", "decode") if key in workloads},
        calibration=calibration, synthesis=synthesis, search=_search(file), mixed=mixed,
    )
