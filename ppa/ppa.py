#!/usr/bin/env python3
"""bcq ppa: the same array for every number format: area, clock and energy per MAC beside bits per scalar and error.

Rows, columns, lanes, pipeline, flow, library, layer and window are the same; the formats' arithmetic is what differs
(docs/baselines.md). Areas and energies are of gates that ran real data, every result bit checked (bcq synth --help). Bits and
errors are those of `bcq compare` on the whole layer.

    bcq ppa                                      the committed results, as a table
    bcq ppa --measure --svg ppa.svg              all formats again: about an hour on two cores, and a picture
    bcq ppa --measure --formats int6,bcq-8-frozen
"""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import results
import synth
from activity import ActivityError
from flow import Design, FlowError
from mapping import MappingError
from sta import TimingError

HERE = pathlib.Path(__file__).resolve().parent
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
        command = [programs / "bcq", "compare", layer, "--formats", ",".join(sorted(specifications)), "--json", report]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise FlowError(f"bcq compare: {done.stderr.strip()}")
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
        command = "bcq ppa --measure"
        found = pool.map(lambda name: measurer(design_of(name, options.side, options.lanes), command), names)
        entries = []
        for name, result in zip(names, found):
            bits, nmse = errors[name]
            small = {key: value for key, value in result.items() if key != "critical_path"}
            entries.append({"name": name, "title": contenders()[name][0], "bits_per_scalar": bits, "output_nmse_db": nmse} | small)
            print(f"{name}: {result['area_um2'] / 1e6:.2f} mm²", file=sys.stderr, flush=True)
    return {"schema": "bcq-ppa-formats-1", "reference": REFERENCE, "formats": entries}


def table(comparison):
    """Lines of the table: areas, clocks and energies, and what they are to those of the reference."""
    entries = comparison["formats"]
    reference = next((entry for entry in entries if entry["name"] == comparison["reference"]), None)
    head = ["format", "bits", "output NMSE (dB)", "area (mm²)", "highest clock (MHz)", "energy per MAC (pJ)", "on random data (pJ)"]
    rows = []
    for entry in entries:
        energy, random = entry["energy_per_mac_pj"]["total"], entry["random_energy_per_mac_pj"]["total"]
        row = [entry["title"], f"{entry['bits_per_scalar']:.3f}", f"{entry['output_nmse_db']:.2f}", f"{entry['area_um2'] / 1e6:.2f}",
               f"{entry['highest_clock_mhz']:.1f}", f"{energy:.1f}", f"{random:.1f}"]
        if reference:
            row += [f"{entry['area_um2'] / reference['area_um2']:.3f}", f"{energy / reference['energy_per_mac_pj']['total']:.3f}"]
        rows.append(row)
    if reference:
        head += [f"area to {reference['title']}", "energy to it"]
    return head, rows


def breakdown(comparison, of):
    """Head and rows of a table of parts: `of(entry)` gives {part: number}."""
    parts = list(dict.fromkeys(part for entry in comparison["formats"] for part in of(entry) if part != "total"))
    rows = []
    for entry in comparison["formats"]:
        values = of(entry)
        rows.append([entry["title"], *(f"{values[part]:.2f}" if part in values else "" for part in parts)])
    return ["format", *parts], rows


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


def page(comparison):
    """docs/results/ppa.md."""
    first = comparison["formats"][0]
    parameters, library, work = first["parameters"], first["library"], first["workload"]
    return "\n".join([
        "# Accuracy against cost",
        "",
        f"Written by `bcq ppa --measure --page`: {parameters['rows']} × {parameters['cols']} PEs of {parameters['lanes']} lanes in "
        f"{library['name']} ({library['voltage']:g} V),",
        f"gates sized for {first['clock_ns']:g} ns; {results.ABOUT.split(': ')[1]}",
        f"Layer `{work['layer']}`, {work['beats_per_tile']} beats per tile, {work['macs']:,} MACs in the window. "
        f"BCQ: L_b = {LB}, L_A = {LA}, B_c = {BC}. [How](../ppa.md).",
        "",
        "![Accuracy against cost](ppa.svg)",
        "",
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
        "The same on random data:",
        "",
        markdown(*breakdown(comparison, lambda entry: entry["random_energy_per_mac_pj"])),
        "",
    ])


def draw(comparison, path):
    """The picture, by Debian's Python, which has Debian's matplotlib."""
    command = ["/usr/bin/python3", str(HERE / "ppa_plot.py")]
    done = subprocess.run(command, input=json.dumps(comparison), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FlowError(f"--svg: cannot draw; apt-get install python3-matplotlib ({done.stderr.strip().splitlines()[-1]})")
    path.write_text(done.stdout, encoding="utf-8")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="bcq ppa", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true", help="synthesize and simulate; without: show ppa/results/formats.json")
    parser.add_argument("--formats", metavar="NAME,...", help="of these alone (default: all)")
    parser.add_argument("--side", type=int, default=16, help="rows and columns (default: %(default)s)")
    parser.add_argument("--lanes", type=int, default=16, help="lanes (default: %(default)s)")
    parser.add_argument("--designs", type=int, default=2, help="formats at a time (default: %(default)s)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write everything there")
    parser.add_argument("--svg", type=pathlib.Path, metavar="FILE", help="draw error against energy and area")
    parser.add_argument("--page", type=pathlib.Path, metavar="FILE", help="write a page (Markdown)")
    synth.add_flow_arguments(parser)
    options = parser.parse_args(arguments)
    if options.no_power:
        parser.error("--no-power: the comparison is about energy; bcq synth has areas alone")
    if not options.measure and not COMMITTED.is_file():
        parser.error(f"{COMMITTED}: not there; make it with bcq ppa --measure --json {COMMITTED}")
    comparison = measure(parser, options) if options.measure else json.loads(COMMITTED.read_text(encoding="utf-8"))
    stale = [entry["title"] for entry in comparison["formats"] if results.rtl_crc32(entry["rtl_files"]) != entry["rtl_crc32"]]
    print(aligned(*table(comparison)))
    if differences(comparison):
        print("\nWhere every percent goes:\n" + aligned(*differences(comparison)))
    print("\nEnergy per MAC by part (pJ):\n" + aligned(*breakdown(comparison, energies)))
    print("\nArea by part (mm²):\n" + aligned(*breakdown(comparison, areas)))
    if stale:
        print(f"\nThe RTL has changed since {', '.join(stale)} were measured: bcq ppa --measure --json {COMMITTED}")
    if options.json:
        results.write(options.json, comparison)
    if options.svg:
        draw(comparison, options.svg)
    if options.page:
        options.page.write_text(page(comparison), encoding="utf-8")


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends it, quietly
    try:
        main()
    except (MappingError, TimingError, ActivityError, FlowError) as error:
        sys.exit(f"bcq ppa: {error}")
