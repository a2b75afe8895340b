// Compiled once per instruction set (Highway's foreach_target); the best that the processor has is chosen at run time.
// Integers are exact and a fused multiply-add is correctly rounded: all give the same bits.
#include "tile_kernel.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

// Patches of sums are arrays of vectors, which vectors without a fixed size cannot form; NEON serves those machines.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#define HWY_TARGET_INCLUDE "tile_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bcq::sim::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR  // what is left where there are no vectors, or the compiler gets them wrong

/// Calls add(row, column, P, row's scale, column's scale) for every block array.
template <class Add>
void for_each_block_array(const TileWork& work, Add add) {
  const DecodedChunk& a = work.activation;
  const DecodedChunk& w = work.weight;
  for (std::size_t j = work.first; j < work.first + work.count; ++j) {
    for (std::size_t r = 0; r < work.rows; ++r) {
      for (std::size_t c = 0; c < w.pitch; ++c) {
        std::int32_t p = 0;
        for (std::size_t pair = 0; pair < w.pairs; ++pair) {
          const CodewordPair& x = a.codewords_of(j)[pair * a.pitch + r];
          const CodewordPair& y = w.codewords_of(j)[pair * w.pitch + c];
          p += x[0] * y[0] + x[1] * y[1];
        }
        add(r, c, p, a.scales_of(j)[r], w.scales_of(j)[c]);
      }
    }
  }
}

void add_exact(const TileWork& work, std::int64_t* sums) {
  const std::size_t pitch = work.weight.pitch;
  for_each_block_array(work, [=](std::size_t r, std::size_t c, std::int64_t p, std::int32_t row, std::int32_t column) {
    sums[r * pitch + exact_column(c, pitch)] += p * row * column;
  });
}

void add_fp32(const TileWork& work, float* sums) {
  const std::size_t pitch = work.weight.pitch;
  for_each_block_array(work, [=](std::size_t r, std::size_t c, std::int32_t p, std::int32_t row, std::int32_t column) {
    float& sum = sums[r * pitch + c];
    sum = std::fma(static_cast<float>(p), static_cast<float>(row) * 0x1p-18F * static_cast<float>(column), sum);
  });
}

#else

namespace hn = hwy::HWY_NAMESPACE;

// A vector of columns: 32-bit sums, the 16-bit pairs that they are made of, and the 64-bit halves they widen to.
using D32 = hn::CappedTag<std::int32_t, kLinePitch>;
using D16 = hn::Repartition<std::int16_t, D32>;
using D64 = hn::Repartition<std::int64_t, D32>;
using D64U = hn::Repartition<std::uint64_t, D32>;
using DF = hn::RebindToFloat<D32>;
using V32 = hn::Vec<D32>;

/// Rows of a patch: with its columns' two vectors, what the register file holds.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
constexpr std::size_t kPatchRows = 8;
#else
constexpr std::size_t kPatchRows = 4;
#endif
constexpr std::size_t kPatchVectors = 2;

/// One block array of a patch.
struct Patch {
  const CodewordPair* activation;  ///< [pairs, activation_pitch], from the patch's first row on
  const CodewordPair* weight;      ///< [pairs, weight_pitch], from the patch's first column on
  const std::int32_t* row_scales;
  const std::int32_t* column_scales;
  std::size_t pairs, activation_pitch, weight_pitch;
};

/// The same pair in every column.
HWY_INLINE hn::Vec<D16> broadcast(const CodewordPair& pair) {
  std::int32_t bits = 0;
  std::memcpy(&bits, &pair, sizeof bits);
  return hn::BitCast(D16(), hn::Set(D32(), bits));
}

struct ExactSums {
  std::int64_t* sums;  ///< of the patch's first row
  std::size_t first_column, pitch;

  /// `p` is P of row `r` and the columns of vector `v`.
  HWY_INLINE void add(const Patch& patch, std::size_t r, std::size_t v, V32 p) const {
    const D32 d32;
    const D64 d64;
    const D64U d64u;
    const std::size_t half = hn::Lanes(d64);
    // m_a·2^e_a < 2¹⁸ with at most 4 significant bits: |P|·m_a < 2²⁸ fits a lane, and 2^e_a is a shift.
    const std::int32_t row_scale = patch.row_scales[r];
    const int shift = std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint32_t>(row_scale))) - 4);
    const V32 even = hn::Mul(p, hn::Set(d32, row_scale >> shift));
    const V32 even_scales = hn::Load(d32, patch.column_scales + v * 2 * half);
    const auto odd_lanes = [=](V32 x) HWY_ATTR { return hn::BitCast(D32(), hn::ShiftRight<32>(hn::BitCast(d64u, x))); };
    const auto even_terms = hn::ShiftLeftSame(hn::MulEven(even, even_scales), shift);
    const auto odd_terms = hn::ShiftLeftSame(hn::MulEven(odd_lanes(even), odd_lanes(even_scales)), shift);
    std::int64_t* even_sums = sums + r * pitch + first_column / 2 + v * half;
    std::int64_t* odd_sums = even_sums + pitch / 2;
    hn::Store(hn::Add(hn::Load(d64, even_sums), even_terms), d64, even_sums);
    hn::Store(hn::Add(hn::Load(d64, odd_sums), odd_terms), d64, odd_sums);
  }
};

struct Fp32Sums {
  float* sums;  ///< of the patch's first row
  std::size_t first_column, pitch;

  HWY_INLINE void add(const Patch& patch, std::size_t r, std::size_t v, V32 p) const {
    const D32 d32;
    const DF df;
    const std::size_t lanes = hn::Lanes(d32);
    // All exact: |P| < 2²⁴, and scales of 4 significant bits each.
    const float row_scale = static_cast<float>(patch.row_scales[r]) * 0x1p-18F;
    const auto column_scales = hn::ConvertTo(df, hn::Load(d32, patch.column_scales + v * lanes));
    const auto scales = hn::Mul(column_scales, hn::Set(df, row_scale));
    float* out = sums + r * pitch + first_column + v * lanes;
#if HWY_NATIVE_FMA
    hn::Store(hn::MulAdd(hn::ConvertTo(df, p), scales, hn::Load(df, out)), df, out);
#else
    HWY_ALIGN float factors[kLinePitch];
    HWY_ALIGN float products[kLinePitch];
    hn::Store(scales, df, factors);
    hn::Store(hn::ConvertTo(df, p), df, products);
    for (std::size_t i = 0; i < lanes; ++i) out[i] = std::fma(products[i], factors[i], out[i]);
#endif
  }
};

/// Dot products of `Rows` rows and `Vectors` vectors of columns, in registers, then added to the sums.
template <std::size_t Rows, std::size_t Vectors, class Sums>
HWY_INLINE void add_patch(const Patch& patch, const Sums& sums) {
  const D32 d32;
  const D16 d16;
  // Highway may split a sum of pairs in two; on x86 the second stays 0 and costs nothing.
  V32 p[Rows][Vectors];
  V32 p_rest[Rows][Vectors];
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t v = 0; v < Vectors; ++v) p[r][v] = p_rest[r][v] = hn::Zero(d32);
  }
  const CodewordPair* activation = patch.activation;
  const CodewordPair* weight = patch.weight;
  for (std::size_t pair = 0; pair < patch.pairs; ++pair) {
    hn::Vec<D16> w[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v) w[v] = hn::Load(d16, weight[v * hn::Lanes(d32)].data());
    for (std::size_t r = 0; r < Rows; ++r) {
      const auto a = broadcast(activation[r]);
      for (std::size_t v = 0; v < Vectors; ++v) {
        p[r][v] = hn::ReorderWidenMulAccumulate(d32, a, w[v], p[r][v], p_rest[r][v]);
      }
    }
    activation += patch.activation_pitch;
    weight += patch.weight_pitch;
  }
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      sums.add(patch, r, v, hn::RearrangeToOddPlusEven(p[r][v], p_rest[r][v]));
    }
  }
}

/// All rows of some columns: patches of `Rows` rows, and of fewer for those that are left.
template <std::size_t Rows, std::size_t Vectors, class Sums>
HWY_INLINE void add_columns(Patch patch, std::size_t rows, Sums sums) {
  for (; rows >= Rows; rows -= Rows) {
    add_patch<Rows, Vectors>(patch, sums);
    patch.activation += Rows;
    patch.row_scales += Rows;
    sums.sums += Rows * sums.pitch;
  }
  if constexpr (Rows > 1) {
    if (rows > 0) add_columns<Rows / 2, Vectors>(patch, rows, sums);
  }
}

/// One block array after the other: its codewords stay in the first-level cache.
template <class Sums, class Sum>
HWY_INLINE void add(const TileWork& work, Sum* sums) {
  const std::size_t lanes = hn::Lanes(D32());
  const std::size_t columns = work.weight.pitch;
  for (std::size_t j = work.first; j < work.first + work.count; ++j) {
    for (std::size_t column = 0; column < columns;) {
      const Patch patch{work.activation.codewords_of(j),
                        work.weight.codewords_of(j) + column,
                        work.activation.scales_of(j),
                        work.weight.scales_of(j) + column,
                        work.weight.pairs,
                        work.activation.pitch,
                        work.weight.pitch};
      const Sums at{sums, column, columns};
      if (column + kPatchVectors * lanes <= columns) {
        add_columns<kPatchRows, kPatchVectors>(patch, work.rows, at);
        column += kPatchVectors * lanes;
      } else {
        add_columns<kPatchRows, 1>(patch, work.rows, at);
        column += lanes;
      }
    }
  }
}

void add_exact(const TileWork& work, std::int64_t* sums) {
  add<ExactSums>(work, sums);
}

void add_fp32(const TileWork& work, float* sums) {
  add<Fp32Sums>(work, sums);
}

#endif
}  // namespace bcq::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bcq::sim {

HWY_EXPORT(add_exact);
HWY_EXPORT(add_fp32);

void add_exact(const TileWork& work, std::int64_t* sums) {
  HWY_DYNAMIC_DISPATCH(add_exact)(work, sums);
}

void add_fp32(const TileWork& work, float* sums) {
  HWY_DYNAMIC_DISPATCH(add_fp32)(work, sums);
}

}  // namespace bcq::sim
#endif
