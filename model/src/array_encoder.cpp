#include "array_encoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bcq/e4m3.hpp"
#include "bcq/metrics.hpp"

namespace bcq {
namespace {

/// The selector of one block and its error.
struct Choice {
  std::uint8_t selector;
  std::uint32_t error;
};

/// The codebook with the least squared error; the lowest on a tie.
Choice best_codebook(const NearestTable& table, std::span<const std::int32_t> block) {
  std::array<std::uint32_t, 16> sums{};
  for (const std::int32_t v : block) {
    const std::uint32_t* errors = table.errors(v);
    for (std::size_t c = 0; c < table.nc(); ++c) sums[c] += errors[c];
  }
  const auto* best = std::min_element(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(table.nc()));
  return {static_cast<std::uint8_t>(best - sums.begin()), *best};
}

/// The square of a scale code's value in units of 2^-18, at most 2^36.
std::uint64_t squared_units(std::uint8_t code) {
  const E4m3Parts parts = e4m3_split(code);
  const std::uint64_t units = static_cast<std::uint64_t>(parts.significand) << parts.exponent;
  return units * units;
}

}  // namespace

ArrayEncoder::ArrayEncoder(const NearestTable& table, float tensor_scale, const BcqFormat& format,
                           const EncoderOptions& options)
    : table_(table),
      format_(format),
      options_(options),
      tensor_scale_(tensor_scale),
      normaliser_(tensor_scale, format) {}

const EncodedArray& ArrayEncoder::encode(std::span<const float> array) {
  const std::uint8_t nearest = array_scale(max_magnitude(array), tensor_scale_, format_);
  attempt(array, nearest, best_);
  if (nearest != 0) search(array, nearest);
  return best_;
}

void ArrayEncoder::attempt(std::span<const float> array, std::uint8_t scale, EncodedArray& out) {
  const int sign = (scale & kE4m3Sign) != 0 ? -1 : 1;
  normaliser_.set_scale(scale);
  out.scale = scale;
  out.values.resize(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) out.values[i] = sign * normaliser_.normalise(array[i]);

  const auto lb = static_cast<std::size_t>(format_.lb);
  out.error = 0;
  out.selectors.clear();
  for (std::size_t begin = 0; begin < array.size(); begin += lb) {
    const auto block = std::span<const std::int32_t>(out.values).subspan(begin, std::min(lb, array.size() - begin));
    const Choice choice = best_codebook(table_, block);
    out.selectors.push_back(choice.selector);
    out.error += choice.error;
  }
}

/// Compares squared errors of the decoded values: errors count in squared codeword steps, and a step is proportional to
/// a decode scale and inversely to an encode scale. Exact: an error is below 2^42.
bool ArrayEncoder::better(const EncodedArray& a, const EncodedArray& b) const {
  __extension__ using Wide = unsigned __int128;
  const Wide a_units = squared_units(a.scale);
  const Wide b_units = squared_units(b.scale);
  return format_.scale == ScaleConvention::kDecode ? a.error * a_units < b.error * b_units
                                                   : a.error * b_units < b.error * a_units;
}

void ArrayEncoder::search(std::span<const float> array, std::uint8_t nearest) {
  const int lowest = std::max(1, nearest - options_.search_down);
  const int highest = std::min<int>(kE4m3Max, nearest + options_.search_up);
  const auto consider = [&](int code) {
    attempt(array, static_cast<std::uint8_t>(code), trial_);
    if (better(trial_, best_)) std::swap(trial_, best_);
  };
  for (int code = lowest; code <= highest; ++code) {
    if (code != nearest) consider(code);
  }
  for (int code = lowest; options_.mirror && code <= highest; ++code) consider(code | kE4m3Sign);
}

}  // namespace bcq
