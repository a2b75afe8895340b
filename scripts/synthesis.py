"""Area, flip-flops and longest path of a module alone: Yosys and ABC with a Liberty file, before placement.

Used by the studies. The default library is Debian's qflow-tech-osu018 (0.18 µm).
"""

import dataclasses
import re
import subprocess

from architectures import rtl_sources

LIBERTY = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib"
SMALL = "+strash;ifraig;scorr;dc2;dch,-f;map,-a;topo;stime,-p"  # ABC: mapped for area
FAST = "+strash;ifraig;scorr;dc2;dch,-f;map,-B,0.9;topo;buffer,-c;upsize;dnsize;stime,-p"  # and sized for speed


@dataclasses.dataclass(frozen=True)
class Result:
    cells: int
    area: float  # µm²
    flops: int
    path: float  # ns, between registers or ports


def synthesize(liberty, module, parameters, script, sources=()):
    """A module of rtl/ (or of `sources`, read after it) with the parameters given, mapped by ABC with the script."""
    files = " ".join(map(str, [*rtl_sources(), *sources]))
    chparam = " ".join(f"-set {name} {value}" for name, value in parameters.items())
    commands = (
        f"read_verilog -sv {files}; "
        + (f"chparam {chparam} {module}; " if parameters else "")
        + f"synth -flatten -top {module}; dfflibmap -liberty {liberty}; abc -liberty {liberty} -script {script}; "
        f"opt_clean; stat -liberty {liberty}"
    )
    log = subprocess.run(["yosys", "-Q", "-T", "-p", commands], check=True, capture_output=True, text=True).stdout
    counts = log.split("Number of cells:")[-1]
    return Result(
        cells=int(counts.split()[0]),
        area=float(re.findall(r"Chip area for (?:top )?module .*: ([\d.]+)", log)[-1]),
        flops=sum(int(count) for count in re.findall(r"^ +DFF\w+ +(\d+)$", counts, re.M)),
        path=float((re.findall(r"Delay = *([\d.]+) ps", log) or ["0"])[-1]) / 1000,
    )
