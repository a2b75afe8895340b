"""The points of a space: every combination of values of its axes, as architectures that bcq accepts."""

import dataclasses
import itertools
import pathlib
import subprocess
import tempfile
import tomllib

from spec import ENCODING, SECTIONS, SpecError

SECTION_OF = {key: section for section, keys in SECTIONS.items() for key in keys}
# What an array of another number format than BCQ has not got.
BCQ_ONLY = ("lb", "la", "nc", "bc", "codebooks", "accumulator", "decode", "encoder_lanes", *ENCODING)


def number_format(arch):
    """Of the sections of an architecture."""
    return arch["format"].get("number", "bcq")


@dataclasses.dataclass(frozen=True)
class Point:
    """An architecture, and how data are encoded for it."""

    parameters: dict  # {axis: value} of the axes that apply
    arch: dict  # sections of its architecture file
    encoding: dict  # {mirror_pairs, mirror, scale_search: bool}

    @property
    def name(self):
        """As reports show it."""
        return " ".join(f"{key}={_text(value)}" for key, value in self.parameters.items()) or "the architecture"


@dataclasses.dataclass(frozen=True)
class Illegal:
    """A combination that there is no architecture of."""

    parameters: dict
    reason: str


def _text(value):
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def architecture_file(arch):
    """TOML of the sections."""

    def value(item):
        return f'"{item}"' if isinstance(item, str) else _text(item)

    lines = [f"{key} = {value(item)}" for key, item in arch.items() if not isinstance(item, dict)]
    for section, keys in arch.items():
        if isinstance(keys, dict):
            lines += ["", f"[{section}]"] + [f"{key} = {value(item)}" for key, item in keys.items()]
    return "\n".join(lines) + "\n"


class Space:
    """All that a specification lets vary."""

    def __init__(self, spec, programs):
        self.axes = {key: values for key, values in spec.axes.items() if len(values) > 1}
        self.fixed = {key: values[0] for key, values in spec.axes.items() if len(values) == 1}
        self._bcq = pathlib.Path(programs) / "bcq"
        self._base = self._read_base(spec)

    def size(self):
        """Combinations, legal or not."""
        return len(list(self._distinct()))

    def every(self):
        """Yields the Point or Illegal of every combination, the last axis fastest."""
        for parameters in self._distinct():
            yield self.point(parameters)

    def point(self, parameters):
        """The Point of {axis: value}, or why there is none; axes that say nothing about its number format are dropped."""
        parameters = self._applying(parameters)
        values = self._applying(self.fixed | parameters)
        arch = {section: dict(keys) for section, keys in self._base.items()}
        encoding = dict.fromkeys(ENCODING, False)
        for key, value in values.items():
            if key in ENCODING:
                encoding[key] = value
            else:
                arch.setdefault(SECTION_OF[key], {})[key] = value
        if number_format(arch) != "bcq":
            arch = {section: {key: value for key, value in keys.items() if key not in BCQ_ONLY} for section, keys in arch.items()}
        reason = self._refused(arch)
        return Illegal(parameters, reason) if reason else Point(parameters, arch, encoding)

    def _distinct(self):
        seen = set()
        for values in itertools.product(*self.axes.values()):
            parameters = self._applying(dict(zip(self.axes, values)))
            if (key := tuple(parameters.items())) not in seen:
                seen.add(key)
                yield parameters

    def _applying(self, parameters):
        number = parameters.get("number", self.fixed.get("number", "bcq"))
        return parameters if number == "bcq" else {key: value for key, value in parameters.items() if key not in BCQ_ONLY}

    def _read_base(self, spec):
        """Sections of the architecture that does not vary; a file's name is relative to the specification."""
        where = spec.path.parent / spec.arch if spec.arch.endswith(".toml") else spec.arch
        done = subprocess.run([self._bcq, "arch", where, "--toml"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SpecError(f"{spec.path}: arch: {done.stderr.strip().removeprefix('bcq: ')}")
        return {section: keys for section, keys in tomllib.loads(done.stdout).items() if isinstance(keys, dict)}

    def _refused(self, arch):
        """Why bcq takes no such architecture; empty if it does."""
        with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
            file.write(architecture_file({"name": "point"} | arch))
            file.flush()
            done = subprocess.run([self._bcq, "arch", file.name], capture_output=True, text=True, check=False)
            # The file is gone when the user reads this: its name and lines say nothing.
            return done.stderr.strip().removeprefix(f"bcq: {file.name}:").lstrip("0123456789: ") if done.returncode else ""
