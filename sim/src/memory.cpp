#include "bcq/sim/memory.hpp"

#include <fmt/format.h>

#include "bcq/error.hpp"

namespace bcq::sim {
namespace {

constexpr int kMaxKib = 1 << 20;

void require(const std::string& where, const char* key, double value, double least, double most) {
  if (value >= least && value <= most) return;
  throw InputError(fmt::format("{}: {} = {}: out of range; use {} to {}", where, key, value, least, most));
}

}  // namespace

void MemoryConfig::validate(const std::string& where) const {
  require(where, "dram.channels", dram.channels, 1, 64);
  require(where, "dram.gb_per_s", dram.gb_per_s, 1e-3, 1e4);
  require(where, "dram.burst_bytes", dram.burst_bytes, 1, 4096);
  require(where, "dram.latency_ns", dram.latency_ns, 0.001, 1e6);
  require(where, "dma.transfer_kib", dma.transfer_kib, 1, kMaxKib);
  require(where, "dma.outstanding", dma.outstanding, 1, 1024);
  require(where, "buffers.activation_kib", buffers.activation_kib, 1, kMaxKib);
  require(where, "buffers.weight_kib", buffers.weight_kib, 1, kMaxKib);
  require(where, "buffers.result_kib", buffers.result_kib, 1, kMaxKib);
}

}  // namespace bcq::sim
