// Packing of operands into encoded beats.
#include <catch2/catch.hpp>
#include <random>

#include "bcq/beat.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "random_operand.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

/// Reads field after field of one line of a beat.
class BeatReader {
 public:
  BeatReader(std::span<const std::uint32_t> words, std::size_t lsb) : words_(words), lsb_(lsb) {}
  std::uint32_t next(int width) {
    const std::uint32_t value = get_bits(words_, lsb_, width);
    lsb_ += static_cast<std::size_t>(width);
    return value;
  }

 private:
  std::span<const std::uint32_t> words_;
  std::size_t lsb_;
};

}  // namespace

TEST_CASE("Every field that counts is found where the layout says, whatever fills the rest", "[edge]") {
  std::mt19937_64 random(3);
  const BcqFormat formats[] = {{8, 64, 8, 6}, {4, 64, 16, 6}, {16, 64, 1, 5}, {1, 16, 2, 4}};
  for (const BcqFormat& format : formats) {
    for (const int lanes : {4, 16}) {
      const std::size_t rows = 5, k = 75;
      const int lines = 3;
      const BcqTensor tensor = testbench::random_operand(random, testbench::random_codebooks(random, format), rows, k);
      const BeatLayout layout(format, lanes);
      for (const DontCare fill : {DontCare::kZero, DontCare::kNoise}) {
        const EdgeStream stream = pack_edge(tensor, lines, lanes, fill);
        REQUIRE(stream.tiles == 2);
        REQUIRE(stream.beats_per_tile == ceil_div(k, static_cast<std::size_t>(lanes)));
        for (std::size_t row = 0; row < 6; ++row) {
          for (std::size_t beat = 0; beat < stream.beats_per_tile; ++beat) {
            CAPTURE(format.name(), lanes, row, beat);
            const std::size_t begin = beat * static_cast<std::size_t>(lanes);
            BeatReader reader(stream.beat(row / 3, beat), row % 3 * layout.bits());
            for (std::size_t lane = 0; lane < static_cast<std::size_t>(lanes); ++lane) {
              const std::uint32_t index = reader.next(kIndexBits);
              if (row < rows && begin + lane < k) REQUIRE(index == tensor.index(row, begin + lane));
            }
            for (int s = 0; s < layout.selectors; ++s) {
              const std::uint32_t selector = reader.next(layout.selector_bits);
              const std::size_t block = begin / static_cast<std::size_t>(format.lb) + static_cast<std::size_t>(s);
              if (row < rows && block < tensor.selectors.cols() && format.nc > 1)
                REQUIRE(selector == tensor.selectors(row, block));
            }
            const std::uint32_t scale = reader.next(8);
            const auto la = static_cast<std::size_t>(format.la);
            if (begin % la == 0) REQUIRE(scale == (row < rows ? tensor.scales(row, begin / la) : 0U));
          }
        }
      }
    }
  }
}

TEST_CASE("Bits are put and read across word boundaries", "[edge]") {
  for (int width = 1; width <= 32; ++width) {
    for (std::size_t lsb = 0; lsb < 40; ++lsb) {
      std::vector<std::uint32_t> words(3);
      const std::uint32_t value = 0xDEADBEEFU & static_cast<std::uint32_t>((std::uint64_t{1} << width) - 1);
      BitSpan(words).put(lsb, width, 0xDEADBEEFU);
      REQUIRE(get_bits(words, lsb, width) == value);
      if (lsb > 0) REQUIRE(get_bits(words, 0, static_cast<int>(std::min<std::size_t>(lsb, 32))) == 0);
      REQUIRE(get_bits(words, lsb + static_cast<std::size_t>(width), 24) == 0);
    }
  }
}
