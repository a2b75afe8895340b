#include "bcq/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bcq {

float max_magnitude(std::span<const float> x) {
  float largest = 0.0F;
  for (const float value : x) largest = std::max(largest, std::fabs(value));
  return largest;
}

double nmse_db(const Matrix<float>& x, const Matrix<float>& approximation) {
  double error = 0.0;
  double signal = 0.0;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    double row_error = 0.0;
    double row_signal = 0.0;
    for (std::size_t c = 0; c < x.cols(); ++c) {
      const double value = x(r, c);
      const double difference = value - static_cast<double>(approximation(r, c));
      row_error += difference * difference;
      row_signal += value * value;
    }
    error += row_error;
    signal += row_signal;
  }
  if (error == 0.0) return -std::numeric_limits<double>::infinity();
  return 10.0 * std::log10(error / signal);
}

double max_abs_error(const Matrix<float>& x, const Matrix<float>& approximation) {
  double largest = 0.0;
  for (std::size_t i = 0; i < x.flat().size(); ++i) {
    largest =
        std::max(largest, std::fabs(static_cast<double>(x.flat()[i]) - static_cast<double>(approximation.flat()[i])));
  }
  return largest;
}

}  // namespace bcq
