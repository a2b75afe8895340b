#include "bcq/bcq_format.hpp"

#include <fmt/format.h>

#include <bit>

#include "bcq/error.hpp"

namespace bcq {
namespace {

constexpr int kMaxLb = 64;
constexpr int kMaxLa = 1024;
constexpr int kMaxNc = 16;
constexpr int kMinBc = 4;
constexpr int kMaxBc = 8;

bool power_of_two_upto(int value, int limit) {
  return value >= 1 && value <= limit && std::has_single_bit(static_cast<unsigned>(value));
}

}  // namespace

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
}

std::string BcqFormat::name() const {
  return fmt::format("BCQ lb={} la={} nc={} bc={}", lb, la, nc, bc);
}

std::size_t stored_bits(const BcqFormat& format, std::size_t rows, std::size_t k) {
  constexpr std::size_t kScaleBits = 8;
  constexpr std::size_t kTensorScaleBits = 32;
  const std::size_t per_row = k * kIndexBits + format.blocks(k) * static_cast<std::size_t>(format.selector_bits()) +
                              format.arrays(k) * kScaleBits;
  const std::size_t codebooks = static_cast<std::size_t>(format.nc * kCodebookEntries * format.bc);
  return rows * per_row + codebooks + kTensorScaleBits;
}

double nominal_bits_per_scalar(const BcqFormat& format) {
  return kIndexBits + static_cast<double>(format.selector_bits()) / format.lb + 8.0 / format.la;
}

}  // namespace bcq
