// The host of a Verilated bcq_accel: clock and reset, register accesses, codebooks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "bcq/sim/registers.hpp"
#include "ports.hpp"

namespace bcq::testbench {

/// Drives the pins that belong to a host; the operand and result streams are the caller's. Between calls the clock is
/// low and no access is under way. Top is a Verilated bcq_accel.
template <class Top>
class AccelHost {
 public:
  enum class Response : std::uint8_t { kOkay = 0, kSlaveError = 2 };

  explicit AccelHost(Top& top) : top_(top) {}

  /// Lets combinational outputs follow the inputs of this cycle.
  void settle() { top_.eval(); }
  /// Ends the cycle.
  void rising_edge() {
    settle();
    top_.aclk = 1;
    top_.eval();
    top_.aclk = 0;
    top_.eval();
  }

  void reset() {
    top_.aclk = 0;
    top_.aresetn = 0;
    top_.s_axil_awvalid = 0;
    top_.s_axil_wvalid = 0;
    top_.s_axil_bready = 0;
    top_.s_axil_arvalid = 0;
    top_.s_axil_rready = 0;
    top_.s_axil_awprot = 0;
    top_.s_axil_arprot = 0;
    top_.s_axis_cb_tvalid = 0;
    top_.s_axis_act_tvalid = 0;
    top_.s_axis_wgt_tvalid = 0;
    top_.m_axis_res_tready = 0;
    for (int i = 0; i < 3; ++i) rising_edge();
    top_.aresetn = 1;
  }

  /// Takes one cycle for the write; its response is taken in the next, with whatever the caller does then.
  Response write(std::uint32_t offset, std::uint32_t value, std::uint32_t strobes = 0xF) {
    drive(top_.s_axil_awaddr, &offset);
    drive(top_.s_axil_wdata, &value);
    drive(top_.s_axil_wstrb, &strobes);
    top_.s_axil_awvalid = 1;
    top_.s_axil_wvalid = 1;
    top_.s_axil_bready = 1;
    settle();
    if (!top_.s_axil_awready || !top_.s_axil_wready) throw std::runtime_error("AXI4-Lite: a write is not taken");
    rising_edge();
    top_.s_axil_awvalid = 0;
    top_.s_axil_wvalid = 0;
    settle();
    if (!top_.s_axil_bvalid) throw std::runtime_error("AXI4-Lite: no response to a write");
    return static_cast<Response>(top_.s_axil_bresp);
  }

  /// Takes two cycles.
  std::uint32_t read(std::uint32_t offset, Response expected = Response::kOkay) {
    drive(top_.s_axil_araddr, &offset);
    top_.s_axil_arvalid = 1;
    top_.s_axil_rready = 1;
    settle();
    if (!top_.s_axil_arready) throw std::runtime_error("AXI4-Lite: a read is not taken");
    rising_edge();
    top_.s_axil_arvalid = 0;
    settle();
    if (!top_.s_axil_rvalid) throw std::runtime_error("AXI4-Lite: no response to a read");
    if (static_cast<Response>(top_.s_axil_rresp) != expected) {
      throw std::runtime_error("AXI4-Lite: register " + std::to_string(offset) + " answers a read with " +
                               std::to_string(top_.s_axil_rresp));
    }
    const std::uint32_t value = top_.s_axil_rdata;
    rising_edge();
    return value;
  }

  /// Reads a counter of 64 bits.
  std::uint64_t read_counter(std::uint32_t offset) {
    const std::uint64_t low = read(offset);
    return low | static_cast<std::uint64_t>(read(offset + 4)) << 32;
  }

  /// Streams part of a set of codebooks; `last` marks the set's end with its last codeword.
  void load_codebooks(std::span<const std::int32_t> codewords, bool last) {
    for (std::size_t i = 0; i < codewords.size(); ++i) {
      top_.s_axis_cb_tvalid = 1;
      top_.s_axis_cb_tdata = static_cast<std::uint8_t>(codewords[i]);
      top_.s_axis_cb_tlast = last && i + 1 == codewords.size();
      settle();
      if (!top_.s_axis_cb_tready) throw std::runtime_error("a codeword is not taken");
      rising_edge();
    }
    top_.s_axis_cb_tvalid = 0;
  }

  /// Configures and starts a run; returns at the beginning of cycle 0.
  void start(std::uint32_t k, std::uint32_t scale_bits, std::uint32_t tiles) {
    write(sim::registers::kK, k);
    write(sim::registers::kScale, scale_bits);
    write(sim::registers::kTiles, tiles);
    write(sim::registers::kControl, sim::registers::kControlStart);
    rising_edge();
  }

 private:
  Top& top_;
};

}  // namespace bcq::testbench
