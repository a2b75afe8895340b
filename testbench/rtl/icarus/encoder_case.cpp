// Rows for bcq_encoder and the beats that the golden quantizer makes of them: in.hex and out.hex, a beat per line,
// above its scalars which lanes exist and whether it is its row's last; above the encoded beat the latter.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <random>
#include <string>
#include <vector>

#include "bcq/atomic_file.hpp"
#include "bcq/beat.hpp"
#include "bcq/encoder_constants.hpp"
#include "bcq/error.hpp"
#include "bcq/files.hpp"
#include "bcq/quantize.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "bcq/sim/workload.hpp"
#include "case_files.hpp"
#include "cases.hpp"

namespace bcq::testbench {
namespace {

constexpr int kPrecision = 24, kScalarBits = 32, kScaleBits = 8, kReciprocalBits = 24, kExponentBits = 10;
constexpr std::uint32_t kNan = 0x7FC00000;  // in lanes that do not exist: nobody looks at them

/// A number of so many bits as the package wants it, two's complement.
std::string digits(std::uint32_t value, int width) {
  std::vector<std::uint32_t> word(1);
  BitSpan(word).put(0, width, value);
  return hex(word, static_cast<std::size_t>(width));
}

void put_constants(CasePackage& package, float g, const BcqFormat& format) {
  const EncoderConstants constants = encoder_constants(g, format);
  const std::size_t width = constants.reciprocals.size() * kReciprocalBits;
  std::vector<std::uint32_t> words(ceil_div(width, 32));
  for (std::size_t m = 0; m < constants.reciprocals.size(); ++m)
    BitSpan(words).put(m * kReciprocalBits, kReciprocalBits, constants.reciprocals[m]);
  package.bits("RECIPROCALS", width, hex(words, width));
  const int divisor_bits = format.bc + 23;
  package.bits("DIVISOR", static_cast<std::size_t>(divisor_bits), digits(constants.divisor, divisor_bits));
  package.bits("CODE_BIAS", kExponentBits, digits(static_cast<std::uint32_t>(constants.code_bias), kExponentBits));
  package.bits("SHIFT_BASE", kExponentBits, digits(static_cast<std::uint32_t>(constants.shift_base), kExponentBits));
}

/// The beats that come in.
std::string stimulus(const Matrix<float>& x, std::size_t lanes) {
  const std::size_t bits = lanes * kScalarBits + lanes + 1;
  std::string lines;
  for (std::size_t row = 0; row < x.rows(); ++row) {
    for (std::size_t begin = 0; begin < x.cols(); begin += lanes) {
      std::vector<std::uint32_t> words(ceil_div(bits, 32));
      BitSpan out(words);
      for (std::size_t l = 0; l < lanes; ++l) {
        const bool exists = begin + l < x.cols();
        out.put(l * kScalarBits, kScalarBits, exists ? std::bit_cast<std::uint32_t>(x(row, begin + l)) : kNan);
        out.put(lanes * kScalarBits + l, 1, exists ? 1 : 0);
      }
      out.put(bits - 1, 1, begin + lanes >= x.cols() ? 1 : 0);
      lines += hex(words, bits);
    }
  }
  return lines;
}

/// The beats that go out: those of an edge of one line, but every beat carries its scale.
std::string expected(const BcqTensor& tensor, std::size_t lanes, std::size_t beat_bits) {
  const sim::EdgeStream stream = sim::pack_edge(tensor, 1, static_cast<int>(lanes));
  const auto la = static_cast<std::size_t>(tensor.format().la);
  std::string lines;
  for (std::size_t row = 0; row < stream.tiles; ++row) {
    for (std::size_t beat = 0; beat < stream.beats_per_tile; ++beat) {
      const std::span<const std::uint32_t> packed = stream.beat(row, beat);
      std::vector<std::uint32_t> words(ceil_div(beat_bits + 1, 32));
      std::ranges::copy(packed, words.begin());
      BitSpan out(words);
      if (beat * lanes % la != 0) out.put(beat_bits - kScaleBits, kScaleBits, tensor.scales(row, beat * lanes / la));
      out.put(beat_bits, 1, beat + 1 == stream.beats_per_tile ? 1 : 0);
      lines += hex(words, beat_bits + 1);
    }
  }
  return lines;
}

sim::Arch read_encoder_arch(const std::string& path) {
  sim::Arch arch = sim::read_arch(path);
  if (arch.memory.encoder_lanes > 0) return arch;
  throw InputError(fmt::format("{}: output.encoder_lanes = 0: there is no encoder; give its scalars per cycle", path));
}

void write_case(const CaseRequest& request, const sim::Arch& arch, const CodebookSet& codebooks, const Matrix<float>& x,
                float g) {
  const auto lanes = static_cast<std::size_t>(arch.memory.encoder_lanes);
  const std::size_t beat_bits = BeatLayout(arch.format, arch.memory.encoder_lanes).bits();
  CasePackage package;
  package.number("LANES", lanes);
  package.format(arch.format);
  package.number("PRECISION", kPrecision);
  package.number("BEAT_W", beat_bits);
  package.number("BEATS", x.rows() * ceil_div(x.cols(), lanes));
  package.frozen(arch.frozen);
  package.codebooks("CODEBOOKS", codebooks, arch.frozen);
  put_constants(package, g, arch.format);
  package.write(request.folder);
  write_file_atomically(request.folder / "codebooks.hex", hex(codebooks));
  write_file_atomically(request.folder / "in.hex", stimulus(x, lanes));
  write_file_atomically(request.folder / "out.hex",
                        expected(quantize(x, codebooks, {.tensor_scale = g}), lanes, beat_bits));
}

}  // namespace

void write_encoder_window(const CaseRequest& request, const ActivationWindow& window) {
  const sim::Arch arch = read_encoder_arch(request.arch);
  std::string source;
  const CodebookSet codebooks = sim::codebooks_for(arch, request.codebooks, window.layer, source);
  const Matrix<float> activation = read_layer(window.layer).activation;
  Matrix<float> x(std::min(window.rows, activation.rows()), activation.cols());
  std::copy_n(activation.flat().begin(), x.flat().size(), x.flat().begin());
  write_case(request, arch, codebooks, x, tensor_scale(activation, arch.format));
}

void write_encoder_random(const CaseRequest& request, std::size_t rows, std::size_t k) {
  const sim::Arch arch = read_encoder_arch(request.arch);
  std::string source;
  const CodebookSet codebooks = sim::codebooks_for(arch, request.codebooks, {}, source);
  std::mt19937_64 random(request.seed);
  Matrix<float> x(rows, k);
  for (float& scalar : x.flat()) scalar = static_cast<float>(static_cast<std::int64_t>(random())) * 0x1p-63F;
  write_case(request, arch, codebooks, x, tensor_scale(x, arch.format));
}

}  // namespace bcq::testbench
