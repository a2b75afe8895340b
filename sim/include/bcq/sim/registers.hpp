// The register map of bcq_accel (docs/registers.md).
// Written by scripts/make_registers.py from rtl/registers.toml; do not edit.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace bcq::sim::registers {

/// Byte offsets.
inline constexpr std::uint32_t kId = 0x00;
inline constexpr std::uint32_t kArray = 0x04;
inline constexpr std::uint32_t kBeat = 0x08;
inline constexpr std::uint32_t kFormat = 0x0C;
inline constexpr std::uint32_t kKMax = 0x10;
inline constexpr std::uint32_t kControl = 0x14;
inline constexpr std::uint32_t kStatus = 0x18;
inline constexpr std::uint32_t kEvents = 0x1C;
inline constexpr std::uint32_t kEnable = 0x20;
inline constexpr std::uint32_t kK = 0x24;
inline constexpr std::uint32_t kScale = 0x28;
inline constexpr std::uint32_t kTiles = 0x2C;
inline constexpr std::uint32_t kTilesDone = 0x30;
inline constexpr std::uint32_t kCyclesLo = 0x34;
inline constexpr std::uint32_t kCyclesHi = 0x38;
inline constexpr std::uint32_t kBusyCyclesLo = 0x3C;
inline constexpr std::uint32_t kBusyCyclesHi = 0x40;
inline constexpr std::uint32_t kOperandWaitLo = 0x44;
inline constexpr std::uint32_t kOperandWaitHi = 0x48;
inline constexpr std::uint32_t kDrainStallLo = 0x4C;
inline constexpr std::uint32_t kDrainStallHi = 0x50;
inline constexpr std::uint32_t kActBeatsLo = 0x54;
inline constexpr std::uint32_t kActBeatsHi = 0x58;
inline constexpr std::uint32_t kWgtBeatsLo = 0x5C;
inline constexpr std::uint32_t kWgtBeatsHi = 0x60;
inline constexpr std::uint32_t kResBeatsLo = 0x64;
inline constexpr std::uint32_t kResBeatsHi = 0x68;

/// Fields of ID, as masks.
inline constexpr std::uint32_t kIdMagic = 0xFFFFFF00;
inline constexpr std::uint32_t kIdVersion = 0x000000FF;

/// Fields of ARRAY, as masks.
inline constexpr std::uint32_t kArrayCols = 0xFFFF0000;
inline constexpr std::uint32_t kArrayRows = 0x0000FFFF;

/// Fields of BEAT, as masks.
inline constexpr std::uint32_t kBeatLa = 0xFFFF0000;
inline constexpr std::uint32_t kBeatLanes = 0x0000FFFF;

/// Fields of FORMAT, as masks.
inline constexpr std::uint32_t kFormatAccum = 0x00200000;
inline constexpr std::uint32_t kFormatFrozen = 0x00100000;
inline constexpr std::uint32_t kFormatBc = 0x000F0000;
inline constexpr std::uint32_t kFormatNc = 0x0000FF00;
inline constexpr std::uint32_t kFormatLb = 0x000000FF;

/// Fields of CONTROL, as masks.
inline constexpr std::uint32_t kControlAbort = 0x00000002;
inline constexpr std::uint32_t kControlStart = 0x00000001;

/// Fields of STATUS, as masks.
inline constexpr std::uint32_t kStatusLoaded = 0x00000004;
inline constexpr std::uint32_t kStatusHalted = 0x00000002;
inline constexpr std::uint32_t kStatusBusy = 0x00000001;

/// Fields of EVENTS, as masks.
inline constexpr std::uint32_t kEventsErrWgtLength = 0x00080000;
inline constexpr std::uint32_t kEventsErrActLength = 0x00040000;
inline constexpr std::uint32_t kEventsErrWgtNan = 0x00020000;
inline constexpr std::uint32_t kEventsErrActNan = 0x00010000;
inline constexpr std::uint32_t kEventsErrCbLength = 0x00008000;
inline constexpr std::uint32_t kEventsErrCodeword = 0x00004000;
inline constexpr std::uint32_t kEventsErrUnloaded = 0x00002000;
inline constexpr std::uint32_t kEventsErrTiles = 0x00001000;
inline constexpr std::uint32_t kEventsErrScale = 0x00000800;
inline constexpr std::uint32_t kEventsErrK = 0x00000400;
inline constexpr std::uint32_t kEventsErrBusy = 0x00000200;
inline constexpr std::uint32_t kEventsErrAccess = 0x00000100;
inline constexpr std::uint32_t kEventsAborted = 0x00000002;
inline constexpr std::uint32_t kEventsDone = 0x00000001;

/// Counters of 64 bits: the offset of the lower half; the upper half follows.
struct Counter {
  std::string_view name;
  std::uint32_t offset;
};
inline constexpr std::array<Counter, 7> kCounters = {{
    {"cycles", kCyclesLo},
    {"busy_cycles", kBusyCyclesLo},
    {"operand_wait", kOperandWaitLo},
    {"drain_stall", kDrainStallLo},
    {"act_beats", kActBeatsLo},
    {"wgt_beats", kWgtBeatsLo},
    {"res_beats", kResBeatsLo},
}};

}  // namespace bcq::sim::registers
