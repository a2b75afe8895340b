"""Verilog models of a library's cells, made of what its Liberty file says, for libraries without models that Icarus can use.

A path from every input to every output takes its delay from an SDF file; without one it is zero. Setup and hold are OpenSTA's to
check, not theirs. A flip-flop begins at 0, as gates can keep an X alive that no flip-flop of silicon has.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
import files  # noqa: E402

HEAD = "// Made of {library} by bcq synth.\n`timescale 1ns / 1ps\n"


def of(library, folder):
    """The file of models beside a library, or one that is made in `folder`."""
    beside = library.path.with_suffix(".v")
    if beside.is_file():
        return beside
    return files.write_text(pathlib.Path(folder) / "models" / f"{library.sha256[:24]}.v", to_verilog(library))


def to_verilog(library):
    """Models of all cells but those with functions that Liberty does not give: latches, clock gates, three-state drivers."""
    cells = [cell for cell in library.cells.values() if _describable(cell)]
    return "\n".join([HEAD.format(library=library.path.name), *map(_model, cells)])


def _describable(cell):
    known = set(cell.inputs) | ({cell.state.name, cell.state.inverse} if cell.state else set())
    functions = cell.functions.values()
    return bool(functions) and cell.sequential == bool(cell.state) and all(function and set(function.pins) <= known for function in functions)


def _model(cell):
    paths = [f"    ({source} => {output}) = (0, 0);" for output, function in cell.functions.items() for source in _sources(cell, function)]
    return "\n".join([
        "`celldefine",
        f"module {cell.name} ({', '.join([*(f'input {pin}' for pin in cell.inputs), *(f'output {pin}' for pin in cell.functions)])});",
        *(_flip_flop(cell.state) if cell.state else ()),
        *(f"  assign {output} = {function.verilog};" for output, function in cell.functions.items()),
        *(["  specify", *paths, "  endspecify"] if paths else ()),
        "endmodule",
        "`endcelldefine",
        "",
    ])


def _sources(cell, function):
    """The inputs that an output changes with."""
    state, inputs = cell.state, set(function.pins) & set(cell.inputs)
    if state and {state.name, state.inverse} & set(function.pins):
        inputs |= {pin for cause in (state.clocked_on, state.clear, state.preset) if cause for pin in cause.pins}
    return sorted(inputs)


def _flip_flop(state):
    forced = [(name, cause, value) for name, cause, value in (("clear", state.clear, 0), ("preset", state.preset, 1)) if cause]
    names = [name for name, _, _ in forced]
    unless = f"if (!({' | '.join(names)})) " if forced else ""
    held = " else ".join(f"if ({name}) {state.name} <= {value};" for name, _, value in forced)
    return [
        f"  reg {state.name} = 1'b0;",
        f"  wire {state.inverse} = ~{state.name};",
        f"  wire clocked = {state.clocked_on.verilog};",
        *(f"  wire {name} = {cause.verilog};" for name, cause, _ in forced),
        f"  always @(posedge clocked) {unless}{state.name} <= {state.next_state.verilog};",
        *([f"  always @({' or '.join(names)}) {held}"] if forced else ()),
    ]
