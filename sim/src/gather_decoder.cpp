// Compiled once per instruction set (Highway's foreach_target); the best that the processor has is chosen at run time.
#include "gather_decoder.hpp"

#include <algorithm>

#define HWY_TARGET_INCLUDE "gather_decoder.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bcq::sim::HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<std::int32_t, kLinePitch>;
using V = hn::Vec<D>;

/// Fields of the packed block arrays of a vector of lines, one after the other.
class FieldReader {
 public:
  /// Lines start at `first_bytes` of `packed` and are `bytes` long; the first field is at bit `lsb`.
  FieldReader(const std::uint8_t* packed, V first_bytes, std::size_t bytes, std::size_t lsb)
      : packed_(reinterpret_cast<const std::int32_t*>(packed)), first_bytes_(first_bytes), bytes_(bytes), lsb_(lsb) {}

  /// The next `width` ≤ 8 bits of every line.
  HWY_INLINE V next(std::size_t width) {
    const D d;
    if (width > bits_left_) refill();
    const V field = hn::And(window_, hn::Set(d, (1 << width) - 1));
    window_ = hn::ShiftRightSame(window_, static_cast<int>(width));
    bits_left_ -= width;
    lsb_ += width;
    return field;
  }

 private:
  /// Loads the 32 bits from the next field on, or the last of the block array: nothing beyond it is read.
  HWY_INLINE void refill() {
    const D d;
    const std::size_t byte = std::min(lsb_ / 8, bytes_ - 4);
    const std::size_t behind = lsb_ - byte * 8;
    window_ = hn::GatherOffset(d, packed_, hn::Add(first_bytes_, hn::Set(d, static_cast<std::int32_t>(byte))));
    window_ = hn::ShiftRightSame(window_, static_cast<int>(behind));
    bits_left_ = 32 - behind;
  }

  const std::int32_t* packed_;
  V first_bytes_;
  std::size_t bytes_, lsb_;
  V window_ = hn::Zero(D());
  std::size_t bits_left_ = 0;
};

/// m·2^e of E4M3 codes.
HWY_INLINE V scales_of(V codes) {
  const D d;
  const V field = hn::And(hn::ShiftRight<3>(codes), hn::Set(d, 0xF));
  const V normal = hn::Min(field, hn::Set(d, 1));
  const V significand = hn::Add(hn::And(codes, hn::Set(d, 7)), hn::ShiftLeft<3>(normal));
  return hn::Shl(significand, hn::Sub(field, normal));
}

HWY_INLINE void decode_lines(const GatherWork& work, std::size_t first_line) {
  const D d;
  const V line = hn::Iota(d, static_cast<std::int32_t>(first_line));
  const auto exists = hn::Lt(line, hn::Set(d, static_cast<std::int32_t>(work.lines)));
  const V read_line = hn::Min(line, hn::Set(d, static_cast<std::int32_t>(work.lines - 1)));
  const BlockArrayLayout& layout = work.layout;
  const V first_bytes = hn::Mul(read_line, hn::Set(d, static_cast<std::int32_t>(layout.bytes)));
  const auto fields = [&](std::size_t lsb)
                          HWY_ATTR { return FieldReader(work.packed, first_bytes, layout.bytes, lsb); };

  const V codes = fields(layout.scale).next(8);
  hn::Store(hn::IfThenElseZero(exists, scales_of(codes)), d, work.scales + first_line);
  const V sign_tables = hn::Mul(hn::ShiftRight<7>(codes), hn::Set(d, static_cast<std::int32_t>(work.tables_per_sign)));

  const auto* tables = reinterpret_cast<const std::int32_t*>(work.tables);
  auto* out = reinterpret_cast<std::int32_t*>(work.codewords + first_line);
  FieldReader selectors = fields(layout.selectors);
  FieldReader indices = fields(0);
  for (std::size_t block = 0; block < work.la / work.lb; ++block) {
    const V table = hn::ShiftLeft<8>(hn::Add(sign_tables, selectors.next(layout.selector_bits)));
    for (std::size_t pair = 0; pair < work.lb / 2; ++pair, out += work.pitch) {
      const V codewords = hn::GatherIndex(d, tables, hn::Or(table, indices.next(8)));
      hn::Store(hn::IfThenElseZero(exists, codewords), d, out);
    }
  }
}

void decode_by_gather(const GatherWork& work) {
  for (std::size_t line = 0; line < work.pitch; line += hn::Lanes(D())) decode_lines(work, line);
}

bool can_gather() {
  return true;
}

#else

void decode_by_gather(const GatherWork& /*work*/) {}

bool can_gather() {
  return false;
}

#endif
}  // namespace bcq::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bcq::sim {

HWY_EXPORT(can_gather);
HWY_EXPORT(decode_by_gather);

bool can_gather() {
  return HWY_DYNAMIC_DISPATCH(can_gather)();
}

void decode_by_gather(const GatherWork& work) {
  HWY_DYNAMIC_DISPATCH(decode_by_gather)(work);
}

}  // namespace bcq::sim
#endif
