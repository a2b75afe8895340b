// The whole machine: values through DRAM, buffers and array; cycles against stepping and against closed forms.
#include <bit>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>

#include "bcq/gemm.hpp"
#include "bcq/quantize.hpp"
#include "bcq/sim/machine/machine.hpp"
#include "bcq/sim/machine/replay.hpp"
#include "bcq/sim/panel.hpp"
#include "random_operand.hpp"
#include "scoreboard.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

Arch random_arch(std::mt19937_64& random, bool with_encoder) {
  const auto upto = [&](int n) { return 1 + static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Arch arch;
  arch.rows = upto(9);
  arch.cols = upto(9);
  arch.lanes = 1 << (3 + random() % 4);
  arch.memory.buffers = {.activation_kib = upto(12), .weight_kib = upto(12), .result_kib = upto(3)};
  arch.memory.dma = {.transfer_kib = upto(4), .outstanding = upto(4)};
  arch.memory.dram = {.channels = upto(3),
                      .gb_per_s = 0.05 * upto(100),
                      .burst_bytes = 1 << (4 + random() % 4),
                      .latency_ns = static_cast<double>(upto(300))};
  arch.memory.resident = static_cast<Resident>(random() % 3);
  if (with_encoder) {
    arch.cols = 1 << (random() % 8);
    arch.memory.encoder_lanes = 1 << (random() % 7);
    // Tiles of FP32 wait in the result buffer for those that complete their block arrays.
    arch.memory.buffers.result_kib = 64;
    arch.memory.buffers.weight_kib = 64;
    arch.memory.resident = random() % 2 == 0 ? Resident::kAuto : Resident::kActivation;
  }
  return arch;
}

GemmSize random_size(std::mt19937_64& random) {
  return {1 + random() % 40, 1 + random() % 40, 1 + random() % 1500};
}

void same_bits(const Matrix<float>& a, const Matrix<float>& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  for (std::size_t i = 0; i < a.flat().size(); ++i)
    REQUIRE(std::bit_cast<std::uint32_t>(a.flat()[i]) == std::bit_cast<std::uint32_t>(b.flat()[i]));
}

/// One random architecture per process: SystemC elaborates once.
void check_random_machine(std::uint64_t seed, bool with_encoder) {
  std::mt19937_64 random(seed);
  const Arch arch = random_arch(random, with_encoder);
  CAPTURE(seed, arch.rows, arch.cols, arch.lanes);
  Machine machine(arch);
  for (int i = 0; i < 12; ++i) {
    const GemmSize size = random_size(random);
    CAPTURE(i, size.m, size.n, size.k);
    const BcqTensor activation =
        testbench::random_operand(random, testbench::random_codebooks(random, arch.format), size.m, size.k);
    const BcqTensor weight =
        testbench::random_operand(random, testbench::random_codebooks(random, arch.format), size.n, size.k);
    ArrayRecord record;
    const OutputEncoding encoding{activation.codebooks, 0.01F};
    MachineResult result;
    const MachineRun with_values = machine.run({activation, weight, &encoding}, result, {.record = &record});
    const MachineRun timing_only = machine.run(size);
    CHECK(with_values.cycles == timing_only.cycles);
    CHECK(with_values.dram_read_bursts == timing_only.dram_read_bursts);
    CHECK(with_values.dram_write_bursts == timing_only.dram_write_bursts);
    // What the driver read from the registers is what the array did.
    CHECK(with_values.counters.busy == with_values.cycles.busy);
    CHECK(with_values.counters.drain_stall == with_values.cycles.drain_stall + with_values.cycles.result_stall);
    CHECK(with_values.counters.busy + with_values.counters.drain_stall + with_values.counters.operand_wait ==
          with_values.cycles.array);
    const Matrix<float> golden = exact_gemm(activation, weight);
    same_bits(golden, result.fp32);
    if (arch.memory.encoder_lanes > 0) {
      const BcqTensor encoded = quantize(golden, encoding.codebooks, {.tensor_scale = encoding.tensor_scale});
      CHECK(pack_panels(encoded, arch.rows) == result.encoded);
    }
    const Replay stepped = replay(arch, size.k, record);
    CHECK(testbench::compare_record(arch, record, stepped).empty());
    CHECK(stepped.run.counters == with_values.counters);
    CHECK(stepped.run.cycles() == with_values.cycles.array);
  }
}

}  // namespace

#define BCQ_MACHINE_CASE(seed)                                                                                       \
  TEST_CASE("Random machine " #seed ": golden values, stepped cycles, values or not", "[machine]") {                 \
    check_random_machine(seed, false);                                                                               \
  }                                                                                                                  \
  TEST_CASE("Random machine " #seed " with an encoder: golden values, stepped cycles, values or not", "[machine]") { \
    check_random_machine(seed, true);                                                                                \
  }
BCQ_MACHINE_CASE(1)
BCQ_MACHINE_CASE(2)
BCQ_MACHINE_CASE(3)
BCQ_MACHINE_CASE(4)
BCQ_MACHINE_CASE(5)
BCQ_MACHINE_CASE(6)
