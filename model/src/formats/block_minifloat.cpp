// BM: small floats whose exponent bias is shared (arXiv 2310.05079 after Fox et al., ICLR 2021).
#include <cmath>

#include "formats.hpp"
#include "shared_exponent.hpp"
#include "small_float.hpp"

namespace bcq {
namespace {

// All codes are numbers, and the top binade is 1…2: the largest magnitude of a group is in the top binade of 2^X.
constexpr SmallFloat kBm8{4, 3, 15, 0x7F};
constexpr SmallFloat kBm4{2, 1, 3, 0x7};

class BlockMinifloat final : public SharedExponentFormat {
 public:
  BlockMinifloat(const SmallFloat& element, std::size_t group)
      : SharedExponentFormat(element.bits(), group), element_(element) {}

 private:
  [[nodiscard]] int shared_exponent(float largest) const override { return std::ilogb(largest); }
  [[nodiscard]] std::uint32_t encode_element(double x) const override { return element_.encode(x); }
  [[nodiscard]] double decode_element(std::uint32_t code) const override { return element_.decode(code); }

  SmallFloat element_;
};

}  // namespace

OperandFormats make_bm8(const FormatArguments& arguments) {
  return same_for_both<BlockMinifloat>(kBm8, arguments.count("group"));
}

OperandFormats make_bm4(const FormatArguments& arguments) {
  return same_for_both<BlockMinifloat>(kBm4, arguments.count("group"));
}

}  // namespace bcq
