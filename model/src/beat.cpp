#include "bcq/beat.hpp"

#include <algorithm>

namespace bcq {
namespace {

constexpr std::size_t kWordBits = 32;

}  // namespace

BeatLayout::BeatLayout(const BcqFormat& format, int lanes_per_beat)
    : lanes(lanes_per_beat),
      selectors(std::max(1, lanes_per_beat / format.lb)),
      selector_bits(std::max(1, format.selector_bits())) {}

void BitSpan::put(std::size_t lsb, int width, std::uint32_t value) {
  const std::uint64_t field = value & ((std::uint64_t{1} << width) - 1);
  const std::size_t word = lsb / kWordBits;
  const std::uint64_t shifted = field << (lsb % kWordBits);
  words_[word] |= static_cast<std::uint32_t>(shifted);
  if (shifted >> kWordBits != 0) words_[word + 1] |= static_cast<std::uint32_t>(shifted >> kWordBits);
}

std::uint32_t get_bits(std::span<const std::uint32_t> words, std::size_t lsb, int width) {
  const std::size_t word = lsb / kWordBits;
  std::uint64_t field = words[word];
  if (word + 1 < words.size()) field |= static_cast<std::uint64_t>(words[word + 1]) << kWordBits;
  return static_cast<std::uint32_t>((field >> (lsb % kWordBits)) & ((std::uint64_t{1} << width) - 1));
}

}  // namespace bcq
