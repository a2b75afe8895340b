#!/usr/bin/env python3
"""Writes everything that states the register map of bcq_accel from one description, rtl/registers.toml:

    rtl/bcq_reg_pkg.sv                 constants of the RTL
    sim/include/bcq/sim/registers.hpp  constants of drivers and of the SystemC model
    docs/registers.md                  the map for people

With --check nothing is written; the exit status is 1 if one of the three is out of date.
"""

import argparse
import pathlib
import sys
import tomllib
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "rtl" / "registers.toml"
BYTES = 4
NOTE = "Written by scripts/make_registers.py from rtl/registers.toml; do not edit."
ACCESS = {
    "ro": "read only",
    "rw": "read, write",
    "wo": "write 1 to act, reads 0",
    "w1c": "write 1 to clear",
}


@dataclass
class Field:
    """Bits msb..lsb of a register."""

    name: str
    msb: int
    lsb: int
    about: str

    @property
    def bits(self):
        return f"{self.msb}:{self.lsb}" if self.msb > self.lsb else str(self.lsb)


@dataclass
class Register:
    """A register of 32 bits; offset in bytes."""

    name: str
    offset: int
    access: str
    about: str
    fields: list


def fail(text):
    """Ends the program: the description is wrong."""
    sys.exit(f"{SOURCE}: {text}")


def read_fields(register):
    """Fields of a register, most significant first, checked for overlaps."""
    fields, taken = [], set()
    for field in register["fields"]:
        msb, _, lsb = field["bits"].partition(":")
        item = Field(field["name"], int(msb), int(lsb or msb), field["about"])
        bits = set(range(item.lsb, item.msb + 1))
        if not bits or item.msb > 31 or bits & taken:
            fail(f"{register['name']}.{item.name}: bits = {field['bits']}: empty, beyond 31, or taken by another field")
        taken |= bits
        fields.append(item)
    return sorted(fields, key=lambda field: -field.lsb)


def read_registers():
    """The registers with their offsets, and the names of the counters."""
    with SOURCE.open("rb") as file:
        source = tomllib.load(file)
    registers = []

    def add(name, access, about, fields):
        if access not in ACCESS:
            fail(f"{name}: access = {access!r}: use one of {', '.join(ACCESS)}")
        if name in (register.name for register in registers):
            fail(f"{name}: defined twice")
        registers.append(Register(name, BYTES * len(registers), access, about, fields))

    for register in source["register"]:
        add(register["name"], register["access"], register["about"], read_fields(register))
    for counter in source["counter"]:
        name, about = counter["name"], counter["about"]
        add(f"{name}_LO", "ro", f"{about}; bits 31..0", [Field("VALUE", 31, 0, "count")])
        add(f"{name}_HI", "ro", f"{name.replace('_', ' ').capitalize()}, bits 63..32", [Field("VALUE", 31, 0, "count")])
    return registers, [counter["name"] for counter in source["counter"]]


def address_bits(registers):
    """Address bits of the map."""
    return (BYTES * len(registers) - 1).bit_length()


def single(register):
    """A register that is one number needs no constants for its field."""
    return [field.name for field in register.fields] == ["VALUE"]


def systemverilog(registers, counters):
    """rtl/bcq_reg_pkg.sv."""
    width = address_bits(registers)
    lines = [
        "// The register map of bcq_accel: byte offsets, bits of the fields, order of the counters (docs/registers.md).",
        f"// {NOTE}",
        "`default_nettype none",
        "",
        "package bcq_reg_pkg;",
        "",
        f"  localparam int ADDR_W = {width};",
        "",
    ]
    own = registers[: -2 * len(counters)]
    for register in own:
        lines.append(f"  localparam logic [ADDR_W-1:0] {register.name} = {width}'h{register.offset:02X};")
    lines.append(f"  localparam logic [ADDR_W-1:0] COUNTERS_FIRST = {width}'h{registers[len(own)].offset:02X};")
    lines.append(f"  localparam logic [ADDR_W-1:0] COUNTERS_LAST = {width}'h{registers[-1].offset:02X};")
    lines.append("")
    for register in registers:
        if single(register):
            continue
        for field in register.fields:
            lines.append(f"  localparam int {register.name}_{field.name} = {field.lsb};")
    events = next(register for register in registers if register.name == "EVENTS")
    lines += ["", f"  localparam int EVENTS_W = {events.fields[0].msb + 1};", f"  localparam int COUNTERS = {len(counters)};"]
    lines += [f"  localparam int COUNT_{name} = {index};" for index, name in enumerate(counters)]
    return "\n".join([*lines, "", "endpackage", "", "`default_nettype wire", ""])


def constant(name):
    """ERR_K -> kErrK."""
    return "k" + "".join(part.capitalize() for part in name.split("_"))


def cpp(registers, counters):
    """sim/include/bcq/sim/registers.hpp."""
    lines = [
        "// The register map of bcq_accel (docs/registers.md).",
        f"// {NOTE}",
        "#pragma once",
        "",
        "#include <array>",
        "#include <cstdint>",
        "#include <string_view>",
        "",
        "namespace bcq::sim::registers {",
        "",
        "/// Byte offsets.",
    ]
    for register in registers:
        lines.append(f"inline constexpr std::uint32_t {constant(register.name)} = 0x{register.offset:02X};")
    for register in registers:
        if single(register):
            continue
        lines += ["", f"/// Fields of {register.name}, as masks."]
        for field in register.fields:
            mask = (1 << field.msb + 1) - (1 << field.lsb)
            lines.append(f"inline constexpr std::uint32_t {constant(register.name + '_' + field.name)} = 0x{mask:08X};")
    lines += [
        "",
        "/// Counters of 64 bits: the offset of the lower half; the upper half follows.",
        "struct Counter {",
        "  std::string_view name;",
        "  std::uint32_t offset;",
        "};",
        f"inline constexpr std::array<Counter, {len(counters)}> kCounters = {{{{",
    ]
    lines += [f'    {{"{name.lower()}", {constant(name)}Lo}},' for name in counters]
    return "\n".join([*lines, "}};", "", "}  // namespace bcq::sim::registers", ""])


def markdown(registers):
    """docs/registers.md."""
    lines = [
        "# The registers of `bcq_accel`",
        "",
        f"*{NOTE}*",
        "",
        "Registers have 32 bits and are accessed whole (all four strobes) at multiples of 4. Anything else, an offset beyond",
        "the map, and a write to a read-only register are answered with SLVERR and do nothing. Bits without a name read 0.",
        "How they work together: [accel.md](accel.md).",
        "",
        "| offset | register | access | what |",
        "|---|---|---|---|",
    ]
    for register in registers:
        lines.append(f"| 0x{register.offset:02X} | `{register.name}` | {register.access} | {register.about} |")
    lines += ["", "Access: " + "; ".join(f"{key}: {text}" for key, text in ACCESS.items()) + ".", ""]
    for register in registers:
        if single(register):
            continue
        lines += [f"## `{register.name}` (0x{register.offset:02X})", "", "| bits | field | what |", "|---|---|---|"]
        lines += [f"| {field.bits} | `{field.name}` | {field.about} |" for field in register.fields]
        lines.append("")
    lines += ["## Registers of a single number", "", "| register | what |", "|---|---|"]
    for register in registers:
        if single(register):
            lines.append(f"| `{register.name}` | {register.fields[0].about} |")
    return "\n".join([*lines, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is out of date")
    arguments = parser.parse_args()
    registers, counters = read_registers()
    texts = {
        ROOT / "rtl" / "bcq_reg_pkg.sv": systemverilog(registers, counters),
        ROOT / "sim" / "include" / "bcq" / "sim" / "registers.hpp": cpp(registers, counters),
        ROOT / "docs" / "registers.md": markdown(registers),
    }
    stale = [path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if arguments.check:
        for path in stale:
            print(f"{path}: out of date; run scripts/make_registers.py")
        sys.exit(1 if stale else 0)
    for path in stale:
        path.write_text(texts[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
