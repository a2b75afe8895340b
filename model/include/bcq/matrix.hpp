// A dense row-major matrix: the shape every tensor has on its way through the model.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bcq {

/// Row-major matrix [rows, cols] that owns its elements.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t cols, T value = T{}) : rows_(rows), cols_(cols), data_(rows * cols, value) {}

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }

  T& operator()(std::size_t r, std::size_t c) { return data_[r * cols_ + c]; }
  const T& operator()(std::size_t r, std::size_t c) const { return data_[r * cols_ + c]; }

  [[nodiscard]] std::span<T> row(std::size_t r) { return std::span(data_).subspan(r * cols_, cols_); }
  [[nodiscard]] std::span<const T> row(std::size_t r) const { return std::span(data_).subspan(r * cols_, cols_); }

  /// All elements, row after row.
  [[nodiscard]] std::span<T> flat() { return data_; }
  [[nodiscard]] std::span<const T> flat() const { return data_; }

  bool operator==(const Matrix&) const = default;

 private:
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::vector<T> data_;
};

}  // namespace bcq
