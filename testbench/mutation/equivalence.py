"""Prove with Yosys that a faulty netlist does what the sound one does.

Both netlists get the same inputs; what is compared is every output and every register. The SAT solver looks for one step
that starts with equal registers and ends with a difference. If there is none, two units that start alike stay alike for
ever: the fault cannot be seen by any bench. This is induction over cycles; for a unit without registers it is plain
equivalence.

A file contracts/MODULE.sv, where there is one, narrows the inputs to those that the module's header allows: it has a module
`contract` with the unit's inputs (by name, any subset) and assumptions about them. An output `care_REGISTER` of it says when
that register counts.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

CONTRACTS = Path(__file__).resolve().parent / "contracts"
LIMIT = 120  # seconds for a proof


def ports(netlist: str) -> list[tuple[str, int, str]]:
    """(direction, width, name) of the ports in an RTLIL text with one module, in order."""
    found = []
    for line in re.findall(r"^  wire .*$", netlist, re.M):
        role = re.search(r" (input|output) (\d+)", line)
        if role:
            width = re.search(r" width (\d+)", line)
            found.append((int(role[2]), role[1], int(width[1]) if width else 1, line.split("\\", 1)[1]))
    return [port[1:] for port in sorted(found)]


def yosys(script: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["yosys", "-Q", "-T", "-p", script], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )


def harness(signals: list[tuple[str, int, str]], contract: list[tuple[str, int, str]]) -> str:
    """A module with both netlists, the contract and the comparisons."""
    inputs = [(width, name) for direction, width, name in signals if direction == "input"]
    outputs = [(width, name) for direction, width, name in signals if direction == "output"]
    lines = [f"module harness({', '.join(f'input wire [{width - 1}:0] {name}' for width, name in inputs)});"]
    for side in ("gold", "gate"):
        lines += [f"  wire [{width - 1}:0] \\{side}.{name} ;" for width, name in outputs]
        connections = [f".{name}({name})" for _, name in inputs] + [f".\\{name} (\\{side}.{name} )" for _, name in outputs]
        lines.append(f"  {side} u_{side} ({', '.join(connections)});")
    cares = [name for direction, _, name in contract if direction == "output"]
    if contract:
        lines += [f"  wire {name};" for name in cares]
        lines.append(f"  contract u_contract ({', '.join(f'.{name}({name})' for _, _, name in contract)});")
    for _, name in outputs:
        care = f"care_{name.replace('.', '_')}"
        condition = f"!{care} || " if care in cares else ""
        lines.append(f"  always @* assert ({condition}\\gold.{name} == \\gate.{name} );")
    return "\n".join([*lines, "endmodule", ""])


def prove(folder: Path, top: str, command: str) -> tuple[bool, str]:
    """Whether the netlist with the fault of a `mutate` command equals the one without, and how that was found."""
    contract = CONTRACTS / f"{top}.sv"
    with tempfile.TemporaryDirectory(prefix="bcq-equivalence-") as name:
        work = Path(name)
        done = yosys(
            f"read_rtlil {folder / 'netlist.il'}; expose -dff; write_rtlil {work / 'gold.il'}; mutate {command}; "
            f"rename faulty gate; write_rtlil {work / 'gate.il'}; design -reset; "
            + (f"read_verilog -sv -formal {contract}; proc; write_rtlil {work / 'contract.il'}" if contract.is_file() else "")
        )
        if done.returncode != 0:
            return False, f"Yosys failed: {done.stdout.splitlines()[-1]}"
        allowed = ports((work / "contract.il").read_text(encoding="utf-8")) if contract.is_file() else []
        text = harness(ports((work / "gold.il").read_text(encoding="utf-8")), allowed)
        (work / "harness.sv").write_text(text, encoding="utf-8")
        done = yosys(
            f"read_rtlil {work / 'gold.il'}; rename faulty gold; read_rtlil {work / 'gate.il'}; "
            + (f"read_rtlil {work / 'contract.il'}; " if allowed else "")
            + f"read_verilog -sv -formal {work / 'harness.sv'}; prep -flatten -top harness; async2sync; opt -full; dffunmap; "
            f"opt_merge -share_all; opt_clean; "
            f"sat -tempinduct -tempinduct-inductonly -seq 1 -maxsteps 2 -prove-asserts -set-assumes -timeout {LIMIT}"
        )
    open("/tmp/mtry/last.log", "w").write(done.stdout)
    if "Interrupted SAT solver: TIMEOUT" in done.stdout:
        return False, "undecided"
    if "Induction step proven: SUCCESS!" in done.stdout:
        return True, "proved" + (f" under contracts/{contract.name}" if allowed else "")
    if "proof failed" in done.stdout:
        return False, "a difference can be reached in a step"
    return False, f"Yosys failed: {done.stdout.splitlines()[-1]}"
