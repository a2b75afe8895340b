"""Prove with Yosys that a faulty netlist does what the sound one does.

Two attempts; either proof holds for every sequence of inputs, so no bench could see the fault.

1. One cycle from any state. The registers are cut out of both netlists; both get the same inputs and the same register
   contents, and must give the same outputs and the same next contents. What the fault does not touch is merged before the
   SAT solver starts, so that multipliers are no obstacle. For a unit without registers this decides the matter.
2. Induction over cycles, for faults that change a register only where it cannot come from. The netlists keep their
   registers. A step that starts with registers that look equal must end so; and as long as they look equal, the outputs are.

A file contracts/PREFIX.sv or contracts/MODULE.sv, where there is one, narrows the inputs to those that the module's header allows: its module
`contract` has some of the unit's inputs by name and assumptions about them; a register is named by its path with "_" between.
Its outputs care_REGISTER and cares_REGISTER, where there are any, say whether the register counts now and after this cycle.
Registers are supposed to be equal at the start: what one without a reset holds before it is written does not count.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

CONTRACTS = Path(__file__).resolve().parent / "contracts"
LIMIT = 100  # seconds for a run of Yosys
FLIP_FLOP = r"^  cell \$(?:a|s)?dffe? (\S+)\n(.*?)^  end\n"

Port = tuple[str, int, str]  # direction, width, name


def ports(netlist: str) -> list[Port]:
    """The ports in an RTLIL text with one module, in order."""
    found = []
    for line in re.findall(r"^  wire .*$", netlist, re.M):
        role = re.search(r" (input|output) (\d+)", line)
        if role:
            width = re.search(r" width (\d+)", line)
            found.append((int(role[2]), role[1], int(width[1]) if width else 1, line.split("\\", 1)[1]))
    return [port[1:] for port in sorted(found)]


def plain(name: str) -> str:
    """A hierarchical name as an identifier."""
    return re.sub(r"\W", "_", name)


def registers(netlist: str) -> dict[str, str]:
    """Flip-flop by the plain name of the register, for those that are registers as a whole."""
    found = {}
    for cell, body in re.findall(FLIP_FLOP, netlist, re.M | re.S):
        signal = re.search(r"^    connect \\Q \\(\S+)$", body, re.M)
        if signal:
            found[plain(signal[1])] = cell.lstrip("\\")
    return found


def cut_registers(netlist: str) -> str:
    """The netlist with every flip-flop replaced by ports: CELL.Q comes in, whatever the flip-flop is fed with goes out."""
    netlist = re.sub(r"^ *attribute .*\n", "", netlist, flags=re.M)
    number = len(ports(netlist))

    def cut(match: re.Match) -> str:
        nonlocal number
        width = int(re.search(r"parameter \\WIDTH (\d+)", match[2])[1])
        lines = []
        for port, signal in re.findall(r"^    connect \\(\w+) (.*)$", match[2], re.M):
            number += 1
            name = "\\" + match[1].lstrip("\\") + "." + port
            if port == "Q":
                lines += [f"  wire width {width} input {number} {name}", f"  connect {signal} {name}"]
            else:
                lines += [f"  wire width {width if port == 'D' else 1} output {number} {name}", f"  connect {name} {signal}"]
        return "\n".join(lines) + "\n"

    return re.sub(FLIP_FLOP, cut, netlist, flags=re.M | re.S)


def bus(width: int, name: str) -> str:
    return f"[{width - 1}:0] \\{name} "


def instances(signals: list[Port], contract: list[Port], renamed: dict[str, str], apart: dict[str, str]) -> list[str]:
    """The head of a harness: both netlists on the same inputs, the contract. `renamed`: what the contract's ports mean;
    `apart`: expressions for the gate's inputs that are not simply the gold's."""
    inputs = [(width, name) for direction, width, name in signals if direction == "input"]
    outputs = [(width, name) for direction, width, name in signals if direction == "output"]
    free = [(width, f"free.{name}") for width, name in inputs if name in apart]
    lines = [f"module harness({', '.join('input wire ' + bus(width, name) for width, name in inputs + free)});"]
    for side in ("gold", "gate"):
        lines += [f"  wire {bus(width, f'{side}.{name}')};" for width, name in outputs]
        given = apart if side == "gate" else {}
        connections = [f".\\{name} ({given.get(name, f'{chr(92)}{name} ')})" for _, name in inputs]
        connections += [f".\\{name} (\\{side}.{name} )" for _, name in outputs]
        lines.append(f"  {side} u_{side} ({', '.join(connections)});")
    if contract:
        lines += [f"  wire {name};" for direction, _, name in contract if direction == "output"]
        lines.append(f"  contract u_contract ({', '.join(f'.{name}({chr(92)}{renamed.get(name, name)} )' for _, _, name in contract)});")
    return lines


def same(name: str, when: str = "") -> str:
    """That gold and gate agree on a signal."""
    return (f"!{when} || " if when else "") + f"\\gold.{name} == \\gate.{name} "


def yosys(script: str) -> str:
    """What Yosys prints; "" where the time is up."""
    command = ["yosys", "-Q", "-T", "-p", script]
    try:
        return subprocess.run(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT, check=False
        ).stdout
    except subprocess.TimeoutExpired:
        return ""


def solve(work: Path, harness: list[str], sat: str) -> bool | None:
    """Whether the solver proves all assertions of the harness; None where it finds no answer in time."""
    (work / "harness.sv").write_text("\n".join([*harness, "endmodule", ""]), encoding="utf-8")
    contract = work / "contract.il"
    output = yosys(
        f"read_rtlil {work / 'gold.il'}; rename faulty gold; read_rtlil {work / 'gate.il'}; rename faulty gate; "
        + (f"read_rtlil {contract}; " if contract.is_file() else "")
        + f"read_verilog -sv -formal {work / 'harness.sv'}; prep -flatten -top harness; async2sync; opt -full -noff; "
        f"opt_merge -share_all; opt_clean; sat {sat} -prove-asserts -set-assumes"
    )
    if output == "":
        return None
    if "SUCCESS!" in output:
        return True
    if "proof failed" in output or "model found: FAIL!" in output:
        return False
    raise RuntimeError(f"Yosys did not decide:\n{output[-2000:]}")


def one_cycle(work: Path, gold: str, gate: str, contract: list[Port]) -> bool | None:
    """The first attempt."""
    flip_flops = registers(gold)
    gold, gate = cut_registers(gold), cut_registers(gate)
    (work / "gold.il").write_text(gold, encoding="utf-8")
    (work / "gate.il").write_text(gate, encoding="utf-8")
    outputs = [name for direction, _, name in contract if direction == "output"]
    care = {cell: name for name, cell in flip_flops.items() if f"care_{name}" in outputs}
    apart = {f"{cell}.Q": f"care_{name} ? \\{cell}.Q : \\free.{cell}.Q " for cell, name in care.items()}
    lines = instances(ports(gold), contract, {name: f"{cell}.Q" for name, cell in flip_flops.items()}, apart)
    for direction, _, name in ports(gold):
        cell, _, port = name.rpartition(".")
        if direction == "output":
            when = f"cares_{care[cell]}" if port == "D" and cell in care else ""
            lines.append(f"  always @* assert ({same(name, when)});")
    return solve(work, lines, "-seq 1")


def induction(work: Path, contract: list[Port]) -> bool | None:
    """The second attempt, on netlists whose registers are outputs."""
    netlist = (work / "gold.il").read_text(encoding="utf-8")
    signals = ports(netlist)
    flip_flops = registers(netlist)
    outputs = [name for direction, _, name in contract if direction == "output"]
    visible = {plain(name): name for direction, _, name in signals if direction == "output"}
    head = instances(signals, contract, {name: f"gold.{visible[name]}" for name in flip_flops if name in visible}, {})
    held = [
        same(name, f"care_{plain(name)}" if f"care_{plain(name)}" in outputs else "")
        for name in visible.values()
        if plain(name) in flip_flops
    ]
    # Yosys looks only at steps that change some register: this one always does.
    steps = ["  reg restless_q;", "  always @(posedge clk_i) restless_q <= !restless_q;"]
    steps += ["  (* keep *) wire restless = restless_q;", *(f"  always @* assert ({fact});" for fact in held)]
    stays = solve(work, head + steps, "-tempinduct -tempinduct-inductonly -seq 1 -maxsteps 1")
    if not stays:
        return stays
    given = [f"  always @* assume ({fact});" for fact in held]
    # What can never look equal proves anything: a register that is inverted wherever it is read.
    if solve(work, [*head, *given, "  always @* assert (1'b0);"], "-seq 1") is not False:
        return False
    seen = [f"  always @* assert ({same(name)});" for name in visible.values() if plain(name) not in flip_flops]
    return solve(work, head + given + seen, "-seq 1")


def attempt(folder: Path, command: str, file: Path | None) -> tuple[bool, str]:
    """Both attempts, under the contract in `file`."""
    gold = (folder / "netlist.il").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="bcq-equivalence-") as name:
        work = Path(name)
        contract = []
        if file:
            yosys(f"read_verilog -sv -formal {file}; proc; write_rtlil {work / 'contract.il'}")
            contract = ports((work / "contract.il").read_text(encoding="utf-8"))
        yosys(f"read_rtlil {folder / 'netlist.il'}; mutate {command}; write_rtlil {work / 'gate.il'}")
        first = one_cycle(work, gold, (work / "gate.il").read_text(encoding="utf-8"), contract)
        if first:
            return True, "one cycle from any state"
        if not re.search(FLIP_FLOP, gold, re.M | re.S):
            return False, "differs" if first is False else "undecided"
        exposed = f"read_rtlil {folder / 'netlist.il'}; expose -dff; write_rtlil {work / 'gold.il'}; "
        yosys(exposed + f"mutate {command}; write_rtlil {work / 'gate.il'}")
        second = induction(work, contract)
        if second:
            return True, "induction"
        return False, "a step makes a difference" if second is False else "undecided"


def prove(folder: Path, top: str, command: str) -> tuple[bool, str]:
    """Whether the netlist with the fault of a `mutate` command equals the one without, and how that was found. First for
    all inputs; where that fails, for those that the contract allows."""
    equal, how = attempt(folder, command, None)
    for file in (CONTRACTS / f"{folder.name}.sv", CONTRACTS / f"{top}.sv"):
        if not equal and file.is_file():
            equal, how = attempt(folder, command, file)
            return equal, f"{how} under `contracts/{file.name}`"
    return equal, how
