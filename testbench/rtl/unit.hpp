// What the RTL tests share: a Verilated unit with a clock, and its ports as bit strings and integers.
#pragma once

#include <verilated.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <sstream>
#include <string>

#include "bcq/gemm.hpp"
#include "context.hpp"

namespace bcq::test {

static_assert(std::endian::native == std::endian::little, "ports are copied as little-endian bytes");

/// A port's bits in 32-bit words, least significant first; fits BitSpan and get_bits of the model.
template <class Port>
using PortBits = std::array<std::uint32_t, (sizeof(Port) + 3) / 4>;

template <class Port>
[[nodiscard]] PortBits<Port> get_port(const Port& port) {
  PortBits<Port> bits{};
  std::memcpy(bits.data(), &port, sizeof(Port));
  return bits;
}

/// Bits beyond the port's width must be 0 (Verilator's own rule).
template <class Port>
void set_port(Port& port, const PortBits<Port>& bits) {
  std::memcpy(&port, bits.data(), sizeof(Port));
}

/// The port as a two's complement integer of `width` bits.
template <class Port>
[[nodiscard]] Accumulator get_signed(const Port& port, int width) {
  static_assert(sizeof(Port) <= sizeof(Accumulator));
  Accumulator value = 0;
  std::memcpy(&value, &port, sizeof(Port));
  __extension__ using Bits = unsigned __int128;
  const int unused = 128 - width;
  return static_cast<Accumulator>(static_cast<Bits>(value) << unused) >> unused;
}

template <class Port>
void set_signed(Port& port, int width, Accumulator value) {
  static_assert(sizeof(Port) <= sizeof(Accumulator));
  const Accumulator bits = value & ((Accumulator{1} << width) - 1);
  std::memcpy(&port, &bits, sizeof(Port));
}

/// For messages.
[[nodiscard]] inline std::string hex_text(Accumulator value) {
  std::ostringstream text;
  text << (value < 0 ? "-" : "") << "0x" << std::hex;
  if (value < 0) value = -value;
  if (value >> 64 != 0) text << static_cast<std::uint64_t>(value >> 64) << "'";
  text << static_cast<std::uint64_t>(value);
  return text.str();
}

/// A Verilated unit in a simulation context of its own; registers start with random bits, as real ones do.
/// An RTL assertion that fails ends the process unless `tolerant`.
template <class Model>
class Unit {
 public:
  explicit Unit(bool tolerant = false) {
    context_.randReset(2);
    context_.randSeed(1);
    context_.fatalOnError(!tolerant);
    model_ = std::make_unique<Model>(&context_);
  }
  ~Unit() {
    enter(context_);
    model_->final();
    save_coverage(context_);
    model_.reset();
  }
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;

  Model* operator->() { return model_.get(); }

  /// Lets combinational outputs follow the inputs.
  void settle() {
    enter(context_);
    model_->eval();
  }

  /// One clock cycle with the present inputs.
  void tick() {
    settle();
    model_->clk_i = 1;
    settle();
    model_->clk_i = 0;
    settle();
  }

  /// Asynchronous reset, without a clock edge.
  void reset() {
    model_->rst_ni = 1;
    settle();
    model_->rst_ni = 0;
    settle();
    model_->rst_ni = 1;
    settle();
  }

  /// Whether an RTL assertion has failed.
  [[nodiscard]] bool assertion_failed() const { return context_.gotError(); }

 private:
  VerilatedContext context_;
  std::unique_ptr<Model> model_;
};

/// Reproducible random numbers.
class Random {
 public:
  explicit Random(std::uint64_t seed = 1) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  std::uint32_t word() { return static_cast<std::uint32_t>(engine_() >> 32); }
  /// Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const std::uint64_t offset = range == 0 ? engine_() : engine_() % range;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
  }
  /// True in `percent` of the calls.
  bool chance(int percent) { return between(0, 99) < percent; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace bcq::test
