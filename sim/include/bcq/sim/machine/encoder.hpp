// The on-line encoder in the path of the results (docs/encoder.md, docs/machine.md "Encoder").
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <deque>
#include <map>
#include <systemc>
#include <tlm>
#include <vector>

#include "bcq/codebook.hpp"
#include "bcq/matrix.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/result_path.hpp"
#include "bcq/sim/machine/statistic.hpp"
#include "bcq/sim/machine/tally.hpp"
#include "bcq/sim/machine/timeline.hpp"

namespace bcq::sim {

/// How results are encoded: with the codebooks and the static tensor scale of the next layer's activation.
struct OutputEncoding {
  CodebookSet codebooks;
  float tensor_scale = 1;
};

/// Cycles of rtl/bcq_encoder.sv for rows of `scalars` each, one after the other: a beat per cycle, and what the last
/// beat takes from coming to leaving.
struct EncoderCycles {
  std::uint64_t beats;    ///< of all rows
  std::uint64_t latency;  ///< of the last beat
};
[[nodiscard]] EncoderCycles encoder_cycles(const Arch& arch, std::size_t rows, std::size_t scalars);

/// Takes the tiles that complete block arrays of an m-panel, one such group after the other, and gives them encoded to
/// the storing engine. They wait in the slots of their tiles until they have been stored.
class Encoder : public sc_core::sc_module, public StoreSource {
 public:
  Encoder(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, const Tally& computed,
          ResultSlots& slots);

  tlm_utils::simple_initiator_socket<Encoder> tiles{"tiles"};   ///< FP32 from the result buffer
  tlm_utils::simple_target_socket<Encoder> encoded{"encoded"};  ///< groups, read by the storing engine

  /// Starts a run. With `encoding` data are encoded, and `fp32` [M, N] gets what came in.
  void start(const LoopPlan& plan, const OutputEncoding* encoding, Matrix<float>* fp32, Timeline* timeline);

  [[nodiscard]] const Tally& ready() const override { return ready_; }
  Store next() override;
  [[nodiscard]] Statistics statistics() const;

 private:
  /// A group under way: the tiles that have come, by their order.
  struct Group {
    StoreAt at;
    std::vector<std::size_t> orders;
  };

  void advance();
  void encode(const Group& group);
  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  [[nodiscard]] Matrix<float> gather(const Group& group);

  Clocking clocking_;
  Arch arch_;
  const Tally& computed_;
  ResultSlots& slots_;
  Tally ready_;
  const LoopPlan* plan_ = nullptr;
  const OutputEncoding* encoding_ = nullptr;
  Matrix<float>* fp32_ = nullptr;
  Timeline* timeline_ = nullptr;
  std::size_t seen_ = 0;               ///< tiles
  std::uint64_t free_ = 0;             ///< cycle in which the next group may enter
  std::map<std::size_t, Group> open_;  ///< by m-panel and group
  std::deque<Group> done_;
  std::deque<std::vector<std::uint8_t>> data_;  ///< of groups that have not been read
  std::uint64_t groups_ = 0, beats_ = 0;
};

}  // namespace bcq::sim
