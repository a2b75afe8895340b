#include "bcq/bcq_format.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdlib>

#include "bcq/error.hpp"

namespace bcq {
namespace {

constexpr int kMaxLb = 64;
constexpr int kMaxLa = 1024;
constexpr int kMaxNc = 16;
constexpr int kMinBc = 4;
constexpr int kMaxBc = 8;
constexpr int kE2m3Bits = 6;
constexpr int kE2m3Max = 60;  // 7.5 in eighths
constexpr int kE2m3SignificandBits = 4;

bool power_of_two_upto(int value, int limit) {
  return value >= 1 && value <= limit && std::has_single_bit(static_cast<unsigned>(value));
}

}  // namespace

int BcqFormat::max_codeword() const {
  return codeword == CodewordType::kFloat ? kE2m3Max : (1 << (bc - 1)) - 1;
}

int BcqFormat::codeword_range() const {
  return static_cast<int>(std::bit_ceil(static_cast<unsigned>(max_codeword())));
}

bool BcqFormat::is_codeword(int value) const {
  const auto magnitude = static_cast<unsigned>(std::abs(value));
  if (magnitude > static_cast<unsigned>(max_codeword())) return false;
  if (codeword == CodewordType::kInteger || magnitude == 0) return true;
  const int significand_bits = static_cast<int>(std::bit_width(magnitude)) - std::countr_zero(magnitude);
  return significand_bits <= kE2m3SignificandBits;
}

int BcqFormat::selector_bits() const {
  return std::countr_zero(static_cast<unsigned>(nc));
}

void BcqFormat::validate(const std::string& where) const {
  if (!power_of_two_upto(lb, kMaxLb)) {
    throw InputError(fmt::format("{}: lb = {}: not a power of two within {}; use e.g. 8", where, lb, kMaxLb));
  }
  if (la < lb || la > kMaxLa || la % lb != 0) {
    throw InputError(
        fmt::format("{}: la = {}: not a multiple of lb = {} within {}; use e.g. {}", where, la, lb, kMaxLa, 8 * lb));
  }
  if (!power_of_two_upto(nc, kMaxNc)) {
    throw InputError(fmt::format("{}: nc = {}: not a power of two within {}; use e.g. 8", where, nc, kMaxNc));
  }
  if (bc < kMinBc || bc > kMaxBc) {
    throw InputError(fmt::format("{}: bc = {}: codewords have {} to {} bits; use e.g. 6", where, bc, kMinBc, kMaxBc));
  }
  if (codeword == CodewordType::kFloat && bc != kE2m3Bits) {
    throw InputError(fmt::format("{}: bc = {}: E2M3 codewords have 6 bits; use 6", where, bc));
  }
}

std::string BcqFormat::name() const {
  return fmt::format("BCQ lb={} la={} nc={} bc={}{}{}", lb, la, nc, bc,
                     codeword == CodewordType::kFloat ? " E2M3 codewords" : "",
                     scale == ScaleConvention::kEncode ? " encode scales" : "");
}

double nominal_bits_per_scalar(const BcqFormat& format) {
  return kIndexBits + static_cast<double>(format.selector_bits()) / format.lb + 8.0 / format.la;
}

}  // namespace bcq
