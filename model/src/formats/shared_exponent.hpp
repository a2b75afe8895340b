// The common part of formats whose groups share an 8-bit exponent: BFP, block minifloat, block logarithm.
#pragma once

#include <cstdint>

#include "group_format.hpp"

namespace bcq {

/// Elements times 2^X. A group stores X + 127 in 8 bits, so −127 ≤ X ≤ 128; an all-zero group has X = −127.
class SharedExponentFormat : public GroupFormat {
 public:
  SharedExponentFormat(int element_bits, std::size_t group);

 private:
  /// X of a group whose largest magnitude is `largest` > 0, limited to what 8 bits hold afterwards.
  [[nodiscard]] virtual int shared_exponent(float largest) const = 0;
  /// The code of a scalar over 2^X, exact.
  [[nodiscard]] virtual std::uint32_t encode_element(double x) const = 0;
  /// The value of a code, to be multiplied by 2^X.
  [[nodiscard]] virtual double decode_element(std::uint32_t code) const = 0;

  void encode_group(std::span<const float> x, const GroupWriter& entries) const final;
  void decode_group(const GroupReader& entries, std::span<float> x) const final;
};

/// ⌈log2 x⌉ of a positive number, exact.
[[nodiscard]] int ceil_log2(float x);

}  // namespace bcq
