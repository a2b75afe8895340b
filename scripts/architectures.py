"""The named architectures (architectures.toml) for programs that lint, build or synthesize the RTL."""

import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "architectures.toml"


# The formats that there are arrays of in rtl/baseline: the values of FORMAT in baseline_pkg, in order.
BASELINES = ("int8", "int6", "int4", "nvfp4", "mxfp4", "fp8_exact", "fp8_fp32")

MOST_PES = 256  # what is larger takes hours to build; it is simulated alone


def every():
    """All architectures by name, in the order of the file: {"about", "array": {...}, "format": {...}, ...}.

    Every key of these two sections is written out.
    """
    with FILE.open("rb") as file:
        return tomllib.load(file)


def named():
    """Those whose RTL is checked."""
    return {name: arch for name, arch in every().items() if arch["array"]["rows"] * arch["array"]["cols"] <= MOST_PES}


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


def modules_in(path):
    """Names of modules and packages of ours in a file, comments apart."""
    return re.findall(r"\bbcq_\w+", re.sub(r"//.*", "", path.read_text(encoding="utf-8")))


def rtl_sources_of(*modules, folder=ROOT / "rtl"):
    """The files that modules are made of, packages first: their own, and those of all that they name. A file bears its module's name."""
    found, pending = set(), ["bcq_pkg", *modules]
    while pending:
        path = folder / f"{pending.pop()}.sv"
        if path not in found and path.is_file():
            found.add(path)
            pending += modules_in(path)
    return [path for path in rtl_sources(folder) if path in found]


def baseline_sources(folder=ROOT / "rtl"):
    """The files of the baselines' arrays and those of rtl/ that they use, packages first."""
    own = rtl_sources(folder / "baseline")
    return [*rtl_sources_of(*(name for path in own for name in modules_in(path)), folder=folder), *own]


if __name__ == "__main__":
    print("\n".join(named()))
