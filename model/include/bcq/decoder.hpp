// The decode seam: an encoded beat of a block array in, codewords out. The RTL module bcq_decoder has the same
// contract.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bcq/codebook.hpp"
#include "bcq/e4m3.hpp"
#include "bcq/tensor.hpp"

namespace bcq {

/// One beat of a block array: consecutive scalars that share a scale. It starts at a block's boundary, or lies within
/// one block: the number of lanes divides lb or is a multiple of it.
struct EncodedBeat {
  std::span<const std::uint8_t> indices;    ///< one per lane, 0…15
  std::span<const std::uint8_t> selectors;  ///< one per block that the beat touches; bits beyond log2(nc) are ignored
  std::uint8_t scale = 0;                   ///< E4M3; looked at in the first beat of a block array only
};

/// Decodes the beats of a block array in order. A decoder may carry state from beat to beat; a beat with
/// `first` set starts a block array and clears it.
class BeatDecoder {
 public:
  virtual ~BeatDecoder() = default;

  /// Writes one codeword per index of the beat, the sign of the scale applied.
  virtual void decode(const EncodedBeat& beat, bool first, std::span<std::int16_t> codewords) = 0;

  /// Magnitude of the scale of the block array being decoded; valid after its first beat.
  [[nodiscard]] virtual E4m3Parts scale() const = 0;
};

/// LO-BCQ: codeword = ±codebook[selector][index]; the only state is the scale.
class CodebookDecoder final : public BeatDecoder {
 public:
  explicit CodebookDecoder(const CodebookSet& codebooks) : codebooks_(codebooks) {}

  void decode(const EncodedBeat& beat, bool first, std::span<std::int16_t> codewords) override;
  [[nodiscard]] E4m3Parts scale() const override { return scale_; }

 private:
  const CodebookSet& codebooks_;
  E4m3Parts scale_{};
};

/// A whole tensor as the integers that the exact GEMM works on.
struct DecodedTensor {
  Matrix<std::int16_t> codewords;     ///< [rows, k]
  Matrix<std::uint8_t> significands;  ///< m, [rows, ⌈k/la⌉]
  Matrix<std::uint8_t> exponents;     ///< e, [rows, ⌈k/la⌉]
};

[[nodiscard]] DecodedTensor decode(const BcqTensor& tensor);

}  // namespace bcq
