#include "bcq/format.hpp"

namespace bcq {

std::size_t EncodedTensor::bits() const {
  std::size_t total = 0;
  for (const Field& field : fields) total += field.entries.flat().size() * static_cast<std::size_t>(field.layout.bits);
  return total;
}

double EncodedTensor::bits_per_scalar() const {
  return static_cast<double>(bits()) / static_cast<double>(rows * k);
}

}  // namespace bcq
