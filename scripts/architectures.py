"""The named architectures (architectures.toml) for programs that lint, build or synthesize the RTL."""

import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "architectures.toml"


MOST_PES = 256  # what is larger takes hours to build; it is simulated alone


def named():
    """Architectures whose RTL is checked, by name, in the order of the file: {"about", "array": {...}, "format": {...}, ...}.

    Every key of these two sections is written out.
    """
    with FILE.open("rb") as file:
        architectures = tomllib.load(file)
    return {name: arch for name, arch in architectures.items() if arch["array"]["rows"] * arch["array"]["cols"] <= MOST_PES}


def rtl_parameters(arch):
    """Parameters of bcq_accel and bcq_array by name, as Verilog numbers; constants of frozen codebooks are not among them."""
    array, fmt = arch["array"], arch["format"]
    return {
        "ROWS": array["rows"],
        "COLS": array["cols"],
        "LANES": array["lanes"],
        "LB": fmt["lb"],
        "LA": fmt["la"],
        "NC": fmt["nc"],
        "BC": fmt["bc"],
        "K_MAX": array["k_max"],
        "ACCUM": int(array["accumulator"] == "fp32"),
        "DECODE": ("pe", "edge", "pairs").index(array["decode"]),
        "FROZEN": "1'b1" if array["codebooks"] == "frozen" else "1'b0",  # a bit: Verilator refuses a plain 1
    }


def rtl_sources(folder=ROOT / "rtl"):
    """The RTL's files, packages first."""
    return sorted(folder.glob("*.sv"), key=lambda path: (not path.stem.endswith("_pkg"), path))


def rtl_sources_of(*modules, folder=ROOT / "rtl"):
    """The files that modules are made of, packages first: their own, and those of all that they name. A file bears its module's name."""
    found, pending = set(), ["bcq_pkg", *modules]
    while pending:
        path = folder / f"{pending.pop()}.sv"
        if path not in found and path.is_file():
            found.add(path)
            code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
            pending += re.findall(r"\bbcq_\w+", code)
    return [path for path in rtl_sources(folder) if path in found]


if __name__ == "__main__":
    print("\n".join(named()))
