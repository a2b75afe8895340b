#include "calibration_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bcq/e4m3.hpp"
#include "bcq/metrics.hpp"
#include "bcq/quantize.hpp"
#include "normalise.hpp"

namespace bcq {
namespace {

/// Weights are integers, so that sums are exact in any order; the heaviest block has this weight.
constexpr double kLargestWeight = 1 << 20;

std::size_t whole_blocks(const Matrix<float>& tensor, std::size_t lb) {
  return tensor.rows() * (tensor.cols() / lb);
}

/// How many blocks to draw from every tensor.
std::vector<std::size_t> shares(const std::vector<Matrix<float>>& tensors, std::size_t lb,
                                const CalibrationOptions& options) {
  std::vector<std::size_t> out(tensors.size());
  std::transform(tensors.begin(), tensors.end(), out.begin(),
                 [lb](const Matrix<float>& tensor) { return whole_blocks(tensor, lb); });
  const std::size_t available = std::accumulate(out.begin(), out.end(), std::size_t{0});
  if (options.mixture == Mixture::kEven && !tensors.empty()) {
    const std::size_t share = std::max<std::size_t>(options.max_blocks / tensors.size(), 1);
    for (std::size_t& count : out) count = std::min(count, share);
  } else if (available > options.max_blocks) {
    // Rounded at the running sum, so that the shares add up.
    std::size_t before = 0;
    std::size_t drawn = 0;
    for (std::size_t& count : out) {
      before += count;
      const auto upto = static_cast<std::size_t>(static_cast<double>(options.max_blocks) * static_cast<double>(before) /
                                                 static_cast<double>(available));
      count = upto - drawn;
      drawn = upto;
    }
  }
  return out;
}

double mean_square(const Matrix<float>& tensor) {
  double sum = 0.0;
  for (const float x : tensor.flat()) sum += static_cast<double>(x) * static_cast<double>(x);
  return sum / static_cast<double>(tensor.flat().size());
}

/// Selection sampling (Knuth 3.4.2 S): `wanted` of `available`, each with the same probability.
class Sampler {
 public:
  Sampler(std::size_t available, std::size_t wanted, Random& random)
      : available_(available), wanted_(wanted), random_(random) {}

  bool keep() {
    const bool kept = uniform(random_) * static_cast<double>(available_) < static_cast<double>(wanted_);
    --available_;
    if (kept) --wanted_;
    return kept;
  }

 private:
  std::size_t available_, wanted_;
  Random& random_;
};

/// Blocks of one tensor after another.
class Collector {
 public:
  explicit Collector(const BcqFormat& format) : format_(format) {}

  void add(const Matrix<float>& tensor, Sampler sampler) {
    const float scale = tensor_scale(tensor, format_);
    Normaliser normaliser(scale, format_);
    const double energy = mean_square(tensor);
    const auto la = static_cast<std::size_t>(format_.la);
    for (std::size_t r = 0; r < tensor.rows(); ++r) {
      for (std::size_t begin = 0; begin < tensor.cols(); begin += la) {
        const auto array = tensor.row(r).subspan(begin, std::min(la, tensor.cols() - begin));
        const std::uint8_t code = array_scale(max_magnitude(array), scale, format_);
        normaliser.set_scale(code);
        add_array(array, normaliser, sampler, energy > 0.0 ? squared_step(code, scale) / energy : 0.0);
      }
    }
  }

  [[nodiscard]] CalibrationBlocks blocks(Weighting weighting) const {
    const auto lb = static_cast<std::size_t>(format_.lb);
    CalibrationBlocks out{Matrix<std::int32_t>(values_.size() / lb, lb), {}};
    std::copy(values_.begin(), values_.end(), out.values.flat().begin());
    out.weights.assign(out.values.rows(), 1);
    const double largest =
        std::accumulate(weights_.begin(), weights_.end(), 0.0, [](double a, double b) { return std::max(a, b); });
    if (weighting == Weighting::kEnergy && largest > 0.0) {
      for (std::size_t b = 0; b < weights_.size(); ++b) {
        out.weights[b] = 1 + std::llround(kLargestWeight * weights_[b] / largest);
      }
    }
    return out;
  }

 private:
  void add_array(std::span<const float> array, const Normaliser& normaliser, Sampler& sampler, double weight) {
    const auto lb = static_cast<std::size_t>(format_.lb);
    for (std::size_t b = 0; b + lb <= array.size(); b += lb) {
      if (!sampler.keep()) continue;
      for (const float x : array.subspan(b, lb)) values_.push_back(normaliser.normalise(x));
      weights_.push_back(weight);
    }
  }

  /// The square of what one codeword step decodes to.
  [[nodiscard]] double squared_step(std::uint8_t code, float scale) const {
    if (code == 0) return 0.0;
    const double step = format_.scale == ScaleConvention::kDecode
                            ? e4m3_decode(code) * static_cast<double>(scale)
                            : 1.0 / (e4m3_decode(code) * static_cast<double>(scale));
    return step * step;
  }

  const BcqFormat& format_;
  std::vector<std::int32_t> values_;
  std::vector<double> weights_;
};

}  // namespace

double uniform(Random& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

CalibrationBlocks draw_blocks(const std::vector<Matrix<float>>& tensors, const BcqFormat& format,
                              const CalibrationOptions& options, Random& random) {
  const auto lb = static_cast<std::size_t>(format.lb);
  const std::vector<std::size_t> wanted = shares(tensors, lb, options);
  Collector collector(format);
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    collector.add(tensors[t], Sampler(whole_blocks(tensors[t], lb), wanted[t], random));
  }
  return collector.blocks(options.weighting);
}

}  // namespace bcq
