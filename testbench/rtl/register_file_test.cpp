// The register file of the SystemC model against the RTL: the same accesses to both, every answer, every latency and
// the interrupt in every cycle compared, while runs start, starve, end, halt and are aborted.
#include "VAccel.h"
#include "VAccelFrozen.h"
// Verilated headers come before SystemC's.
#include <array>
#include <catch2/catch.hpp>
#include <span>
#include <type_traits>
#include <vector>

#include "accel_host.hpp"
#include "bcq/sim/machine/register_file.hpp"
#include "bcq/sim/registers.hpp"
#include "register_port.hpp"
#include "run_mirror.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

namespace reg = sim::registers;

/// The parameters of VAccel and VAccelFrozen.
sim::Arch arch_of(bool frozen) {
  sim::Arch arch;
  arch.rows = 2;
  arch.cols = 3;
  arch.lanes = 2;
  arch.k_max = 32;
  arch.frozen = frozen;
  arch.format = {.lb = 2, .la = 4, .nc = 2, .bc = 4};
  return arch;
}
constexpr std::uint32_t kCodewords = 2 * 16 * 2;
constexpr std::uint32_t kAddresses = 0x80;  // bcq_reg_pkg::ADDR_W
constexpr std::uint32_t kOne = 0x3F800000;

/// What the codebook stream brings.
enum class Codewords {
  kNext,     ///< of a set that goes on
  kRest,     ///< of a set
  kIllegal,  ///< one, with TLAST
};

/// A register file of each kind, and the same machine behind them.
template <class Top>
class Twins {
 public:
  static constexpr bool kFrozen = std::is_same_v<Top, VAccelFrozen>;

  Twins() : host_((unit_.settle(), top())) {
    host_.reset();
    top().s_axis_act_tdata = 0;
    top().s_axis_wgt_tdata = 0;
    top().m_axis_res_tready = 1;
  }

  void read(std::uint32_t offset) {
    CAPTURE(offset);
    const sc_core::sc_time begin = port_.time;
    const auto expected = port_.read(offset);
    top().s_axil_araddr = static_cast<std::uint8_t>(offset);
    top().s_axil_arvalid = top().s_axil_rready = 1;
    int cycles = wait_for(top().s_axil_arready);
    top().s_axil_arvalid = 0;
    std::uint32_t value = 0;
    std::uint32_t response = 0;
    cycles += wait_for(top().s_axil_rvalid, [&] {
      value = top().s_axil_rdata;
      response = top().s_axil_rresp;
    });
    require_same(expected.status, response);
    if (value != expected.value) FAIL("RTL reads " << hex_text(value) << ", SystemC " << hex_text(expected.value));
    require_latency(port_.time - begin, cycles);
    if (offset == reg::kEvents) events_seen |= value;
  }

  void write(std::uint32_t offset, std::uint32_t value, std::uint32_t strobes = 0xF) {
    CAPTURE(offset, value, strobes);
    const sc_core::sc_time begin = port_.time;
    const auto expected = port_.write(offset, value, strobes);
    top().s_axil_awaddr = static_cast<std::uint8_t>(offset);
    top().s_axil_wdata = value;
    top().s_axil_wstrb = static_cast<std::uint8_t>(strobes);
    top().s_axil_awvalid = top().s_axil_wvalid = top().s_axil_bready = 1;
    int cycles = wait_for(top().s_axil_awready);
    top().s_axil_awvalid = top().s_axil_wvalid = 0;
    std::uint32_t response = 0;
    cycles += wait_for(top().s_axil_bvalid, [&] { response = top().s_axil_bresp; });
    require_same(expected, response);
    require_latency(port_.time - begin, cycles);
  }

  /// Lets `cycles` pass.
  void wait(std::int64_t cycles) {
    for (; cycles > 0; --cycles) cycle();
  }

  /// Streams codewords, if the machine takes any now.
  void load_codebooks(Codewords what) {
    const bool last_missing = missing_ == 1;
    if (kFrozen || !machine_.idle() || (what == Codewords::kNext && last_missing)) return;
    std::vector<std::int32_t> codewords(what == Codewords::kRest ? missing_ : 1);
    if (what == Codewords::kIllegal) {
      codewords.front() = 8;  // beyond +-7
      registers_.raise(reg::kEventsErrCodeword | (last_missing ? 0U : reg::kEventsErrCbLength));
    }
    host_.load_codebooks(codewords, what != Codewords::kNext);
    machine_.loaded = what == Codewords::kRest;
    missing_ = what == Codewords::kNext ? missing_ - 1 : kCodewords;
    require_same_irq();
  }

  /// How often the sources of the operands offer a beat, in percent.
  void feed(int percent) { feed_ = percent; }
  /// The operands of the present run get a wrong TLAST at these beats.
  void spoil(std::uint64_t act_beat, std::uint64_t wgt_beat) {
    if (act_beat >= machine_.act.taken) machine_.act.wrong_at = act_beat;
    if (wgt_beat >= machine_.wgt.taken) machine_.wgt.wrong_at = wgt_beat;
  }
  /// Nothing of the present beats is on offer yet, so a TLAST may still change.
  [[nodiscard]] bool quiet() const { return !machine_.act.valid && !machine_.wgt.valid; }
  [[nodiscard]] bool idle() const { return machine_.idle(); }

  Random random;
  std::uint32_t events_seen = 0;

 private:
  Top& top() { return *unit_.operator->(); }

  /// Cycles up to and including the one with `ready`, in which `sample` is called.
  template <class Ready, class Sample = void (*)()>
  int wait_for(
      const Ready& ready, Sample sample = [] {}) {
    for (int cycles = 1; cycles < 10; ++cycles) {
      host_.settle();
      const bool now = ready != 0;
      if (now) sample();
      cycle();
      if (now) return cycles;
    }
    FAIL("AXI4-Lite: no answer");
    return 0;
  }

  void cycle() {
    for (OperandStream* stream : {&machine_.act, &machine_.wgt})
      stream->valid = stream->valid || (stream->taken < stream->total && random.chance(feed_));
    top().s_axis_act_tvalid = machine_.act.valid;
    top().s_axis_act_tlast = machine_.act.last();
    top().s_axis_wgt_tvalid = machine_.wgt.valid;
    top().s_axis_wgt_tlast = machine_.wgt.last();
    host_.rising_edge();
    registers_.raise(machine_.clock());
    require_same_irq();
  }

  void require_same_irq() {
    host_.settle();
    if (static_cast<bool>(top().irq) != registers_.irq())
      FAIL("irq: RTL " << int{top().irq} << ", SystemC " << registers_.irq());
  }
  static void require_same(tlm::tlm_response_status status, std::uint32_t response) {
    const bool error = status != tlm::TLM_OK_RESPONSE;
    if (response != (error ? 2U : 0U)) FAIL("RTL answers " << response << ", SystemC " << status);
  }
  static void require_latency(const sc_core::sc_time& time, int cycles) {
    if (time != cycles * kClocking.period) FAIL("RTL takes " << cycles << " cycles, SystemC " << time);
  }

  static inline const sim::Clocking kClocking{sc_core::sc_time(2, sc_core::SC_NS)};

  Unit<Top> unit_;
  testbench::AccelHost<Top> host_;
  sim::Arch arch_ = arch_of(kFrozen);
  RunMirror machine_{arch_};
  sim::RegisterFile registers_{"registers", kClocking, arch_, machine_};
  testbench::RegisterPort port_{registers_};
  std::uint32_t missing_ = kCodewords;  ///< codewords until the set is complete
  int feed_ = 0;
};

using Programmable = Twins<VAccel>;
using Frozen = Twins<VAccelFrozen>;

std::uint32_t one_of(Random& random, std::span<const std::uint32_t> values) {
  return values[static_cast<std::size_t>(random.between(0, std::ssize(values) - 1))];
}

constexpr std::array kKs = {1U, 2U, 3U, 11U, 32U, 0U, 33U, 0x80000001U, ~0U};
constexpr std::array kScales = {kOne,        0U,          0x80000000U, 1U,          0x7F7FFFFFU,
                                0x7F800000U, 0xFF800000U, 0x7FC00000U, 0xFFFFFFFFU, 0x7F800001U};
constexpr std::array kTileCounts = {1U, 2U, 3U, 5U, ~0U, 0U};

/// Any offset, mostly that of a register.
std::uint32_t any_offset(Random& random) {
  const auto offset = static_cast<std::uint32_t>(random.between(0, kAddresses - 1));
  return random.chance(90) ? offset & ~3U : offset;
}

template <class Bench>
void any_write(Bench& bench) {
  Random& random = bench.random;
  const std::uint32_t strobes = random.chance(85) ? 0xFU : static_cast<std::uint32_t>(random.between(0, 15));
  switch (random.between(0, 3)) {
    case 0:
      return bench.write(random.chance(50) ? reg::kEvents : reg::kEnable, random.word() | random.word(), strobes);
    case 1:
      return bench.write(reg::kControl, random.word() & (random.chance(50) ? ~0U : reg::kControlStart), strobes);
    default:
      return bench.write(any_offset(random), random.word(), strobes);
  }
}

/// Configuration and START; values at the edge of what is legal, more or less often.
template <class Bench>
void try_run(Bench& bench) {
  Random& random = bench.random;
  const auto value = [&](std::span<const std::uint32_t> all, std::size_t legal) {
    return one_of(random, random.chance(85) ? all.first(legal) : all);
  };
  if (random.chance(80)) bench.write(reg::kK, value(kKs, 5));
  if (random.chance(80)) bench.write(reg::kScale, value(kScales, 5));
  if (random.chance(80)) bench.write(reg::kTiles, value(kTileCounts, 5));
  bench.feed(0);
  bench.write(reg::kControl, reg::kControlStart);
  if (bench.quiet() && random.chance(30)) bench.spoil(random.bits() % 8, random.bits() % 8);
  if (random.chance(70)) bench.feed(static_cast<int>(random.between(1, 5)) * 20);
}

template <class Bench>
void any_step(Bench& bench) {
  Random& random = bench.random;
  const std::int64_t choice = random.between(0, 99);
  if (choice < 35) return bench.read(any_offset(random));
  if (choice < 45) return bench.read(random.chance(50) ? reg::kStatus : reg::kEvents);
  if (choice < 70) return any_write(bench);
  if (choice < 85) return try_run(bench);
  if (choice < 95) return bench.wait(random.between(0, 30));
  if (choice < 98) return bench.load_codebooks(static_cast<Codewords>(random.between(0, 2)));
  bench.load_codebooks(Codewords::kRest);
}

}  // namespace

TEMPLATE_TEST_CASE("register file: after reset every address answers as in RTL", "[rtl][registers]", Programmable,
                   Frozen) {
  TestType bench;
  for (std::uint32_t offset = 0; offset < kAddresses; ++offset) bench.read(offset);
  for (std::uint32_t offset = 0; offset < kAddresses; ++offset) bench.write(offset, 0);
  for (std::uint32_t offset = 0; offset < kAddresses; ++offset) bench.read(offset);
}

TEMPLATE_TEST_CASE("register file: random accesses, runs and errors as in RTL", "[rtl][registers]", Programmable,
                   Frozen) {
  TestType bench;
  std::size_t idle = 0;
  constexpr int kSteps = 60'000;
  for (int step = 0; step < kSteps; ++step) {
    CAPTURE(step);
    any_step(bench);
    idle += bench.idle();
  }
  // The sequence has been everywhere.
  CHECK(idle > kSteps / 10);
  CHECK(idle < kSteps * 9 / 10);
  std::uint32_t expected = reg::kEventsDone | reg::kEventsAborted | reg::kEventsErrAccess | reg::kEventsErrBusy |
                           reg::kEventsErrK | reg::kEventsErrScale | reg::kEventsErrTiles | reg::kEventsErrActLength |
                           reg::kEventsErrWgtLength;
  if (!TestType::kFrozen) expected |= reg::kEventsErrUnloaded | reg::kEventsErrCodeword | reg::kEventsErrCbLength;
  CHECK(bench.events_seen == expected);
}

}  // namespace bcq::test
