// The cases that make_case writes: for BCQ's array, for those of the baselines, for the on-line encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bcq/baseline.hpp"
#include "bcq/sim/arch.hpp"

namespace bcq::testbench {

/// A GEMM of random operands: every legal code is as likely as any other.
struct Shape {
  std::size_t m, n, k;
};

/// The first m × n results of a layer.
struct Window {
  std::string layer;
  std::size_t m, n;
};

/// The first rows of a layer's activation.
struct ActivationWindow {
  std::string layer;
  std::size_t rows;
};

/// Where a case comes from and where it goes.
struct CaseRequest {
  std::string arch;  ///< architecture file
  std::filesystem::path folder;
  std::uint64_t seed;
  std::string codebooks;  ///< of BCQ, but for corner cases; default: the universal set of the format
};

/// A GEMM of the corner cases, with what its operands are scaled by.
struct Corner {
  Shape shape;
  float activation_scale, weight_scale;
};

/// One scalar, one beat, one group, ragged K, ragged tiles, the longest K, tiles shorter than their drain, subnormal
/// and overflowing results; `group` scalars share a scale.
[[nodiscard]] std::vector<Corner> corners(const sim::Arch& arch, std::size_t group);

void write_bcq_corners(const CaseRequest& request);
void write_bcq_random(const CaseRequest& request, const Shape& shape);
void write_bcq_window(const CaseRequest& request, const Window& window);

/// The same for a baseline, on an array of the architecture's size. Throws InputError where LANES do not divide its
/// group.
void write_baseline_corners(const CaseRequest& request, const Baseline& baseline);
void write_baseline_random(const CaseRequest& request, const Baseline& baseline, const Shape& shape);
void write_baseline_window(const CaseRequest& request, const Baseline& baseline, const Window& window);

/// Rows that the encoder of the architecture (output.encoder_lanes, FP32) takes, with a static tensor scale: that of
/// the whole activation, or of random scalars between -1 and 1. Throws InputError where there is no encoder.
void write_encoder_window(const CaseRequest& request, const ActivationWindow& window);
void write_encoder_random(const CaseRequest& request, std::size_t rows, std::size_t k);

}  // namespace bcq::testbench
