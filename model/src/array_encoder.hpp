// Encodes one block array: its scale, a selector per block, an index per scalar (docs/numerics.md section 3).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bcq/quantize.hpp"
#include "nearest_table.hpp"
#include "normalise.hpp"

namespace bcq {

/// What becomes of a block array under one scale code.
struct EncodedArray {
  std::uint8_t scale = 0;               ///< E4M3 code, the mirror bit in its sign
  std::uint64_t error = 0;              ///< Σ (V − 2^F·codeword)²
  std::vector<std::int32_t> values;     ///< V of every scalar, negated when mirrored
  std::vector<std::uint8_t> selectors;  ///< of every block
};

/// Encodes the block arrays of one tensor; holds scratch memory, so one per thread.
class ArrayEncoder {
 public:
  ArrayEncoder(const NearestTable& table, float tensor_scale, const BcqFormat& format, const EncoderOptions& options);

  /// The encoding of 1…la scalars: the nearest scale code, or the best of those searched. Valid until the next call.
  const EncodedArray& encode(std::span<const float> array);

 private:
  void attempt(std::span<const float> array, std::uint8_t scale, EncodedArray& out);
  [[nodiscard]] bool better(const EncodedArray& a, const EncodedArray& b) const;
  void search(std::span<const float> array, std::uint8_t nearest);

  const NearestTable& table_;
  const BcqFormat& format_;
  const EncoderOptions& options_;
  float tensor_scale_;
  Normaliser normaliser_;
  EncodedArray best_, trial_;
};

}  // namespace bcq
