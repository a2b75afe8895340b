// bcq_axil: random AXI4-Lite traffic against a memory behind the register port; order, responses, one answer per
// access.
#include <catch2/catch.hpp>

#include <array>
#include <deque>
#include <optional>

#include "VAxil.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

constexpr std::uint32_t kLegalEnd = 0x40;  // the port objects to higher addresses
constexpr std::uint32_t kSlaveError = 2;

struct Write {
  std::uint32_t addr, data, strobes;
  [[nodiscard]] bool legal() const { return addr % 4 == 0 && addr < kLegalEnd && strobes == 0xF; }
};

struct Read {
  std::uint32_t data, response;
  friend bool operator==(const Read&, const Read&) = default;
};

class Bench {
 public:
  Bench() {
    unit_->awvalid_i = unit_->wvalid_i = unit_->bready_i = unit_->arvalid_i = unit_->rready_i = 0;
    unit_->write_error_i = unit_->read_error_i = 0;
    unit_.reset();
  }

  /// One cycle; `busy` is the share of cycles in which a master offers or takes something.
  void cycle(int busy) {
    offer(busy);
    unit_.settle();
    // The register port answers within the cycle.
    unit_->write_error_i = unit_->write_addr_o >= kLegalEnd;
    unit_->read_error_i = unit_->read_addr_o >= kLegalEnd;
    unit_->read_data_i = memory_[unit_->read_addr_o / 4 % memory_.size()];
    unit_.settle();
    const bool write_taken = unit_->awvalid_i && unit_->awready_o;
    const bool read_taken = unit_->arvalid_i && unit_->arready_o;
    if (write_taken != (unit_->wvalid_i && unit_->wready_o)) FAIL("address and data are not taken together");
    bool refused = false;
    if (write_taken) refused |= take_write();
    if (!write_taken && unit_->write_o) FAIL("write_o without a write");
    if (read_taken) refused |= take_read();
    if (read_taken != static_cast<bool>(unit_->read_o)) FAIL("read_o = " << int{unit_->read_o});
    if (refused != static_cast<bool>(unit_->refused_o)) FAIL("refused_o = " << int{unit_->refused_o});
    if (unit_->bvalid_o && unit_->bready_i) check_response();
    if (unit_->rvalid_o && unit_->rready_i) check_read();
    // The memory changes with the clock edge, after this cycle's read.
    if (unit_->write_o && !unit_->write_error_i) memory_[unit_->write_addr_o / 4] = unit_->write_data_o;
    unit_.tick();
    if (write_taken) write_.reset(), address_offered_ = data_offered_ = false;
    if (read_taken) read_address_.reset();
  }

  std::size_t writes = 0, reads = 0;
  Random random;

 private:
  void offer(int busy) {
    if (!write_ && random.chance(busy)) write_ = random_write();
    if (!read_address_ && random.chance(busy)) read_address_ = random_address();
    // Address and data of a write come in either order, and stay.
    address_offered_ = address_offered_ || (write_ && random.chance(50));
    data_offered_ = data_offered_ || (write_ && random.chance(50));
    unit_->awvalid_i = address_offered_;
    unit_->wvalid_i = data_offered_;
    const auto byte = [](std::uint32_t value) { return static_cast<std::uint8_t>(value); };
    unit_->awaddr_i = byte(address_offered_ ? write_->addr : random_address());
    unit_->wdata_i = data_offered_ ? write_->data : random.word();
    unit_->wstrb_i = byte(data_offered_ ? write_->strobes : random.word() & 0xF);
    unit_->arvalid_i = read_address_.has_value();
    unit_->araddr_i = byte(read_address_ ? *read_address_ : random_address());
    unit_->bready_i = random.chance(busy);
    unit_->rready_i = random.chance(busy);
  }

  std::uint32_t random_address() {
    const auto addr = static_cast<std::uint32_t>(random.between(0, 0x7F));
    return random.chance(90) ? addr & ~3U : addr;
  }
  Write random_write() {
    return {random_address(), random.word(),
            random.chance(80) ? 0xFU : static_cast<std::uint32_t>(random.between(0, 15))};
  }

  bool take_write() {
    const bool port_objects = write_->addr >= kLegalEnd;
    const bool whole = write_->addr % 4 == 0 && write_->strobes == 0xF;
    if (static_cast<bool>(unit_->write_o) != whole) FAIL("write_o = " << int{unit_->write_o});
    if (whole && (unit_->write_addr_o != write_->addr || unit_->write_data_o != write_->data)) FAIL("wrong write");
    responses_.push_back(write_->legal() ? 0 : kSlaveError);
    return port_objects || !whole;
  }
  bool take_read() {
    const bool legal = *read_address_ % 4 == 0 && *read_address_ < kLegalEnd;
    read_data_.push_back(legal ? Read{memory_[*read_address_ / 4], 0} : Read{0, kSlaveError});
    return !legal;
  }
  void check_response() {
    if (responses_.empty()) FAIL("a response without a write");
    if (unit_->bresp_o != responses_.front()) FAIL("bresp_o = " << int{unit_->bresp_o});
    responses_.pop_front();
    ++writes;
  }
  void check_read() {
    if (read_data_.empty()) FAIL("data without a read");
    const Read read{unit_->rdata_o, unit_->rresp_o};
    if (!(read == read_data_.front())) FAIL("read " << hex_text(read.data) << ", response " << read.response);
    read_data_.pop_front();
    ++reads;
  }

  Unit<VAxil> unit_;
  std::array<std::uint32_t, kLegalEnd / 4> memory_{};
  std::optional<Write> write_;
  std::optional<std::uint32_t> read_address_;
  bool address_offered_ = false, data_offered_ = false;
  std::deque<std::uint32_t> responses_;
  std::deque<Read> read_data_;
};

}  // namespace

TEST_CASE("axil: random traffic against a memory", "[rtl][axil]") {
  Bench bench;
  for (int phase = 0; phase < 200; ++phase) {
    const int busy = static_cast<int>(bench.random.between(1, 4)) * 25;
    for (int i = 0; i < 300; ++i) bench.cycle(busy);
  }
  CHECK(bench.writes > 10'000);
  CHECK(bench.reads > 10'000);
}

TEST_CASE("axil: a read per cycle", "[rtl][axil]") {
  Bench bench;
  for (int i = 0; i < 10; ++i) bench.cycle(100);
  const std::size_t before = bench.reads;
  for (int i = 0; i < 1000; ++i) bench.cycle(100);
  CHECK(bench.reads - before == 1000);
}

}  // namespace bcq::test
