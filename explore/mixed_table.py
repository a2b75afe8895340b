#!/usr/bin/python3
"""Mixed formats of layers, from the command line: the best assignment within the budget beside each format alone, and how much
each layer matters. `bcq explore` writes the same numbers into exploration.json.

    python3 explore/mixed_table.py traces/layers/*.safetensors --formats bcq:nc=2,bcq,nvfp4 --limit 4.4
    python3 explore/mixed_table.py traces/layers/*.safetensors --formats bcq:nc=2,bcq,nvfp4 --budget pj_per_mac --limit 54
"""

import argparse
import json
import os
import pathlib
import sys

import format_energy
from mixed import assign
from mixed_request import BUDGETS, Mixed, MixedError

PROGRAMS = pathlib.Path(__file__).resolve().parents[1] / "build" / "release" / "bin"


def table(found):
    """Lines for people."""
    metric = found["budget"]["metric"]
    unit, best = BUDGETS[metric], found["chosen"]
    lines = [f"{found['objective']}", f"{len(found['layers'])} layers; the front has {len(found['front'])} assignments", ""]
    rows = [(one["format"], one) for one in found["uniform"]]
    rows.append((f"mixed, at most {found['budget']['limit']:g}", best))
    rows.sort(key=lambda row: row[1][metric])
    width = max(len(title) for title, _ in rows)
    lines.append(f"{'':{width}}  {unit:>15}  {'output NMSE (dB)':>16}")
    lines += [f"{title:{width}}  {one[metric]:15.4f}  {_db(one['output_nmse_db']):>16}" for title, one in rows]
    width = max(len(layer["layer"]) for layer in found["layers"])
    lines += ["", f"{'layer':{width}}  {'sensitivity (dB)':>16}  {'rank':>4}  format"]
    for layer in found["layers"]:
        rise = layer["sensitivity_db"]
        rise = "inf" if rise is None else f"{rise:.2f}"
        lines.append(f"{layer['layer']:{width}}  {rise:>16}  {layer['sensitivity_rank']:>4}  {layer['chosen']}")
    return "\n".join(lines + [f"{failure['file']}: {failure['error']}" for failure in found["failed"]])


def _db(value):
    return "exact" if value is None else f"{value:.2f}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layers", nargs="+", type=pathlib.Path, metavar="LAYER", help="layer files, as of bcq compare")
    parser.add_argument("--formats", required=True, metavar="LIST", help="specifications of bcq compare, separated by commas")
    parser.add_argument("--limit", required=True, type=float, help="the budget")
    parser.add_argument("--budget", default="bits_per_scalar", choices=list(BUDGETS), help="(default: %(default)s)")
    parser.add_argument("--codebooks", default="frozen", choices=format_energy.CODEBOOKS,
                        help="hardware of LO-BCQ, for its energy (default: %(default)s)")
    parser.add_argument("--programs", type=pathlib.Path, default=PROGRAMS, metavar="FOLDER", help="(default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="layers at a time (default: %(default)s)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write everything there")
    options = parser.parse_args(arguments)
    cache = pathlib.Path(os.environ.get("BCQ_CACHE_DIR") or pathlib.Path.home() / ".cache" / "bcq") / "compare"
    mixed = Mixed(tuple(options.formats.split(",")), options.limit, options.budget, codebooks=options.codebooks)
    found = assign(mixed, options.layers, options.programs, cache, options.jobs)
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except MixedError as error:
        sys.exit(f"mixed formats: {error}")
