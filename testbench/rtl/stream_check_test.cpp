// bcq_stream_check and bcq_flow_check: the assertions are compiled in, silent on a legal stream and fire on a broken
// one.
#include <catch2/catch.hpp>

#include "VFlowCheck.h"
#include "VSkid40.h"
#include "VStreamCheck.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

/// Cycles on the monitor's stream.
class Monitor {
 public:
  Monitor() { unit_.reset(); }

  Monitor& cycle(bool valid, bool ready, std::uint16_t data) {
    unit_->valid_i = valid;
    unit_->ready_i = ready;
    unit_->data_i = data;
    unit_.tick();
    return *this;
  }
  void reset() { unit_.reset(); }
  [[nodiscard]] bool complained() const { return unit_.assertion_failed(); }

 private:
  Unit<VStreamCheck> unit_{true};
};

/// Cycles of a module that holds beats.
class FlowMonitor {
 public:
  FlowMonitor() { unit_.reset(); }

  FlowMonitor& cycle(bool in, bool out, std::uint8_t inside) {
    unit_->in_i = in;
    unit_->out_i = out;
    unit_->inside_i = inside;
    unit_.tick();
    return *this;
  }
  [[nodiscard]] bool complained() const { return unit_.assertion_failed(); }

 private:
  Unit<VFlowCheck> unit_{true};
};

}  // namespace

TEST_CASE("flow_check: silent while nothing is lost, loud when a beat is dropped or doubled", "[rtl][flow_check]") {
  FlowMonitor legal, dropped, doubled;
  CHECK_FALSE(
      legal.cycle(1, 0, 0).cycle(1, 0, 1).cycle(1, 1, 2).cycle(0, 1, 2).cycle(0, 1, 1).cycle(0, 0, 0).complained());
  CHECK(dropped.cycle(1, 0, 0).cycle(0, 0, 0).complained());
  CHECK(doubled.cycle(1, 0, 0).cycle(0, 1, 1).cycle(0, 0, 1).complained());
}

TEST_CASE("stream_check: legal streams pass", "[rtl][stream_check]") {
  Monitor waits, streams, reset;
  CHECK_FALSE(waits.cycle(0, 0, 7).cycle(1, 0, 5).cycle(1, 0, 5).cycle(1, 1, 5).cycle(0, 1, 9).complained());
  CHECK_FALSE(streams.cycle(1, 1, 1).cycle(1, 1, 2).cycle(1, 1, 3).cycle(0, 0, 4).complained());
  reset.cycle(1, 0, 5);
  reset.reset();  // reset takes a waiting beat back
  CHECK_FALSE(reset.cycle(0, 0, 6).complained());
}

TEST_CASE("stream_check: valid that falls is reported", "[rtl][stream_check]") {
  Monitor monitor;
  CHECK(monitor.cycle(1, 0, 5).cycle(0, 0, 5).complained());
}

TEST_CASE("stream_check: data that changes is reported", "[rtl][stream_check]") {
  Monitor low, high;
  CHECK(low.cycle(1, 0, 0x005).cycle(1, 0, 0x004).complained());
  CHECK(high.cycle(1, 0, 0x005).cycle(1, 1, 0x805).complained());
}

TEST_CASE("stream_check: the register slice watches its upstream", "[rtl][stream_check][skid]") {
  Unit<VSkid40> unit(true);
  unit->out_ready_i = 0;
  unit->in_valid_i = 0;
  unit.reset();
  unit->in_valid_i = 1;
  for (int i = 0; i < 3; ++i) {  // two beats fit, the third waits
    unit->in_data_i = 1;
    unit.tick();
  }
  CHECK_FALSE(unit.assertion_failed());
  unit->in_data_i = 2;
  unit.tick();
  CHECK(unit.assertion_failed());
}

}  // namespace bcq::test
