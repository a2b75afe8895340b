#!/usr/bin/env python3
"""bcq ppa: the same array for every number format: area, clock and energy per MAC beside bits per scalar and error.

Rows, columns, lanes, pipeline, flow, library, layer and window are the same; the formats' arithmetic is what differs
(docs/baselines.md). Areas and energies are of gates that ran real data, every result bit checked (bcq synth --help). Bits and
errors are those of `bcq compare` on the whole layer.

    bcq ppa                                      the committed results, as a table
    bcq ppa --results ppa/results/formats_nangate45.json
    bcq ppa --measure --svg ppa.svg              all formats again: about an hour on two cores, and a picture
    bcq ppa --measure --formats int6,bcq-8-frozen
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import projection
import results
import synth
from activity import run
from flow import Design, FlowError

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scripts"))
import files  # noqa: E402

SCHEMA = "bcq-ppa-formats-1"
COMMITTED = results.FOLDER / "formats.json"
REFERENCE = "int6"  # what ratios are taken to
SUBJECT = "bcq-8-frozen"  # whose difference to it is told part by part
# Of the baselines: title, and the format as bcq compare knows it.
BASELINES = {
    "int8": ("VSQ INT8", "vsq:weight=8:activation=8"),
    "int6": ("VSQ INT6", "vsq:weight=6:activation=6"),
    "int4": ("VSQ INT4", "vsq"),
    "mxfp4": ("MXFP4", "mxfp4"),
    "nvfp4": ("NVFP4", "nvfp4"),
    "fp8_exact": ("FP8 E4M3, exact sum", "fp8"),
    "fp8_fp32": ("FP8 E4M3, FP32 sum", "fp8"),
}
CODEBOOKS = (2, 4, 8, 16)
LA, LB, BC = 64, 8, 6


def contenders():
    """{name: (title, specification for bcq compare, number format, codebooks, nc)} in the order of the table."""
    found = {name: (title, what, name, "programmable", 8) for name, (title, what) in BASELINES.items()}
    for kind in ("frozen", "programmable"):
        for nc in CODEBOOKS:
            found[f"bcq-{nc}-{kind}"] = (f"BCQ {nc} {kind}", f"bcq:nc={nc}", "bcq", kind, nc)
    return found


def design_of(name, side, lanes):
    """The array of a contender."""
    _, _, number_format, kind, nc = contenders()[name]
    array = {
        "rows": side, "cols": side, "lanes": lanes, "k_max": 65536, "codebooks": kind, "accumulator": "exact", "decode": "pairs",
    }
    return Design(name, array, {"lb": LB, "la": LA, "nc": nc, "bc": BC}, number_format)


def accuracy(programs, layer, names):
    """{name: (nominal bits per scalar, NMSE of the output in dB)} by bcq compare."""
    specifications = {contenders()[name][1] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "compare.json"
        words = ["compare", layer.resolve(), "--formats", ",".join(sorted(specifications)), "--json", report]
        run([programs.resolve() / "bcq", *words], folder)
        formats = json.loads(report.read_text(encoding="utf-8"))["layers"][0]["formats"]
    by_specification = {
        entry["format"]: (
            (entry["weight"]["nominal_bits_per_scalar"] + entry["activation"]["nominal_bits_per_scalar"]) / 2,
            entry["output"]["nmse_db"],
        )
        for entry in formats
    }
    return {name: by_specification[contenders()[name][1]] for name in names}


def measure(parser, options):
    """The JSON object of the comparison."""
    measurer = synth.measurer(parser, options)
    names = options.formats.split(",") if options.formats else list(contenders())
    for name in names:
        if name not in contenders():
            parser.error(f"--formats: no '{name}'; known are {', '.join(contenders())}")
    errors = accuracy(options.programs, options.layer, names)
    with ThreadPoolExecutor(options.designs) as pool:
        choice = [word for key in ("formats", "side", "lanes") if (value := getattr(options, key)) != parser.get_default(key)
                  for word in (f"--{key}", value)]
        command = synth.command_of("bcq ppa", options, "--measure", *choice)
        found = pool.map(lambda name: measurer(design_of(name, options.side, options.lanes), command), names)
        entries = []
        for name, result in zip(names, found):
            bits, nmse = errors[name]
            small = {key: value for key, value in result.items() if key != "critical_path"}
            entries.append({"name": name, "title": contenders()[name][0], "bits_per_scalar": bits, "output_nmse_db": nmse} | small)
            print(f"{name}: {result['area_um2'] / 1e6:.2f} mm²", file=sys.stderr, flush=True)
    return {"schema": SCHEMA, "reference": REFERENCE, "formats": entries}


def table(comparison):
    """Head and rows: areas, clocks and energies, and what they are to those of the reference."""
    entries = comparison["formats"]
    reference = next((entry for entry in entries if entry["name"] == comparison["reference"]), None)
    columns = {
        "format": [entry["title"] for entry in entries],
        "bits": [f"{entry['bits_per_scalar']:.3f}" for entry in entries],
        "output NMSE (dB)": [f"{entry['output_nmse_db']:.2f}" for entry in entries],
        "area (mm²)": amounts([entry["area_um2"] / 1e6 for entry in entries]),
        "highest clock (MHz)": [f"{entry['highest_clock_mhz']:.1f}" for entry in entries],
        "energy per MAC (pJ)": amounts([total_energy(entry) for entry in entries]),
    }
    if has_random(comparison):
        columns["on random data (pJ)"] = amounts([entry["random_energy_per_mac_pj"]["total"] for entry in entries])
    if reference:
        columns[f"area to {reference['title']}"] = [f"{entry['area_um2'] / reference['area_um2']:.3f}" for entry in entries]
        columns["energy to it"] = [f"{total_energy(entry) / total_energy(reference):.3f}" for entry in entries]
    return list(columns), [list(row) for row in zip(*columns.values())]


def total_energy(entry):
    """pJ per MAC."""
    return entry["energy_per_mac_pj"]["total"]


def has_random(comparison):
    """Whether all formats ran random data as well."""
    return all("random_energy_per_mac_pj" in entry for entry in comparison["formats"])


def amounts(values, digits=4):
    """As text, with as many decimals as the largest needs for so many digits; nothing for None."""
    known = [abs(value) for value in values if value is not None]
    decimals = max(0, digits - 1 - math.floor(math.log10(max(known)))) if any(known) else 0
    return ["" if value is None else f"{value:.{decimals}f}" for value in values]


def breakdown(comparison, of):
    """Head and rows of a table of parts: `of(entry)` gives {part: number}."""
    parts = list(dict.fromkeys(part for entry in comparison["formats"] for part in of(entry) if part != "total"))
    texts = iter(amounts([of(entry).get(part) for entry in comparison["formats"] for part in parts], digits=5))
    return ["format", *parts], [[entry["title"], *(next(texts) for _ in parts)] for entry in comparison["formats"]]


def differences(comparison):
    """Head and rows: where a contender costs more or less than the reference, in percent of the reference's total."""
    by_name = {entry["name"]: entry for entry in comparison["formats"]}
    if SUBJECT not in by_name or comparison["reference"] not in by_name:
        return None
    subject, reference = by_name[SUBJECT], by_name[comparison["reference"]]
    rows = []
    for title, of in (("area", areas), ("energy", energies)):
        mine, theirs = of(subject), of(reference)
        total = sum(theirs.values())
        shares = {part: 100 * (mine.get(part, 0.0) - theirs.get(part, 0.0)) / total for part in dict.fromkeys([*mine, *theirs])}
        rows.append([title, *(f"{share:+.1f}" for share in shares.values()), f"{sum(shares.values()):+.1f}"])
    return [f"{subject['title']} to {reference['title']} (%)", *shares, "sum"], rows


def energies(entry):
    """{part: pJ per MAC}."""
    return {part: value for part, value in entry["energy_per_mac_pj"].items() if part != "total"}


def areas(entry):
    """{part: mm² in the array}."""
    count = results.units(entry["parameters"]["rows"], entry["parameters"]["cols"])
    found = {}
    for part in entry["parts"]:
        found[part["part"]] = found.get(part["part"], 0.0) + count[part["unit"]] * part["area_um2"] / 1e6
    return found


def aligned(head, rows):
    """A table for a terminal."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths)))
        for row in [head, *rows]
    )


def markdown(head, rows):
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def page(comparison, picture, projected=None):
    """A page of docs/results; picture: its name, beside the page, or None; projected: the table of projection.py."""
    first = comparison["formats"][0]
    parameters, library, work = first["parameters"], first["library"], first["workload"]
    random = breakdown(comparison, lambda entry: entry["random_energy_per_mac_pj"]) if has_random(comparison) else None
    return "\n".join([
        f"# Accuracy against cost: {library['name']}",
        "",
        f"Written by `{first['command']} --page FILE`: {parameters['rows']} × {parameters['cols']} PEs of {parameters['lanes']} lanes in "
        f"{library['name']} ({library['voltage']:g} V, {library['temperature']:g} °C),",
        f"gates sized for {first['clock_ns']:g} ns; {results.ABOUT.split(': ')[1]}",
        f"Layer `{work['layer']}`, {work['beats_per_tile']} beats per tile, {work['macs']:,} MACs in the window. "
        f"BCQ: L_b = {LB}, L_A = {LA}, B_c = {BC}. [How](../ppa.md).",
        "",
        *([f"![Accuracy against cost]({picture})", ""] if picture else []),
        markdown(*table(comparison)),
        "",
        *(["Where every percent goes:", "", markdown(*differences(comparison)), ""] if differences(comparison) else []),
        "Area by part, mm²:",
        "",
        markdown(*breakdown(comparison, areas)),
        "",
        "Energy per MAC by part, pJ, on the layer:",
        "",
        markdown(*breakdown(comparison, energies)),
        "",
        *(["The same on random data:", "", markdown(*random), ""] if random else []),
        *(["How far off projections are ([how](../estimates.md)):", "", markdown(*projected), ""] if projected else []),
    ])


def draw(comparison, path):
    """The picture, by Debian's Python, which has Debian's matplotlib."""
    command = ["/usr/bin/python3", str(HERE / "ppa_plot.py")]
    done = subprocess.run(command, input=json.dumps(comparison), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FlowError(f"--svg: cannot draw; apt-get install python3-matplotlib ({done.stderr.strip().splitlines()[-1]})")
    files.write_text(path, done.stdout)


def kept(parser, path):
    """The comparison in a file; what is wrong with it is the parser's error."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        parser.error(f"{path}: {getattr(error, 'strerror', None) or error}; make it with bcq ppa --measure --json {path}")
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        parser.error(f"{path}: not a comparison of formats; make one with bcq ppa --measure --json FILE")
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="bcq ppa", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true", help="synthesize and simulate; without: show the results of --results")
    parser.add_argument("--results", type=pathlib.Path, default=COMMITTED, metavar="FILE",
                        help="what --measure --json has written (default: %(default)s)")
    parser.add_argument("--formats", metavar="NAME,...", help="of these alone (default: all)")
    parser.add_argument("--side", type=int, default=16, help="rows and columns (default: %(default)s)")
    parser.add_argument("--lanes", type=int, default=16, help="lanes (default: %(default)s)")
    parser.add_argument("--designs", type=int, default=2, help="formats at a time (default: %(default)s)")
    parser.add_argument("--project", type=pathlib.Path, metavar="FILE",
                        help="also compare with a comparison in another library, projected to the node of this one")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write everything there")
    parser.add_argument("--svg", type=pathlib.Path, metavar="FILE", help="draw error against energy and area")
    parser.add_argument("--page", type=pathlib.Path, metavar="FILE", help="write a page (Markdown)")
    synth.add_flow_arguments(parser)
    options = parser.parse_args(arguments)
    if options.no_power:
        parser.error("--no-power: the comparison is about energy; bcq synth has areas alone")
    comparison = measure(parser, options) if options.measure else kept(parser, options.results)
    try:
        projected = projection.against(comparison, kept(parser, options.project)) if options.project else None
    except projection.ProjectionError as error:
        parser.error(f"--project: {error}")
    if options.json:
        files.write_json(options.json, comparison)
    if options.svg:
        draw(comparison, options.svg)
    if options.page:
        files.write_text(options.page, page(comparison, options.svg.name if options.svg else None, projected))
    stale = [entry["title"] for entry in comparison["formats"] if results.rtl_crc32(entry["rtl_files"]) != entry["rtl_crc32"]]
    print(aligned(*table(comparison)))
    if differences(comparison):
        print("\nWhere every percent goes:\n" + aligned(*differences(comparison)))
    print("\nEnergy per MAC by part (pJ):\n" + aligned(*breakdown(comparison, energies)))
    print("\nArea by part (mm²):\n" + aligned(*breakdown(comparison, areas)))
    if projected:
        print("\nA projection over what is measured:\n" + aligned(*projected))
    if stale:
        again = f"{comparison['formats'][0]['command']} --json {options.results}"
        print(f"\nThe RTL has changed since {', '.join(stale)} were measured: {again}")


if __name__ == "__main__":
    synth.run("bcq ppa", main)
