#include "bcq/sim/machine/tally.hpp"

namespace bcq::sim {

Tally::Tally(sc_core::sc_module_name name, const Clocking& clocking) : sc_module(name), clocking_(clocking) {
  SC_HAS_PROCESS(Tally);
  SC_METHOD(fall_due);
  sensitive << due_;
  dont_initialize();
}

void Tally::reset() {
  sc_assert(announced_.empty());
  count_ = 0;
}

void Tally::add_at(std::uint64_t cycle) {
  sc_assert(cycle >= clocking_.now() && (announced_.empty() || cycle >= announced_.back()));
  if (announced_.empty() && cycle == clocking_.now()) {
    ++count_;
    tell();
    return;
  }
  announced_.push_back(cycle);
  if (announced_.size() == 1) due_.notify(clocking_.until_start_of(cycle));
}

void Tally::fall_due() {
  for (; !announced_.empty() && announced_.front() <= clocking_.now(); announced_.pop_front()) ++count_;
  if (!announced_.empty()) due_.notify(clocking_.until_start_of(announced_.front()));
  tell();
}

void Tally::tell() {
  changed_.notify(sc_core::SC_ZERO_TIME);
  if (count_ == expected_) reached_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace bcq::sim
