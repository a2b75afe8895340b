#!/usr/bin/env python3
"""Show that co-verification can fail: break a copy of the RTL, one fault at a time, and expect `bcq verify` to object.

Each mutant is one textual change of one file. A mutant that survives, or a change that no longer applies, fails the test.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Operands M,N,K: K shorter than the drain, so that results hold operands up; K of several block arrays, so that S is long.
SHORT = "30,9,11"
LONG = "30,9,129"

# (file, text to replace, replacement, what it breaks, operands that show it)
MUTANTS = [
    ("bcq_decoder.sv", "negative ? -codeword : codeword", "codeword", "the sign of a scale", SHORT),
    ("bcq_decoder.sv", "lane_mask_i[l] ? mirrored : '0", "mirrored", "lanes beyond K", SHORT),
    ("bcq_decoder.sv", "first_i ? beat_i[SCALE_LSB+:bcq_pkg::SCALE_W] : scale_q", "beat_i[SCALE_LSB+:bcq_pkg::SCALE_W]",
     "the scale held over a block array", SHORT),
    ("bcq_drain.sv", "!load_i || rows_q == '0 || (rows_q == CNT_W'(1) && drain_o)", "1'b1", "waiting for results to leave", SHORT),
    ("bcq_drain.sv", "(rows_q == CNT_W'(1) && drain_o)", "1'b0", "loading while the last row leaves (cycles only)", SHORT),
    ("bcq_fixed_to_fp32.sv", "guard && (sticky || normalised[W-MAN_W])", "1'b0", "rounding on the way to FP32", LONG),
    ("bcq_sequencer.sv", "tile_last_o || beat_q == BEAT_CNT_W'(BEATS - 1)", "beat_q == BEAT_CNT_W'(BEATS - 1)",
     "short last block arrays", SHORT),
    ("bcq_skid.sv", "spare_valid_q ? spare_q : in_data_i", "in_data_i", "the spare entry of a stream register", SHORT),
]

def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bcq", type=Path, required=True, help="the program bcq")
    parser.add_argument("--rtl", type=Path, required=True, help="folder with the RTL to break")
    parser.add_argument("--arch", required=True, help="architecture")
    args = parser.parse_args()

    survivors = 0
    for number, (name, old, new, what, shape) in enumerate(MUTANTS):
        with tempfile.TemporaryDirectory(prefix="bcq-mutant-") as folder:
            rtl = Path(folder) / "rtl"
            shutil.copytree(args.rtl, rtl)
            source = (rtl / name).read_text(encoding="utf-8")
            if source.count(old) != 1:
                print(f"FAIL {number} {name}: the text of the fault is there {source.count(old)} times: {old}")
                survivors += 1
                continue
            (rtl / name).write_text(source.replace(old, new), encoding="utf-8")
            command = [args.bcq, "verify", "--rtl", rtl, "--arch", args.arch, "--shape", shape, "--stalls", "40", "--seed", "5"]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
        caught = run.returncode == 1 and ("MISMATCH" in run.stdout or "the Verilated array ended" in run.stderr)
        survivors += not caught
        print(f"{'ok  ' if caught else 'FAIL'} {number} {name}: {what}: {(run.stdout + run.stderr).splitlines()[:1]}")
    return survivors != 0


if __name__ == "__main__":
    sys.exit(main())
