#include "bcq/sim/tile_datapath.hpp"

#include <algorithm>
#include <cassert>

#include "tile_kernel.hpp"

namespace bcq::sim {
namespace {

/// n block arrays sum to less than n·la·U²·2³⁶ in magnitude (docs/numerics.md section 5): that is to be at most 2⁶³.
std::size_t arrays_in_64_bits(const BcqFormat& format) {
  const auto u = static_cast<std::size_t>(format.codeword_range());
  return (std::size_t{1} << (63 - 36)) / (static_cast<std::size_t>(format.la) * u * u);
}

}  // namespace

TileDatapath::TileDatapath(const Arch& arch, float output_scale)
    : accumulation_(arch.accumulation),
      output_scale_(output_scale),
      rows_(static_cast<std::size_t>(arch.rows)),
      cols_(static_cast<std::size_t>(arch.cols)),
      pitch_(ceil_div(cols_, kLinePitch) * kLinePitch),
      arrays_per_spill_(arrays_in_64_bits(arch.format)) {
  if (accumulation_ == Accumulation::kExact) {
    exact_sums_.resize(rows_ * pitch_);
  } else {
    fp32_sums_.resize(rows_ * pitch_);
  }
}

void TileDatapath::accumulate(const DecodedChunk& activation, const DecodedChunk& weight) {
  assert(activation.arrays == weight.arrays && activation.pairs == weight.pairs);
  assert(activation.pitch >= rows_ && weight.pitch == pitch_);
  if (accumulation_ == Accumulation::kExact) {
    accumulate_exact(activation, weight);
  } else {
    add_fp32({activation, weight, rows_, 0, activation.arrays}, fp32_sums_.data());
  }
}

void TileDatapath::accumulate_exact(const DecodedChunk& activation, const DecodedChunk& weight) {
  for (std::size_t first = 0; first < activation.arrays;) {
    if (arrays_since_spill_ == arrays_per_spill_) spill();
    const std::size_t count = std::min(activation.arrays - first, arrays_per_spill_ - arrays_since_spill_);
    add_exact({activation, weight, rows_, first, count}, exact_sums_.data());
    first += count;
    arrays_since_spill_ += count;
  }
}

void TileDatapath::spill() {
  spilled_.resize(exact_sums_.size());
  for (std::size_t i = 0; i < spilled_.size(); ++i) spilled_[i] += exact_sums_[i];
  std::ranges::fill(exact_sums_, 0);
  arrays_since_spill_ = 0;
}

float TileDatapath::value(std::size_t row, std::size_t column) const {
  if (accumulation_ == Accumulation::kFp32) return fp32_sums_[row * pitch_ + column];
  const std::size_t i = row * pitch_ + exact_column(column, pitch_);
  if (!spilled_.empty()) return accumulator_to_float(spilled_[i] + exact_sums_[i]);
  return static_cast<float>(exact_sums_[i]) * 0x1p-18F;  // rounds once: the product is exact
}

void TileDatapath::finish(std::span<float> out) {
  assert(out.size() == rows_ * cols_);
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t column = 0; column < cols_; ++column) {
      out[row * cols_ + column] = value(row, column) * output_scale_;
    }
  }
  std::ranges::fill(fp32_sums_, 0.0F);
  std::ranges::fill(exact_sums_, 0);
  spilled_.clear();
  arrays_since_spill_ = 0;
}

}  // namespace bcq::sim
