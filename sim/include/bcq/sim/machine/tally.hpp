// A count that grows at announced cycles: how one part of the machine tells another that it may go on.
#pragma once

#include <cstdint>
#include <deque>
#include <systemc>

#include "bcq/sim/clocking.hpp"

namespace bcq::sim {

/// Like a semaphore in hardware: one side adds, others see the count and wait for it to change.
class Tally : public sc_core::sc_module {
 public:
  Tally(sc_core::sc_module_name name, const Clocking& clocking);

  /// Starts again from 0. Nothing may be announced.
  void reset();
  /// One more from the start of `cycle` on. Cycles never fall and are never before the present one.
  void add_at(std::uint64_t cycle);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const sc_core::sc_event& changed() const { return changed_; }
  /// Notified once, when the count set with expect() is reached.
  [[nodiscard]] const sc_core::sc_event& reached() const { return reached_; }
  void expect(std::uint64_t count) { expected_ = count; }

 private:
  void fall_due();
  void tell();

  Clocking clocking_;
  std::uint64_t count_ = 0;
  std::deque<std::uint64_t> announced_;
  std::uint64_t expected_ = 0;
  sc_core::sc_event due_, changed_, reached_;
};

}  // namespace bcq::sim
