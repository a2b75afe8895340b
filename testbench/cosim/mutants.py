#!/usr/bin/env python3
"""Show that co-verification can fail: `bcq verify` must object to every fault in a copy of the RTL.

A fault is one expression that stands in for another. All of them are in the same copy, each behind a selector that the
environment variable BCQ_FAULT sets, so that the array is built once; without a fault it must pass. A fault that survives,
or an expression that is no longer there, fails the test. Faults of single units are the matter of testbench/mutation; here
are those that show between units, or in nothing but the cycle of a result.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Operands M,N,K: K shorter than the drain, so that results hold operands up; K of several block arrays, so that S is long.
SHORT = "30,9,11"
LONG = "30,9,129"

# (file, expression, what stands in for it, what that breaks, operands that show it)
FAULTS = [
    ("bcq_lookup.sv", "negative_i ? -codeword : codeword", "codeword", "the sign of a scale", SHORT),
    ("bcq_lookup.sv", "lane_mask_i[l] ? mirrored : '0", "mirrored", "lanes beyond K", SHORT),
    ("bcq_convert.sv", "!even[i] && odd[i]", "odd[i]", "the choice between the factors of a pair", SHORT),
    ("bcq_dot.sv", "{(BC + 1){both}}", "'0", "the sum of a pair", SHORT),
    (
        "bcq_decoder.sv",
        "first_i ? beat_i[SCALE_LSB+:bcq_pkg::SCALE_W] : scale_q",
        "beat_i[SCALE_LSB+:bcq_pkg::SCALE_W]",
        "the scale held over a block array",
        SHORT,
    ),
    ("bcq_drain.sv", "!load_i", "1'b1", "waiting for results to leave", SHORT),
    ("bcq_drain.sv", "(rows_q == CNT_W'(1) && drain_o)", "1'b0", "loading while the last row leaves (cycles only)", SHORT),
    ("bcq_fixed_to_fp32.sv", "guard && (sticky || normalised_q[W-MAN_W])", "1'b0", "rounding on the way to FP32", LONG),
    (
        "bcq_sequencer.sv",
        "tile_last_o || beat_q == BEAT_CNT_W'(BEATS - 1)",
        "beat_q == BEAT_CNT_W'(BEATS - 1)",
        "short last block arrays",
        SHORT,
    ),
    ("bcq_skid.sv", "spare_valid_q ? spare_q : in_data_i", "in_data_i", "the spare entry of a stream register", SHORT),
    ("bcq_control.sv", "m_valid_q && m_array_last_q", "m_valid_q", "one entry per block array from stage P on", LONG),
    ("bcq_control.sv", "act_valid_i && wgt_valid_i", "act_valid_i", "waiting for both operands", SHORT),
    ("bcq_output.sv", "!(&valid_q[STAGES-1:i])", "!valid_q[STAGES-1]", "a row slot that is free (cycles only)", SHORT),
]

SELECTOR = """
  int fault_selector;
  initial fault_selector = $c32("std::getenv(\\"BCQ_FAULT\\") ? std::atoi(std::getenv(\\"BCQ_FAULT\\")) : 0");
"""


def plant(rtl: Path) -> list[str]:
    """Puts all faults into the files of `rtl`; returns what could not be found."""
    missing = []
    for number, (name, old, new, _, _) in enumerate(FAULTS, start=1):
        source = (rtl / name).read_text(encoding="utf-8")
        if source.count(old) != 1:
            missing.append(f"{name}: {source.count(old)} times instead of once: {old}")
            continue
        source = source.replace(old, f"(fault_selector == {number} ? ({new}) : ({old}))")
        if "fault_selector;" not in source:
            source = re.sub(r"^\);\n", f");\n{SELECTOR}", source, count=1, flags=re.M)
        (rtl / name).write_text(source, encoding="utf-8")
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bcq", type=Path, required=True, help="the program bcq")
    parser.add_argument("--rtl", type=Path, required=True, help="folder with the RTL to break")
    parser.add_argument("--arch", required=True, help="architecture")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="bcq-mutants-") as folder:
        rtl = Path(folder) / "rtl"
        shutil.copytree(args.rtl, rtl)
        failures = plant(rtl)
        command = [args.bcq, "verify", "--rtl", rtl, "--arch", args.arch, "--stalls", "40", "--seed", "5", "--shape"]

        def verify(number: int, shape: str) -> subprocess.CompletedProcess:
            environment = {**os.environ, "BCQ_FAULT": str(number)}
            return subprocess.run([*command, shape], capture_output=True, text=True, env=environment, check=False)

        for shape in (SHORT, LONG):
            sound = verify(0, shape)
            if sound.returncode != 0:
                failures.append(f"the array without a fault, {shape}: {sound.stdout}{sound.stderr}")
        for number, (name, _, _, what, shape) in enumerate(FAULTS, start=1):
            run = verify(number, shape)
            caught = run.returncode == 1 and ("MISMATCH" in run.stdout or "internal error" in run.stderr)
            print(f"{'caught  ' if caught else 'SURVIVED'} {number} {name}: {what}: {(run.stdout + run.stderr).splitlines()[:1]}")
            if not caught:
                failures.append(f"{name}: {what} survived")
    for failure in failures:
        print(f"FAIL {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
