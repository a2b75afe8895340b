"""Area, flip-flops and longest path of a module alone: Yosys and ABC with a Liberty file, before placement.

Used by the studies. The default library is Debian's qflow-tech-osu018 (0.18 µm).

    synthesis = Synthesis.of(parser, parser.parse_args())  # after Synthesis.add_arguments(parser)
    results = synthesis.all([Design("bcq_dot", {"LANES": 16}), ...])
"""

import dataclasses
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from architectures import rtl_sources_of

LIBERTY = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib"
SMALL = "+strash;ifraig;scorr;dc2;dch,-f;map,-a;topo;stime,-p"  # ABC: mapped for area
FAST = "+strash;ifraig;scorr;dc2;dch,-f;map,-B,0.9;topo;buffer,-c;upsize;dnsize;stime,-p"  # and sized for speed


@dataclasses.dataclass(frozen=True)
class Design:
    """A module of rtl/, or of `sources`, which are read after rtl/. Parameters are numbers or Verilog constants."""

    module: str
    parameters: tuple  # of (name, value); a dict will do
    script: str = SMALL
    sources: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, "parameters", tuple(dict(self.parameters).items()))

    def __str__(self):
        shown = (f"{name}={value}" for name, value in self.parameters if len(str(value)) < 20)
        return " ".join((self.module, *shown))

    def files(self):
        """What the module is made of."""
        named = (name for path in self.sources for name in re.findall(r"\bbcq_\w+", path.read_text(encoding="utf-8")))
        return [*rtl_sources_of(self.module, *named), *self.sources]


@dataclasses.dataclass(frozen=True)
class Result:
    """Of a design."""

    cells: int
    area: float  # µm²
    flops: int
    path: float  # ns, the longest between registers or ports


def synthesize(liberty, design):
    """Runs Yosys; CalledProcessError when it fails."""
    chparam = " ".join(f"-set {name} {value}" for name, value in design.parameters)
    commands = (
        f"read_verilog -sv {' '.join(map(str, design.files()))}; "
        + (f"chparam {chparam} {design.module}; " if chparam else "")
        + f"synth -flatten -top {design.module}; dfflibmap -liberty {liberty}; abc -liberty {liberty} -script {design.script}; "
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


class Synthesis:
    """One library; results kept in a file, if there is one, each until the code of its design or the library changes."""

    def __init__(self, liberty, jobs, keep):
        self.liberty, self.jobs, self.keep = liberty, jobs, keep
        self.kept = json.loads(keep.read_text(encoding="utf-8")) if keep and keep.is_file() else {}

    @staticmethod
    def add_arguments(parser):
        parser.add_argument("--liberty", default=LIBERTY, help="cell library (default: %(default)s)")
        parser.add_argument("--jobs", type=int, default=1, help="syntheses at a time (default: %(default)s)")
        parser.add_argument("--keep", type=pathlib.Path, help="file for results (JSON): a run that was stopped goes on from there")

    @classmethod
    def of(cls, parser, arguments):
        """From parsed arguments; what is missing is the parser's error (exit status 2)."""
        if shutil.which("yosys") is None:
            parser.error("yosys is not installed; apt-get install yosys")
        if not pathlib.Path(arguments.liberty).is_file():
            parser.error(f"{arguments.liberty}: no such file; apt-get install qflow-tech-osu018, or name one with --liberty")
        return cls(arguments.liberty, arguments.jobs, arguments.keep)

    def one(self, design):
        code = [re.sub(r"//.*", "", path.read_text(encoding="utf-8")) for path in design.files()]
        library = pathlib.Path(self.liberty).read_text(encoding="utf-8")
        identity = repr((design.module, design.parameters, design.script, code, library))
        key = hashlib.sha256(identity.encode()).hexdigest()
        if key not in self.kept:
            start = time.monotonic()
            self.kept[key] = dataclasses.asdict(synthesize(self.liberty, design))
            print(f"{design}: {self.kept[key]['area']:,.0f} µm² ({time.monotonic() - start:.0f} s)", flush=True)
            if self.keep:
                partial = self.keep.with_suffix(".part")
                partial.write_text(json.dumps(dict(self.kept)), encoding="utf-8")
                partial.replace(self.keep)
        return Result(**self.kept[key])

    def all(self, designs):
        """{design: Result}; ends the program when a synthesis fails."""
        designs = list(dict.fromkeys(designs))
        try:
            with ThreadPoolExecutor(self.jobs) as pool:
                return dict(zip(designs, pool.map(self.one, designs)))
        except subprocess.CalledProcessError as error:
            sys.exit(f"yosys: {error.stderr.strip()}")
