"""Energy of a MAC by number format, from the gates that `bcq ppa` measured.

The energies are those of ppa/results/formats.json: an array built for that one format, 180 nm, on the data of one layer, without
buffers and DRAM (docs/ppa.md). An array that runs several formats spends more; nobody has measured one.
"""

import json
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "ppa"))
import ppa  # noqa: E402

CODEBOOKS = ("frozen", "programmable")
PJ = 10_000  # units of the integers below per pJ: energies are recorded to 1e-4 pJ
# Its result is rounded at every addition; the error that bcq compare measures is of exact sums.
OTHER_ARITHMETIC = "fp8_fp32"


class Energies:
    """pJ per MAC of the formats that have hardware.

    catalogue: the object of `bcq formats --json`, whose defaults say which specifications mean the same
    codebooks: "frozen" or "programmable", the hardware that LO-BCQ is taken to run on
    """

    def __init__(self, catalogue, codebooks="frozen", measured=ppa.COMMITTED):
        if codebooks not in CODEBOOKS:
            raise ValueError(f"codebooks: '{codebooks}'; use {' or '.join(CODEBOOKS)}")
        self._defaults = {
            entry["name"]: {parameter["name"]: parameter["default"] for parameter in entry["parameters"]}
            for entry in catalogue["formats"]
        }
        by_name = {entry["name"]: entry for entry in json.loads(measured.read_text(encoding="utf-8"))["formats"]}
        self.known = {}  # specification as ppa.py writes it: units per MAC
        for name, (_, specification, number_format, kind, _) in ppa.contenders().items():
            other_kind = number_format == "bcq" and kind != codebooks
            if name in by_name and name != OTHER_ARITHMETIC and not other_kind:
                self.known[specification] = round(by_name[name]["energy_per_mac_pj"]["total"] * PJ)
        self._by_meaning = {self._meaning(specification): energy for specification, energy in self.known.items()}

    def per_mac(self, specification):
        """In units of 1/PJ pJ; None without hardware."""
        return self._by_meaning.get(self._meaning(specification))

    def _meaning(self, specification):
        """The name and all parameters: bcq, bcq:nc=8 and bcq:lb=8:nc=8 are one format. Modifiers have no hardware."""
        base, *modifiers = specification.split("+")
        name, *given = base.split(":")
        values = dict(self._defaults.get(name, {}))
        for assignment in given:
            key, _, value = assignment.partition("=")
            values[key] = _number(value)
        return name, frozenset(values.items()), tuple(modifiers)


def _number(text):
    """What is no number stays as it is, and equals no parameter of any hardware: its message is for bcq to write."""
    try:
        return float(text)
    except ValueError:
        return text
