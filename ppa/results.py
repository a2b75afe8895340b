"""What a measurement leaves behind: a JSON file that everything else is printed from, without any synthesis tool.

ppa/results/ holds those of the named architectures; `bcq simulate` reads them. docs/ppa.md describes every field.
"""

import dataclasses
import math
import pathlib
import re
import subprocess
import zlib

import compose
from flow import RTL, SPECIMEN, energy_per_mac
from parts import units

SCHEMA = "bcq-ppa-1"
FOLDER = pathlib.Path(__file__).resolve().parent / "results"
CHECKED = "every result bit equals the golden model's"
ABOUT = "Synthesized, before placement: no wires, no clock tree. Energies from simulation of the netlist with its delays."


def rtl_crc32(files, folder=RTL):
    """CRC of the code of the RTL, comments and white space at line ends aside, as `bcq simulate` computes it."""
    crc = 0
    for name in files:
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            code = line.split("//")[0].rstrip()
            if code:
                crc = zlib.crc32(f"{code}\n".encode(), crc)
    return f"{crc:08x}"


def node_nm(library):
    """The feature size that a library is for, by what is known of the open ones; None otherwise."""
    known = {"osu018": 180, "osu035": 350, "osu050": 500, "sky130": 130, "nangate": 45, "freepdk45": 45, "asap7": 7}
    return next((node for name, node in known.items() if name in library.name.lower()), None)


def versions():
    """Of the tools."""
    first = {
        "yosys": (["yosys", "-V"], r"Yosys (\S+)"),
        "opensta": (["sta", "-version"], r"([\d.]+)"),
        "iverilog": (["iverilog", "-V"], r"version (\S+)"),
    }
    found = {}
    for name, (command, pattern) in first.items():
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        match = re.search(pattern, done.stdout + done.stderr)
        found[name] = match.group(1) if match else "unknown"
    return found


def _rtl(files):
    """Which RTL was measured."""
    inside = sorted(str(path.resolve().relative_to(RTL)) for path in files if RTL in path.resolve().parents)
    return {"rtl_crc32": rtl_crc32(inside), "rtl_files": inside}


def _timing(timing):
    return {
        "critical_path_ns": round(timing.critical_path_ns, 4),
        "highest_clock_mhz": round(timing.highest_clock_mhz, 2),
        "critical_path": {"start": timing.start, "end": timing.end, "report": timing.report},
    }


def _parameters(design):
    array, fmt = design.array, design.format
    keys = ("rows", "cols", "lanes", "k_max", "accumulator", "decode", "codebooks")
    return {key: array[key] for key in keys} | ({key: fmt[key] for key in ("lb", "la", "nc", "bc")})


def _part(part, random):
    record = dataclasses.asdict(part)
    for key, value in record.items():
        if isinstance(value, float):
            record[key] = round(value, 6)
    if random:
        record["random_energy_pj"] = round(random.energy_pj, 6)
    return record


def record(measurement, library, layer, clock_ns, command):
    """The JSON object of a measurement."""
    design, window = measurement.design, measurement.window
    random = {(part.part, part.unit): part for part in measurement.random or ()}
    rows, columns, lanes = design.array["rows"], design.array["cols"], design.array["lanes"]
    result = {
        "schema": SCHEMA,
        "name": design.name,
        "about": ABOUT,
        "command": command,
        "number_format": design.number_format,
        "library": {
            "name": library.name, "sha256": library.sha256, "voltage": library.voltage,
            "temperature": library.temperature, "node_nm": node_nm(library),
        },
        "tools": versions(),
        **_rtl(measurement.files),
        "parameters": _parameters(design),
        "clock_ns": clock_ns,
        **_timing(measurement.timing),
        "area_um2": round(compose.total(measurement.parts, rows, columns, lambda part: part.area_um2), 1),
        "parts": [_part(part, random.get((part.part, part.unit))) for part in measurement.parts],
    }
    if window:
        beats_per_tile = window.beats * SPECIMEN**2 // window.results
        result["workload"] = {
            "layer": layer, "results": window.results, "beats": window.beats, "cycles": window.cycles,
            "macs": window.beats * units(SPECIMEN, SPECIMEN)["pe"] * lanes, "beats_per_tile": beats_per_tile,
            "checked": CHECKED,
        }
        result["energy_per_mac_pj"] = _rounded(energy_per_mac(measurement.parts, design, beats_per_tile))
        if measurement.random:
            result["random_energy_per_mac_pj"] = _rounded(energy_per_mac(measurement.random, design, beats_per_tile))
    return result


def encoder_record(measurement, layer):
    """The JSON object of an on-line encoder, field `encoder` of the result of its array."""
    found = {
        "lanes": measurement.lanes,
        "precision": measurement.precision,
        **_rtl(measurement.files),
        **_timing(measurement.timing),
        "cells": measurement.cells,
        "flip_flops": measurement.flip_flops,
        "area_um2": round(measurement.area_um2, 1),
        "leakage_uw": round(measurement.leakage_uw, 6),
    }
    work = measurement.work
    if work:
        found |= {key: round(getattr(work, key), 6) for key in ("energy_pj", "registers_pj", "clock_pj")}
        if measurement.random:
            found["random_energy_pj"] = round(measurement.random.energy_pj, 6)
        found["workload"] = {"layer": layer, "beats": work.beats, "cycles": work.cycles, "checked": CHECKED}
    return found


def _rounded(parts):
    return {"total": round(sum(parts.values()), 4)} | {part: round(value, 4) for part, value in parts.items()}


def amount(value, decimals):
    """With `decimals`, or as many more as three digits need."""
    return f"{value:,.{decimals if value <= 0 else max(decimals, 2 - math.floor(math.log10(value)))}f}"


def text(result):
    """Tables for people."""
    size = units(result["parameters"]["rows"], result["parameters"]["cols"])
    library = result["library"]
    lines = [
        f"{result['name']}: {result['parameters']['rows']} x {result['parameters']['cols']} PEs of "
        f"{result['parameters']['lanes']} lanes, {result['number_format']}, in {library['name']} "
        f"({library['voltage']:g} V, {library['temperature']:g} °C); {ABOUT}",
        "",
        f"  {'part':14}{'per':>8}{'cells':>10}{'flip-flops':>12}{'area/unit (µm²)':>17}{'array (mm²)':>13}{'%':>7}"
        f"{'leakage (µW)':>14}{'pJ/event':>11}{'event':>8}{'clock (pJ)':>12}",
    ]
    for part in result["parts"]:
        number = size[part["unit"]]
        share = 100 * number * part["area_um2"] / result["area_um2"]
        lines.append(
            f"  {part['part']:14}{part['unit']:>8}{part['cells']:>10,.0f}{part['flip_flops']:>12,.0f}{amount(part['area_um2'], 0):>17}"
            f"{amount(number * part['area_um2'] / 1e6, 3):>13}{share:>7.1f}{amount(number * part['leakage_uw'], 2):>14}"
            f"{amount(part['energy_pj'], 2):>11}{part['event']:>8}{amount(part['clock_pj'], 2):>12}"
        )
    lines += [
        "",
        f"  area           {amount(result['area_um2'] / 1e6, 3)} mm²",
        f"  critical path  {result['critical_path_ns']:.2f} ns, {result['critical_path']['start']} to {result['critical_path']['end']}",
        f"  highest clock  {result['highest_clock_mhz']:.1f} MHz",
    ]
    if "energy_per_mac_pj" in result:
        lines += ["", f"  energy per MAC (pJ), {result['workload']['layer']}, {result['workload']['beats_per_tile']} beats per tile:"]
        random = result.get("random_energy_per_mac_pj", {})
        for part, value in result["energy_per_mac_pj"].items():
            beside = f"{random[part]:>10.3f} on random data" if part in random else ""
            lines.append(f"    {part:14}{value:>9.3f}{beside}")
        registers, clock = _of_which(result)
        lines.append(f"    of which registers {registers:.3f}, their clock {clock:.3f}")
    if "energy_per_mac_pj" in result and result["number_format"] == "bcq":
        la = result["parameters"]["la"]
        lines.append(f"  energy per block array of {la}: {la * result['energy_per_mac_pj']['total']:,.1f} pJ")
    lines += ["", _power_text(result)]
    if "encoder" in result:
        lines += ["", *_encoder_text(result["encoder"])]
    return "\n".join(lines)


def _macs(result):
    """Of a cycle that issues a beat."""
    return result["parameters"]["rows"] * result["parameters"]["cols"] * result["parameters"]["lanes"]


def _of_which(result):
    """pJ per MAC in flip-flops but for their clock, and in their clock pins, of all parts."""
    rows, columns, beats = result["parameters"]["rows"], result["parameters"]["cols"], result["workload"]["beats_per_tile"]
    where = [(part, (part["part"], part["unit"], part["event"])) for part in result["parts"]]
    registers = [compose.Part(*place, energy_pj=part["registers_pj"]) for part, place in where]
    clocks = [compose.Part(*place, clock_pj=part["clock_pj"]) for part, place in where]
    return [sum(compose.energy_per_beat(part, rows, columns, beats) for part in parts) / _macs(result) for parts in (registers, clocks)]


def _power_text(result):
    """The line of the powers: µJ per second are µW, and pJ times MHz are µW too."""
    count = units(result["parameters"]["rows"], result["parameters"]["cols"])
    leakage = sum(count[part["unit"]] * part["leakage_uw"] for part in result["parts"])
    if "energy_per_mac_pj" not in result:
        return f"  leakage        {amount(leakage / 1000, 3)} mW"
    dynamic = result["energy_per_mac_pj"]["total"] * _macs(result) * result["highest_clock_mhz"]
    return (f"  power          {amount(dynamic / 1000, 1)} mW dynamic with a beat in every cycle of the highest clock, "
            f"{amount(leakage / 1000, 3)} mW leakage")


def _encoder_text(found):
    """Lines of the encoder, which is no part of the array."""
    lanes = found["lanes"]
    lines = [
        f"  encoder, {lanes} scalars per cycle with significands of {found['precision']} bits:",
        f"    area           {found['area_um2'] / 1e6:.3f} mm², {found['cells']:,} cells, {found['flip_flops']:,} flip-flops",
        f"    critical path  {found['critical_path_ns']:.2f} ns, {found['critical_path']['start']} to {found['critical_path']['end']}",
        f"    highest clock  {found['highest_clock_mhz']:.1f} MHz",
        f"    leakage        {found['leakage_uw']:.2f} µW",
    ]
    if "workload" in found:
        beside = f", {found['random_energy_pj']:,.1f} pJ on random data" if "random_energy_pj" in found else ""
        scalar = (found["energy_pj"] + found["clock_pj"]) / lanes
        lines += [
            f"    energy         {found['energy_pj']:,.1f} pJ per beat, of which registers {found['registers_pj']:,.1f} pJ{beside}",
            f"    clock          {found['clock_pj']:,.1f} pJ per cycle; with it {scalar:,.1f} pJ per scalar when it never waits",
        ]
    return lines
