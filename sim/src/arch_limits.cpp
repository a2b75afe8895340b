// What can be built: sizes in range, parameters that divide.
#include <fmt/format.h>

#include <utility>

#include "bcq/error.hpp"
#include "bcq/sim/arch.hpp"

namespace bcq::sim {
namespace {

constexpr int kMaxSide = 1024;
constexpr std::size_t kLeastBaselineK = 16;  // K_MAX of rtl/baseline/baseline_array.sv

void require_side(const std::string& where, const char* key, int value) {
  if (value >= 1 && value <= kMaxSide) return;
  throw InputError(fmt::format("{}: array.{} = {}: out of range; use 1 to {}", where, key, value, kMaxSide));
}

void require_lanes(const std::string& where, const Arch& arch) {
  const auto& [lb, la] = std::pair(arch.format.lb, arch.format.la);
  if (la % arch.lanes != 0) {
    throw InputError(
        fmt::format("{}: array.lanes = {} does not divide format.la = {}; use a divisor of la", where, arch.lanes, la));
  }
  if (arch.lanes % lb != 0 && lb % arch.lanes != 0) {
    throw InputError(
        fmt::format("{}: array.lanes = {} and format.lb = {}: one must divide the other; use a power of two of lanes",
                    where, arch.lanes, lb));
  }
}

/// Whole beats make a group; results leave in FP32, as the encoder's are BCQ.
void require_baseline(const std::string& where, const Arch& arch) {
  const std::size_t scalars = arch.group().scalars;
  if (scalars % static_cast<std::size_t>(arch.lanes) != 0) {
    throw InputError(fmt::format("{}: array.lanes = {} does not divide the {} scalars of a group of {}; use a divisor",
                                 where, arch.lanes, scalars, arch.number()));
  }
  if (arch.k_max < kLeastBaselineK) {
    throw InputError(fmt::format("{}: array.k_max = {}: too short for the array of {}; use {} to {}", where, arch.k_max,
                                 arch.number(), kLeastBaselineK, kMaxK));
  }
  if (arch.memory.encoder_lanes > 0) {
    throw InputError(fmt::format("{}: output.encoder_lanes = {}: the encoder makes BCQ, not {}; use 0", where,
                                 arch.memory.encoder_lanes, arch.number()));
  }
}

/// The on-line encoder takes whole block arrays of rows; a tile is one of the two in whole numbers of the other.
void require_encoder(const std::string& where, const Arch& arch) {
  const int lanes = arch.memory.encoder_lanes;
  const auto& [lb, la] = std::pair(arch.format.lb, arch.format.la);
  if (lanes == 0) return;
  if (la % lanes != 0 || (lanes % lb != 0 && lb % lanes != 0)) {
    throw InputError(
        fmt::format("{}: output.encoder_lanes = {}: must divide format.la = {} and divide or be divided by "
                    "format.lb = {}; use 0 for results in FP32",
                    where, lanes, la, lb));
  }
  if (la % arch.cols != 0 && arch.cols % la != 0) {
    throw InputError(fmt::format(
        "{}: output.encoder_lanes = {}: array.cols = {} and format.la = {}: one must divide the other; use 0 "
        "for results in FP32",
        where, lanes, arch.cols, la));
  }
}

}  // namespace

void Arch::validate(const std::string& where) const {
  memory.validate(where);
  require_side(where, "rows", rows);
  require_side(where, "cols", cols);
  require_side(where, "lanes", lanes);
  if (baseline == nullptr) {
    format.validate(where);
    require_lanes(where, *this);
    require_encoder(where, *this);
  } else {
    require_baseline(where, *this);
  }
  if (k_max < static_cast<std::size_t>(lanes) || k_max > kMaxK) {
    throw InputError(
        fmt::format("{}: array.k_max = {}: out of range; use {} (lanes) to {}", where, k_max, lanes, kMaxK));
  }
}

}  // namespace bcq::sim
