"""Static timing of a netlist: OpenSTA.

Before placement: no wires, an ideal clock; reset is not timed. Inputs come from the library's smallest buffer at the clock edge, outputs drive
as much as a buffer of the flow does.
"""

import dataclasses
import pathlib
import re
import subprocess

from sdf import for_icarus

CLOCK_SLEW = 0.01  # of a cycle


class TimingError(Exception):
    """OpenSTA failed; the message is its own."""


@dataclasses.dataclass(frozen=True)
class Timing:
    """Of a netlist."""

    critical_path_ns: float  # the shortest period, setup of the last register included
    start: str  # register or port
    end: str
    report: str  # the path, gate by gate

    @property
    def highest_clock_mhz(self):
        return 1000 / self.critical_path_ns


def _script(netlist, library, top, period, sdf, slews):
    load = library.load_limit
    # A driver at the clock's port would give the clock its slew.
    driver = f"set_driving_cell -lib_cell {library.driving_cell.name} $port; set_input_delay 0 -clock clk $port"
    lines = [
        f"read_liberty {library.path}",
        "set_cmd_units -time ns -capacitance pF",  # whatever those of the library are
        f"read_verilog {netlist}",
        f"link_design {top}",
        f"create_clock -name clk -period {period} [get_ports clk_i]",
        f"set_clock_transition {period * CLOCK_SLEW} [get_clocks clk]",
        f"foreach port [all_inputs] {{ if {{[get_name $port] ne \"clk_i\"}} {{ {driver} }} }}",
        f"set_load {load} [all_outputs]",
        "set_output_delay 0 -clock clk [all_outputs]",
        "set_false_path -from [get_ports rst_ni]",
        "report_checks -path_group clk -format full -fields {capacitance slew} -digits 3",
        "report_worst_slack -digits 4",
    ]
    if sdf:
        lines.append(f"write_sdf -no_timestamp -digits 4 {sdf}")
    if slews:
        lines += [
            f"set file [open {slews} w]",
            "foreach cell [get_cells -hierarchical *] {",
            "  set pins [$cell pin_iterator]",
            "  while {[$pins has_next]} {",
            "    set pin [$pins next]",
            "    puts $file \"[get_full_name $pin] [get_property $pin actual_rise_transition_max]"
            " [get_property $pin actual_fall_transition_max]\"",
            "  }",
            "  $pins finish",
            "}",
            "close $file",
        ]
    return "\n".join(lines) + "\n"


def analyse(netlist, library, top, period, folder, sdf=None, slews=None):
    """Timing of the Verilog file `netlist`. Writes, when asked, delays (SDF) and slews: lines of pin, rise and fall in ns."""
    script = pathlib.Path(folder) / "timing.tcl"
    script.write_text(_script(netlist, library, top, period, sdf, slews), encoding="utf-8")
    done = subprocess.run(["sta", "-no_splash", "-exit", str(script)], capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    errors = [line for line in output.splitlines() if line.startswith("Error")]
    slack = re.search(r"worst slack (-?[\d.]+)", output)
    if done.returncode != 0 or errors or not slack:
        raise TimingError((errors or output.strip().splitlines() or ["no output"])[0])
    if sdf:
        sdf.write_text(for_icarus(sdf.read_text(encoding="utf-8")), encoding="utf-8")
    report = output[: slack.start()].strip()
    ends = {what: re.search(rf"{what}: (\S+)", report).group(1) for what in ("Startpoint", "Endpoint")}
    return Timing(period - float(slack.group(1)), ends["Startpoint"], ends["Endpoint"], report)
