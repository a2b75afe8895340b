// What lies around the array: DRAM, DMA engines, buffers and the order of tiles; sections of the architecture file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace bcq::sim {

enum class DramKind { kDdr4, kLpddr4, kLpddr5, kHbm2, kHbm3, kGddr5 };
inline constexpr std::initializer_list<DramKind> kDramKinds{DramKind::kDdr4, DramKind::kLpddr4, DramKind::kLpddr5,
                                                            DramKind::kHbm2, DramKind::kHbm3,   DramKind::kGddr5};

/// [dram]. All channels together serve one transfer after the other, its bursts interleaved over the channels.
struct DramConfig {
  int channels = 4;
  double gb_per_s = 12.8;             ///< per channel, 10⁹ bytes per second
  int burst_bytes = 64;               ///< the least that a channel moves; a transfer moves whole bursts
  double latency_ns = 80;             ///< from a request to its first burst, if the channels are free; requests overlap
  DramKind kind = DramKind::kLpddr4;  ///< only says what a bit costs
};

/// [dma]. One engine per buffer.
struct DmaConfig {
  int transfer_kib = 64;  ///< at most so much of a panel per transfer
  int outstanding = 4;    ///< transfers that an engine has under way at most
};

/// [buffers]. SRAM, both halves together.
struct BufferConfig {
  int activation_kib = 512;
  int weight_kib = 512;
  int result_kib = 64;
};

enum class Operand : std::uint8_t { kActivation = 0, kWeight = 1 };

/// Which operand stays in its buffer while the other streams past it.
enum class Resident { kAuto, kActivation, kWeight };

/// The machine around the array.
struct MemoryConfig {
  DramConfig dram;
  DmaConfig dma;
  BufferConfig buffers;
  Resident resident = Resident::kAuto;  ///< [loop] resident
  int encoder_lanes = 0;                ///< [output] encoder_lanes: of the on-line encoder; 0: results leave as FP32

  /// Throws InputError (naming `where` and the key) for a value out of range.
  void validate(const std::string& where) const;
};

}  // namespace bcq::sim
