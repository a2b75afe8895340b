// Outlier-preserving quantization: outliers in BF16 on the side, any format for the rest.
#include <cmath>

#include "bf16.hpp"
#include "formats.hpp"

namespace bcq {
namespace {

constexpr FieldLayout kValue{"outlier", 16, kPerTensor};
/// A 64-bit position in the flattened tensor, as two entries: the upper word, the lower word.
constexpr FieldLayout kPosition{"outlier position", 32, kPerTensor};

/// The q-quantile of the largest magnitude of `block` standard Gaussians: (2Φ(m) − 1)^block = q.
double maximum_quantile(std::size_t block, double q) {
  // As the probability of one scalar to be beyond m, which stays accurate where 2Φ(m) − 1 is close to 1.
  const double beyond = -std::expm1(std::log(q) / static_cast<double>(block));
  double low = 0.0;
  double high = 40.0;
  for (double middle = 20.0; low < middle && middle < high; middle = low + (high - low) / 2.0) {
    (std::erfc(middle / std::sqrt(2.0)) > beyond ? low : high) = middle;
  }
  return high;
}

/// The corrected standard deviation Σ(x − mean)²/(n − 1), rooted; sums in order. NaN for a single scalar.
double standard_deviation(std::span<const float> x) {
  const auto n = static_cast<double>(x.size());
  double sum = 0.0;
  for (const float value : x) sum += static_cast<double>(value);
  const double mean = sum / n;
  double squares = 0.0;
  for (const float value : x) squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  return std::sqrt(squares / (n - 1.0));
}

class OutlierPreserving final : public Format {
 public:
  OutlierPreserving(std::shared_ptr<const Format> inner, std::size_t block, double quantile)
      : inner_(std::move(inner)), block_(block), threshold_(maximum_quantile(block, quantile)) {}

  [[nodiscard]] EncodedTensor quantize(const Matrix<float>& x) const override {
    const std::vector<std::uint64_t> positions = outliers(x);
    Field values{kValue, Matrix<std::uint32_t>(1, positions.size())};
    Field addresses{kPosition, Matrix<std::uint32_t>(1, 2 * positions.size())};
    Matrix<float> rest = x;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      values.entries(0, i) = encode_bf16(x.flat()[positions[i]]);
      addresses.entries(0, 2 * i) = static_cast<std::uint32_t>(positions[i] >> 32);
      addresses.entries(0, 2 * i + 1) = static_cast<std::uint32_t>(positions[i]);
      rest.flat()[positions[i]] = 0.0F;
    }
    EncodedTensor encoded = inner_->quantize(rest);
    encoded.fields.push_back(std::move(values));
    encoded.fields.push_back(std::move(addresses));
    return encoded;
  }

  [[nodiscard]] Matrix<float> dequantize(const EncodedTensor& encoded) const override {
    EncodedTensor inner = encoded;
    inner.fields.resize(inner.fields.size() - 2);
    Matrix<float> x = inner_->dequantize(inner);
    const Matrix<std::uint32_t>& addresses = encoded.fields.back().entries;
    const Matrix<std::uint32_t>& values = encoded.fields[inner.fields.size()].entries;
    for (std::size_t i = 0; i < values.cols(); ++i) {
      const std::uint64_t position = (std::uint64_t{addresses(0, 2 * i)} << 32) | addresses(0, 2 * i + 1);
      x.flat()[position] = decode_bf16(values(0, i));
    }
    return x;
  }

  [[nodiscard]] double nominal_bits() const override { return inner_->nominal_bits(); }

 private:
  /// Positions in the flattened matrix, ascending.
  [[nodiscard]] std::vector<std::uint64_t> outliers(const Matrix<float>& x) const {
    std::vector<std::uint64_t> positions;
    for (std::size_t r = 0; r < x.rows(); ++r) {
      for (std::size_t begin = 0; begin < x.cols(); begin += block_) {
        const std::span<const float> block = x.row(r).subspan(begin, std::min(block_, x.cols() - begin));
        const double limit = standard_deviation(block) * threshold_;
        for (std::size_t i = 0; i < block.size(); ++i) {
          if (std::fabs(static_cast<double>(block[i])) > limit) positions.push_back(r * x.cols() + begin + i);
        }
      }
    }
    return positions;
  }

  std::shared_ptr<const Format> inner_;
  std::size_t block_;
  double threshold_;
};

}  // namespace

std::shared_ptr<const Format> wrap_opq(std::shared_ptr<const Format> inner, const FormatArguments& arguments) {
  return std::make_shared<const OutlierPreserving>(std::move(inner), arguments.count("block"),
                                                   arguments.real("quantile"));
}

}  // namespace bcq
