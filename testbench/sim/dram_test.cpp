// DRAM's closed forms at their corners: latency, bursts, channels, rounding to cycles, ports; and its data.
#include "bcq/sim/machine/dram.hpp"

#include <tlm_utils/simple_initiator_socket.h>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <vector>

using namespace bcq::sim;

namespace {

constexpr std::uint64_t kLatency = 80'000, kBurst = 4'000;  // picoseconds
constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();
const DramConfig kOneChannel{.channels = 1, .gb_per_s = 16, .burst_bytes = 64, .latency_ns = 80};

DramConfig channels(int n) {
  DramConfig config = kOneChannel;
  config.channels = n;
  return config;
}

/// Picoseconds in which a transfer that meets free channels keeps them busy.
std::uint64_t service(const DramConfig& config, std::uint64_t address, std::uint64_t bytes) {
  const auto [begin, end] = DramSchedule(config).serve(0, address, bytes);
  CHECK(begin == kLatency);
  return end - begin;
}

struct NoPool : tlm::tlm_mm_interface {
  void free(tlm::tlm_generic_payload*) override {}
};

/// A transfer that remembers when it was answered.
struct Access : tlm::tlm_generic_payload {
  Access(tlm::tlm_mm_interface* pool, tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t> bytes)
      : tlm::tlm_generic_payload(pool), data(std::move(bytes)) {
    acquire();
    set_command(command);
    set_address(address);
    set_data_ptr(data.data());
    set_data_length(static_cast<unsigned>(data.size()));
    set_streaming_width(static_cast<unsigned>(data.size()));
  }
  std::vector<std::uint8_t> data;
  sc_core::sc_time answered;
  std::size_t place = 0;  ///< in the order of answers, from 1
};

class Port : public sc_core::sc_module {
 public:
  explicit Port(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_nb_transport_bw(this, &Port::answer);
  }

  tlm_utils::simple_initiator_socket<Port> socket{"socket"};

 private:
  tlm::tlm_sync_enum answer(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase, sc_core::sc_time&) {
    REQUIRE(phase == tlm::BEGIN_RESP);
    auto& access = static_cast<Access&>(transaction);
    access.answered = sc_core::sc_time_stamp();
    static std::size_t places = 0;
    access.place = ++places;
    return tlm::TLM_COMPLETED;
  }
};

/// A DRAM with three ports; the clock has 2 ns.
struct Bench {
  explicit Bench(const DramConfig& config) : dram(sc_core::sc_gen_unique_name("dram"), clock, config) {
    for (Port& port : ports) port.socket.bind(dram.ports);
  }

  Access& ask(std::size_t port, tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t> data) {
    auto& access = *accesses.emplace_back(std::make_unique<Access>(&pool, command, address, std::move(data)));
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    REQUIRE(ports[port].socket->nb_transport_fw(access, phase, delay) == tlm::TLM_UPDATED);
    REQUIRE(phase == tlm::END_REQ);
    return access;
  }
  Access& read(std::size_t port, std::uint64_t address, std::size_t bytes) {
    return ask(port, tlm::TLM_READ_COMMAND, address, std::vector<std::uint8_t>(bytes));
  }
  Access& write(std::size_t port, std::uint64_t address, const std::vector<std::uint8_t>& data) {
    return ask(port, tlm::TLM_WRITE_COMMAND, address, data);
  }
  /// The cycle at whose very start it was answered.
  [[nodiscard]] std::uint64_t cycle(const Access& access) const {
    const std::uint64_t picoseconds = access.answered.value(), period = clock.period.value();
    return picoseconds > 0 && picoseconds % period == 0 ? picoseconds / period : kNowhere;
  }

  Clocking clock{sc_core::sc_time(2, sc_core::SC_NS)};
  Dram dram;
  sc_core::sc_vector<Port> ports{sc_core::sc_gen_unique_name("ports"), 3};
  NoPool pool;
  std::vector<std::unique_ptr<Access>> accesses;
};

/// Advances to the start of a cycle.
void run_to(const Bench& bench, std::uint64_t cycle) {
  sc_core::sc_start(bench.clock.until_start_of(cycle));
}

}  // namespace

TEST_CASE("A transfer waits the latency, then takes a burst time for each burst", "[dram]") {
  for (std::uint64_t n = 1; n < 40; ++n) {
    CHECK(service(kOneChannel, 0, n * 64) == n * kBurst);
    CHECK(service(kOneChannel, 0, n * 64 + 1) == (n + 1) * kBurst);
    CHECK(service(kOneChannel, 1, n * 64) == (n + 1) * kBurst);
    CHECK(service(kOneChannel, 63, n * 64 + 1) == (n + 1) * kBurst);
    CHECK(service(kOneChannel, 63, n * 64 + 2) == (n + 2) * kBurst);
  }
  CHECK(DramSchedule(kOneChannel).serve(12'345, 0, 1).begin == 12'345 + kLatency);
}

TEST_CASE("A transfer touches the bursts in which its bytes lie", "[dram]") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 500; ++i) {
    DramConfig config = kOneChannel;
    config.burst_bytes = 1 + static_cast<int>(random() % 20);
    const std::uint64_t address = random() % 100, bytes = 1 + random() % 100;
    std::set<std::uint64_t> touched;
    for (std::uint64_t byte = 0; byte < bytes; ++byte)
      touched.insert((address + byte) / static_cast<std::uint64_t>(config.burst_bytes));
    CHECK(DramSchedule(config).bursts(address, bytes) == touched.size());
  }
}

TEST_CASE("As many bursts as channels take one burst time, one more takes two", "[dram]") {
  for (const int n : {1, 2, 3, 4, 7, 64}) {
    const auto bytes = static_cast<std::uint64_t>(n) * 64;
    CHECK(service(channels(n), 0, 1) == kBurst);
    CHECK(service(channels(n), 0, bytes) == kBurst);
    CHECK(service(channels(n), 0, bytes + 1) == 2 * kBurst);
    CHECK(service(channels(n), 0, 5 * bytes) == 5 * kBurst);
    CHECK(service(channels(n), 64, 5 * bytes) == 5 * kBurst);
    CHECK(service(channels(n), 32, 5 * bytes) == 6 * kBurst);
  }
  DramConfig fast = channels(64);
  fast.gb_per_s = 1e9;
  CHECK(service(fast, 0, 64) == 1);  // time passes
}

TEST_CASE("Requests under way hide each other's latency", "[dram]") {
  DramSchedule together(kOneChannel);
  for (std::uint64_t n = 0; n < 30; ++n) {
    const auto [begin, end] = together.serve(0, n * 128, 128);
    CHECK(begin == kLatency + n * 2 * kBurst);
    CHECK(end == kLatency + (n + 1) * 2 * kBurst);
  }
  // Asked for a latency before the channels are free: no gap. A picosecond later: one of a picosecond.
  for (const std::uint64_t late : {0, 1, 5'000}) {
    DramSchedule schedule(kOneChannel);
    const std::uint64_t free = schedule.serve(0, 0, 100 * 64).end;
    CHECK(schedule.serve(free - kLatency + late, 0, 64).begin == free + late);
  }
  // And the channels do not save up the time in which nobody asked.
  DramSchedule idle(kOneChannel);
  (void)idle.serve(0, 0, 64);
  CHECK(idle.serve(1'000'000, 0, 64).begin == 1'000'000 + kLatency);
  CHECK(idle.serve(1'000'000, 0, 64).begin == 1'000'000 + kLatency + kBurst);
}

TEST_CASE("An answer comes at the first clock edge that is not before the last burst's end", "[dram]") {
  DramConfig later = kOneChannel, earlier = kOneChannel;
  later.latency_ns = 80.001;
  earlier.latency_ns = 79.999;
  Bench exact(kOneChannel), after(later), before(earlier);
  run_to(exact, 5);
  // 40 cycles of latency, two of a burst; asked in cycle 5.
  Access &on_edge = exact.read(0, 0, 64), &one_more = after.read(0, 0, 64), &one_less = before.read(0, 0, 64);
  sc_core::sc_start();
  CHECK(exact.cycle(on_edge) == 5 + 42);
  CHECK(after.cycle(one_more) == 5 + 43);
  CHECK(before.cycle(one_less) == 5 + 42);

  // Long after, with free channels, once more: what matters is the distance.
  run_to(exact, 1000);
  Access& again = exact.read(1, 0, 65);
  sc_core::sc_start();
  CHECK(exact.cycle(again) == 1000 + 44);
}

TEST_CASE("Requests of a cycle are served in the order of the ports, those of an earlier cycle before", "[dram]") {
  Bench bench(kOneChannel);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  Access& third = bench.read(2, 0, 64);
  Access& second = bench.read(1, 0, 64);
  Access& first = bench.read(0, 0, 64);
  Access& fourth = bench.read(2, 0, 64);
  run_to(bench, 1);
  Access& sixth = bench.read(1, 0, 64);
  Access& fifth = bench.read(0, 0, 64);
  sc_core::sc_start();
  const Access* order[] = {&first, &second, &third, &fourth, &fifth, &sixth};
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(order[i]->place == i + 1);
    CHECK(bench.cycle(*order[i]) == 42 + 2 * i);
  }
}

TEST_CASE("Answers of one cycle come in the order of service", "[dram]") {
  DramConfig fast = kOneChannel;
  fast.gb_per_s = 1000;  // 64 ps for a burst: 31 and a bit in a cycle
  fast.latency_ns = 0.016;
  Bench bench(fast);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  std::vector<Access*> accesses;
  for (std::size_t i = 0; i < 40; ++i) accesses.push_back(&bench.read(0, 0, 64));
  sc_core::sc_start();
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(accesses[i]->place == i + 1);
    // 16 + 64·31 ps are a cycle exactly.
    CHECK(bench.cycle(*accesses[i]) == (i < 31 ? 1 : 2));
  }
}

TEST_CASE("What was written is read, whole and nothing beside it", "[dram]") {
  Bench bench(kOneChannel);
  bench.dram.storage().assign(256, 0xEE);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  // Served in the order of ports: the first read comes before the write, the last after it.
  Access& before = bench.read(0, 100, 4);
  Access& write = bench.write(1, 100, {1, 2, 3, 4});
  Access& after = bench.read(2, 98, 8);
  sc_core::sc_start();
  for (const Access* access : {&before, &write, &after}) CHECK(access->is_response_ok());
  CHECK(before.data == std::vector<std::uint8_t>(4, 0xEE));
  CHECK(after.data == std::vector<std::uint8_t>{0xEE, 0xEE, 1, 2, 3, 4, 0xEE, 0xEE});
  CHECK(write.data == std::vector<std::uint8_t>{1, 2, 3, 4});
}

TEST_CASE("An access beyond the storage is an address error, in its own time", "[dram]") {
  Bench bench(kOneChannel), timing_only(kOneChannel);
  bench.dram.storage().assign(256, 7);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const Access& last = bench.read(0, 255, 1);
  const Access& one_beyond = bench.read(0, 255, 2);
  const Access& beyond = bench.write(0, 256, {1});
  const Access& far = bench.read(0, kNowhere - 1, 4);  // its end wraps around
  const Access& untouched = bench.read(0, 0, 256);
  const Access& without = timing_only.read(0, 1'000'000, 64);
  sc_core::sc_start();
  CHECK(last.get_response_status() == tlm::TLM_OK_RESPONSE);
  for (const Access* access : {&one_beyond, &beyond, &far})
    CHECK(access->get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(bench.cycle(last) == 42);
  CHECK(bench.cycle(beyond) == 42 + 2 * 3);  // one_beyond touches two bursts
  CHECK(untouched.data == std::vector<std::uint8_t>(256, 7));
  CHECK(without.get_response_status() == tlm::TLM_OK_RESPONSE);
}

TEST_CASE("DRAM counts transfers, bursts and busy time, and shows when", "[dram]") {
  Bench bench(kOneChannel);
  Timeline timeline(10);
  bench.dram.record(&timeline);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  bench.read(0, 0, 64);
  bench.read(2, 60, 8);
  bench.write(1, 0, std::vector<std::uint8_t>(129));
  sc_core::sc_start();
  const std::vector<std::tuple<std::string, std::string, std::uint64_t>> expected = {
      {"dram.reads", "transfers", 2},
      {"dram.writes", "transfers", 1},
      {"dram.read_bursts", "bursts", 3},
      {"dram.write_bursts", "bursts", 3},
      {"dram.busy_time", "ps", 6 * kBurst}};
  const Statistics statistics = bench.dram.statistics();
  REQUIRE(statistics.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(std::tie(statistics[i].name, statistics[i].unit, statistics[i].value) == expected[i]);
    CHECK_FALSE(statistics[i].description.empty());
  }
  CHECK(bench.dram.read_bursts() == 3);
  CHECK(bench.dram.write_bursts() == 3);
  REQUIRE(timeline.spans().size() == 3);
  const std::uint64_t ends[] = {kLatency, kLatency + kBurst, kLatency + 4 * kBurst, kLatency + 6 * kBurst};
  const std::size_t by_port[] = {0, 1, 2}, bytes[] = {64, 129, 8};
  for (std::size_t i = 0; i < 3; ++i) {
    const Span& span = timeline.spans()[i];
    CHECK(span.track == Track::kDram);
    CHECK(std::pair(span.begin, span.end) == std::pair(ends[i], ends[i + 1]));
    CHECK(span.first == by_port[i]);
    CHECK(span.second == i + 1);
    CHECK(span.bytes == bytes[i]);
  }
}
