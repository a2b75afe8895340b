#include "shared_exponent.hpp"

#include <algorithm>
#include <cmath>

namespace bcq {
namespace {

constexpr int kExponentBits = 8;
constexpr int kExponentOffset = 127;

}  // namespace

SharedExponentFormat::SharedExponentFormat(int element_bits, std::size_t group)
    : GroupFormat(group, {{"element", element_bits, 1}, {"exponent", kExponentBits, group}}) {}

void SharedExponentFormat::encode_group(std::span<const float> x, const GroupWriter& entries) const {
  const float largest = max_magnitude(x);
  const int code = largest == 0.0F ? 0 : std::clamp(shared_exponent(largest) + kExponentOffset, 0, 255);
  entries.one(1) = static_cast<std::uint32_t>(code);
  const double scale = std::ldexp(1.0, kExponentOffset - code);
  for (std::size_t i = 0; i < x.size(); ++i) entries[0][i] = encode_element(x[i] * scale);
}

void SharedExponentFormat::decode_group(const GroupReader& entries, std::span<float> x) const {
  const double scale = std::ldexp(1.0, static_cast<int>(entries.one(1)) - kExponentOffset);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(decode_element(entries[0][i]) * scale);
}

int ceil_log2(float x) {
  int exponent = 0;
  return std::frexp(x, &exponent) == 0.5F ? exponent - 1 : exponent;
}

}  // namespace bcq
