// The protocol checker can fail: a misbehaving initiator or target for every rule that it knows.
#include "protocol_checker.hpp"

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace bcq::testbench;
using tlm::tlm_phase;
using tlm::tlm_sync_enum;
using Payload = tlm::tlm_generic_payload;

namespace {

const sc_core::sc_time kNow = sc_core::SC_ZERO_TIME, kLater(1, sc_core::SC_NS);

struct NoPool : tlm::tlm_mm_interface {
  void free(Payload*) override {}
};

/// A write of four bytes that nobody could complain about.
struct Write : Payload {
  Write() : Payload(&pool) {
    acquire();
    set_command(tlm::TLM_WRITE_COMMAND);
    set_data_ptr(bytes);
    set_data_length(sizeof bytes);
    set_streaming_width(sizeof bytes);
  }
  NoPool pool;
  unsigned char bytes[4] = {1, 2, 3, 4};
};

/// An initiator and a target that do what the test says, and the checker between them.
struct Pair : sc_core::sc_module {
  explicit Pair(sc_core::sc_module_name name) : sc_module(name) {
    initiator.register_nb_transport_bw(this, &Pair::bw);
    target.register_nb_transport_fw(this, &Pair::fw);
    target.register_b_transport(this, &Pair::block);
    initiator.bind(checker.initiator);
    checker.target.bind(target);
  }

  tlm_sync_enum fw(Payload& transaction, tlm_phase& phase, sc_core::sc_time& delay) {
    return on_fw(transaction, phase, delay);
  }
  tlm_sync_enum bw(Payload& transaction, tlm_phase& phase, sc_core::sc_time& delay) {
    return on_bw(transaction, phase, delay);
  }
  void block(Payload& transaction, sc_core::sc_time& delay) { on_block(transaction, delay); }

  tlm_sync_enum send(Payload& transaction, tlm_phase phase, sc_core::sc_time delay = kNow) {
    return initiator->nb_transport_fw(transaction, phase, delay);
  }
  tlm_sync_enum answer(Payload& transaction, tlm_phase phase, sc_core::sc_time delay = kNow) {
    if (phase == tlm::BEGIN_RESP && respond) transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    return target->nb_transport_bw(transaction, phase, delay);
  }
  void transport(Payload& transaction) {
    sc_core::sc_time delay = kLater;
    initiator->b_transport(transaction, delay);
  }

  using NonBlocking = std::function<tlm_sync_enum(Payload&, tlm_phase&, sc_core::sc_time&)>;
  NonBlocking on_fw = [](auto&...) { return tlm::TLM_ACCEPTED; };
  NonBlocking on_bw = [](auto&...) { return tlm::TLM_ACCEPTED; };
  std::function<void(Payload&, sc_core::sc_time&)> on_block = [](Payload& transaction, auto&) {
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  bool respond = true;  ///< answer() sets a status
  Write write, other;
  std::vector<sc_core::sc_process_handle> processes;

  tlm_utils::simple_initiator_socket<Pair> initiator{"initiator"};
  ProtocolChecker checker{"checker"};
  tlm_utils::simple_target_socket<Pair> target{"target"};
};

/// A play, and the clause that it breaks; none: it is a good one.
struct Play {
  std::string clause;
  std::function<void(Pair&)> act;
};

tlm_sync_enum update(tlm_phase& phase, tlm::tlm_phase_enum to) {
  phase = to;
  return tlm::TLM_UPDATED;
}

const std::vector<Play> kGood = {
    {"",
     [](Pair& p) {  // four phases, each with its call
       p.send(p.write, tlm::BEGIN_REQ);
       p.answer(p.write, tlm::END_REQ);
       p.send(p.other, tlm::BEGIN_REQ);
       p.answer(p.write, tlm::BEGIN_RESP, kLater);
       p.send(p.write, tlm::END_RESP, kLater);
     }},
    {"",
     [](Pair& p) {  // as the DMA engines and DRAM do
       p.on_fw = [](auto&, auto& phase, auto&) { return update(phase, tlm::END_REQ); };
       p.on_bw = [](auto&...) { return tlm::TLM_COMPLETED; };
       p.send(p.write, tlm::BEGIN_REQ);
       p.send(p.other, tlm::BEGIN_REQ);
       p.answer(p.other, tlm::BEGIN_RESP);
       p.answer(p.write, tlm::BEGIN_RESP);
     }},
    {"",
     [](Pair& p) {  // no END_REQ; END_RESP on return; the transaction is used again
       p.on_bw = [](auto&, auto& phase, auto&) { return update(phase, tlm::END_RESP); };
       for (int i = 0; i < 2; ++i) {
         p.write.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
         p.send(p.write, tlm::BEGIN_REQ);
         p.answer(p.write, tlm::BEGIN_RESP);
       }
     }},
    {"",
     [](Pair& p) {  // completed at once
       p.on_fw = [](auto& transaction, auto&, auto&) {
         transaction.set_response_status(tlm::TLM_OK_RESPONSE);
         return tlm::TLM_COMPLETED;
       };
       p.send(p.write, tlm::BEGIN_REQ);
     }},
    {"", [](Pair& p) { p.transport(p.write); }},
};

void to_response(Pair& p) {
  p.send(p.write, tlm::BEGIN_REQ);
  p.answer(p.write, tlm::BEGIN_RESP);
}

const std::vector<Play> kBadPhases = {
    {"15.2.3", [](Pair& p) { p.send(p.write, tlm::END_REQ); }},
    {"15.2.3", [](Pair& p) { p.answer(p.write, tlm::END_RESP); }},
    {"15.2.3", [](Pair& p) { p.send(p.write, tlm_phase()); }},
    {"15.2.4", [](Pair& p) { p.send(p.write, tlm::END_RESP); }},
    {"15.2.4", [](Pair& p) { p.answer(p.write, tlm::BEGIN_RESP); }},
    {"15.2.4",
     [](Pair& p) {
       p.send(p.write, tlm::BEGIN_REQ);
       p.answer(p.write, tlm::END_REQ);
       p.answer(p.write, tlm::END_REQ);
     }},
    {"15.2.4", [](Pair& p) { to_response(p), p.answer(p.write, tlm::BEGIN_RESP); }},
    {"15.2.4", [](Pair& p) { to_response(p), p.answer(p.write, tlm::END_REQ); }},
    {"15.2.4",
     [](Pair& p) {
       p.send(p.write, tlm::BEGIN_REQ);
       p.answer(p.write, tlm::END_REQ);
       p.send(p.write, tlm::BEGIN_REQ);
     }},
    {"15.2.4",
     [](Pair& p) {
       p.on_bw = [](auto& transaction, auto&, auto&) {
         transaction.set_response_status(tlm::TLM_OK_RESPONSE);
         return tlm::TLM_COMPLETED;
       };
       p.send(p.write, tlm::BEGIN_REQ);
       p.answer(p.write, tlm::END_REQ);
     }},
    {"15.2.6", [](Pair& p) { p.send(p.write, tlm::BEGIN_REQ), p.send(p.other, tlm::BEGIN_REQ); }},
    {"15.2.6",
     [](Pair& p) {
       to_response(p);
       p.send(p.other, tlm::BEGIN_REQ);
       p.answer(p.other, tlm::BEGIN_RESP);
     }},
    {"15.2.7", [](Pair& p) { p.send(p.write, tlm::BEGIN_REQ, kLater), p.answer(p.write, tlm::END_REQ); }},
    {"15.2.10", [](Pair& p) { p.send(p.write, tlm::BEGIN_REQ), p.transport(p.write); }},
    {"11.1.2",
     [](Pair& p) {
       p.on_fw = [](auto&, auto&, auto& delay) {
         delay += kLater;
         return tlm::TLM_ACCEPTED;
       };
       p.send(p.write, tlm::BEGIN_REQ);
     }},
    {"11.1.3",
     [](Pair& p) {
       p.on_block = [](Payload& transaction, auto& delay) {
         transaction.set_response_status(tlm::TLM_OK_RESPONSE);
         delay = kNow;
       };
       p.transport(p.write);
     }},
};

/// Sends the write after something has been done to it.
Play sent(const std::string& clause, const std::function<void(Write&)>& spoil) {
  return {clause, [spoil](Pair& p) { spoil(p.write), p.send(p.write, tlm::BEGIN_REQ); }};
}

/// Does something to the write during its request.
Play changed(const std::function<void(Write&)>& spoil) {
  return {"14.7",
          [spoil](Pair& p) { p.send(p.write, tlm::BEGIN_REQ), spoil(p.write), p.answer(p.write, tlm::END_REQ); }};
}

const std::vector<Play> kBadAttributes = {
    sent("14.5", [](Write& w) { w.set_mm(nullptr); }),
    sent("14.5", [](Write& w) { w.release(); }),
    sent("14.11", [](Write& w) { w.set_data_ptr(nullptr); }),
    sent("14.12", [](Write& w) { w.set_data_length(0); }),
    sent("14.14", [](Write& w) { w.set_byte_enable_ptr(w.bytes), w.set_byte_enable_length(0); }),
    sent("14.15", [](Write& w) { w.set_streaming_width(0); }),
    sent("14.16", [](Write& w) { w.set_dmi_allowed(true); }),
    sent("14.17", [](Write& w) { w.set_response_status(tlm::TLM_OK_RESPONSE); }),
    changed([](Write& w) { w.set_command(tlm::TLM_READ_COMMAND); }),
    changed([](Write& w) { w.set_address(4); }),
    changed([](Write& w) { w.set_data_length(3); }),
    changed([](Write& w) { w.bytes[3] = 5; }),
    {"14.7",
     [](Pair& p) {  // as an engine would that passes the very transaction on
       p.on_bw = [](Payload& transaction, auto&, auto&) {
         transaction.set_address(8);
         return tlm::TLM_COMPLETED;
       };
       to_response(p);
     }},
    {"14.7",
     [](Pair& p) {
       p.on_block = [](Payload& transaction, auto&) {
         transaction.set_response_status(tlm::TLM_OK_RESPONSE);
         transaction.set_streaming_width(1);
       };
       p.transport(p.write);
     }},
    {"14.17", [](Pair& p) { p.respond = false, to_response(p); }},
    {"14.17", [](Pair& p) { p.on_block = [](auto&...) {}, p.transport(p.write); }},
    {"14.17",
     [](Pair& p) {
       p.on_fw = [](auto&...) { return tlm::TLM_COMPLETED; };
       p.send(p.write, tlm::BEGIN_REQ);
     }},
    {"11.1.1.4",
     [](Pair& p) {
       sc_core::sc_spawn_options method;
       method.spawn_method();
       p.processes.push_back(sc_core::sc_spawn([&p] { p.transport(p.write); }, nullptr, &method));
       sc_core::sc_start(sc_core::SC_ZERO_TIME);
     }},
};

}  // namespace

TEST_CASE("The protocol checker lets pass what is allowed and names the clause of what is not", "[protocol]") {
  std::vector<std::pair<const Play*, std::unique_ptr<Pair>>> stage;
  for (const auto* plays : {&kGood, &kBadPhases, &kBadAttributes}) {
    for (const Play& play : *plays) stage.emplace_back(&play, std::make_unique<Pair>(sc_core::sc_gen_unique_name("p")));
  }
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  for (std::size_t i = 0; i < stage.size(); ++i) {
    const auto& [play, pair] = stage[i];
    CAPTURE(i, play->clause, pair->checker.violations());
    play->act(*pair);
    CHECK(pair->checker.violations().size() == (play->clause.empty() ? 0 : 1));
    CHECK(std::ranges::all_of(pair->checker.violations(),
                              [&](const std::string& words) { return words.starts_with(play->clause + ": "); }));
  }
}
