"""RTL to gates: Yosys and ABC map each part (parts.py) alone, the hierarchy stays.

A part that is placed many times is mapped once, and the same module with the same parameters has the same netlist wherever
it stands: what an array is composed of does not depend on the array.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import netlist as netlists
from parts import KEPT, plain_base

# Structure as the RTL has it (adders stay what Yosys made of them; ifraig joins what is equal), mapped for area twice, the
# second time from what the first has found, then buffered and sized for the clock. docs/decisions/0017 has what else was tried.
AREA = "dch,-f;amap"
SCRIPT = f"+strash;ifraig;{AREA};strash;{AREA};topo;buffer,-c,-N,12;upsize,-D,{{picoseconds}};dnsize,-D,{{picoseconds}}"
# Of a cycle; the rest is for the registers.
LOGIC_SHARE = 0.9
TOP, WRAPPER = "mapped_part", "mapped_part_wrapper"  # what a part, and what instantiates it, are called while it is mapped


class MappingError(Exception):
    """Yosys failed; the message is its own."""


def _yosys(commands, folder, name):
    (folder / f"{name}.ys").write_text("\n".join(commands) + "\n", encoding="utf-8")
    command = ["yosys", "-Q", "-T", "-q", "-s", f"{name}.ys"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = (done.stderr or done.stdout).strip().splitlines()
        raise MappingError(f"{name}: {message[-1] if message else 'yosys failed'}")


def _read(sources):
    return f"read_verilog -sv {' '.join(map(str, sources))}"


def _code(path):
    """A source without comments."""
    return re.sub(r"//.*", "", path.read_text(encoding="utf-8"))


def _closure(codes, top):
    """The files that a module is made of, in the order given."""
    declared = {name: path for path, code in codes.items() for name in re.findall(r"^(?:module|package) (\w+)", code, re.M)}
    found, pending = set(), [top]
    while pending:
        path = declared.get(pending.pop())
        if path is not None and path not in found:
            found.add(path)
            pending += set(re.findall(r"\b[a-z]\w+\b", codes[path]))
    return [path for path in codes if path in found]


def _wrapper(module, parameters):
    """A module that makes elaboration derive `module` with these parameters, which are strings of bits."""

    def constant(bits):
        return str(int(bits, 2) - (int(bits[0]) << 32)) if len(bits) == 32 else f"{len(bits)}'b{bits}"

    settings = ", ".join(f".{name}({constant(bits)})" for name, bits in sorted(parameters.items()))
    return f"module {WRAPPER};\n  {module} {f'#({settings}) ' if settings else ''}part ();\nendmodule\n"


class Mapper:
    """Maps designs to one library; results are kept in a folder, each until its sources, library or script change."""

    def __init__(self, library, clock_ns, cache, jobs=None, kept=KEPT):
        self.library, self.clock_ns, self.cache, self.kept = library, clock_ns, pathlib.Path(cache), kept
        self.jobs = jobs or os.cpu_count()
        self.cache.mkdir(parents=True, exist_ok=True)

    def map(self, files, top, folder):
        """The netlist of module `top` of the SystemVerilog `files`, packages first, without trees (fanout.py).

        `folder` takes intermediate files."""
        sources = [pathlib.Path(path).resolve() for path in files]
        codes = {path: _code(path) for path in sources}
        derived = self._derive(_closure(codes, top), top, folder)
        with ThreadPoolExecutor(self.jobs) as pool:
            mapped = dict(pool.map(lambda item: (item[0], self._part(codes, *item)), derived.items()))
        design = netlists.assemble(mapped, top)
        netlists.isolate_outputs(design, self.library.driving_cell)
        return design

    @staticmethod
    def files_of(files, top):
        """Those of the files that module `top` is made of."""
        return _closure({path: _code(path) for path in map(pathlib.Path, files)}, top)

    def _derive(self, sources, top, folder):
        """{name: (module, parameters)} of the modules that are kept, as elaboration names them."""
        _yosys(
            [_read(sources), f"hierarchy -check -top {top}", "proc", "write_json derived.json"], folder, "derive"
        )
        modules = json.loads((folder / "derived.json").read_text(encoding="utf-8"))["modules"]
        parts = {name: module for name, module in modules.items() if plain_base(name) in self.kept or name == top}
        return {name: (plain_base(name), module.get("parameter_default_values", {})) for name, module in parts.items()}

    def _part(self, codes, name, what):
        """Yosys' JSON of one part, the parts inside it as black boxes."""
        module, parameters = what
        sources = _closure(codes, module)
        text = [codes[path] for path in sources]
        commands = self._commands(name, module)
        # Elaboration leaves the name alone where nobody sets a parameter.
        wrapper = _wrapper(module, parameters if name.startswith("$paramod") else {})
        key = hashlib.sha256(repr((commands, wrapper, text, self._constraints(), self.library.sha256)).encode()).hexdigest()[:24]
        kept = self.cache / f"{module}-{key}.json"
        if not kept.is_file():
            with tempfile.TemporaryDirectory(dir=self.cache) as scratch:
                folder = pathlib.Path(scratch)
                (folder / "constraints").write_text(self._constraints(), encoding="utf-8")
                (folder / "wrapper.sv").write_text(wrapper, encoding="utf-8")
                _yosys([_read(sources), *commands], folder, module)
                (folder / "mapped.json").replace(kept)
        return json.loads(kept.read_text(encoding="utf-8"))["modules"][TOP]

    def _constraints(self):
        """For ABC, which takes loads in fF."""
        return f"set_driving_cell {self.library.driving_cell.name}\nset_load {1000 * self.library.load_limit:.1f}\n"

    def _commands(self, name, module):
        library, below = self.library, [part for part in self.kept if part != module]
        patterns = " ".join(pattern for part in below for pattern in (part, f"$paramod*\\{part}", f"$paramod*\\{part}\\*"))
        abc = SCRIPT.format(picoseconds=round(1000 * self.clock_ns * LOGIC_SHARE))
        return [
            "read_verilog -sv wrapper.sv",
            f"hierarchy -check -top {WRAPPER}",
            f"rename {name} {TOP}",
            f"hierarchy -top {TOP}",
            *([f"blackbox {patterns}"] if patterns else []),
            f"synth -flatten -noabc -top {TOP}",
            f"dfflibmap -liberty {library.path}",
            f"abc -liberty {library.path} -constr constraints -script {abc}",
            "opt_clean -purge",
            "write_json mapped.json",
        ]
