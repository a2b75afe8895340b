#include "bcq/sim/machine/result_path.hpp"

#include <limits>
#include <systemc>

namespace bcq::sim {
namespace {

constexpr std::size_t kFree = std::numeric_limits<std::size_t>::max();

}  // namespace

void ResultSlots::reset(const LoopPlan& plan) {
  slot_bytes_ = plan.result_slot_bytes();
  first_ = 0;
  slots_.clear();
  free_.clear();
  for (std::size_t slot = plan.result_slots(); slot > 0; --slot) free_.push_back(slot - 1);
}

std::size_t ResultSlots::take() {
  sc_assert(!free_.empty());
  slots_.push_back(free_.back());
  free_.pop_back();
  return slots_.back() * slot_bytes_;
}

std::uint64_t ResultSlots::address(std::size_t order) const {
  return slots_[order - first_] * slot_bytes_;
}

void ResultSlots::free(std::size_t order) {
  free_.push_back(slots_[order - first_]);
  slots_[order - first_] = kFree;
  for (; !slots_.empty() && slots_.front() == kFree; slots_.pop_front()) ++first_;
}

void PlainResults::start(const LoopPlan& plan) {
  plan_ = &plan;
  next_ = 0;
}

Store PlainResults::next() {
  const std::size_t order = next_++;
  const Store store{plan_->store_of(plan_->tile(order)), slots_.address(order), 1};
  slots_.free(order);
  return store;
}

}  // namespace bcq::sim
