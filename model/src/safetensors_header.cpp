#include "safetensors_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "file_error.hpp"

namespace bcq {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRewrite = "write the file again, e.g. with the Python package safetensors";
constexpr std::size_t kMaxRank = 64;  ///< of a tensor; a bound on memory, far above any real one

struct Dtype {
  std::string_view name;
  std::size_t bits;
};

/// All types that safetensors 0.8 defines. The model uses a few; the others may stand beside them in a file.
constexpr std::array kDtypes = {
    Dtype{"BOOL", 8},        Dtype{"F4", 4},      Dtype{"F6_E2M3", 6}, Dtype{"F6_E3M2", 6}, Dtype{"U8", 8},
    Dtype{"I8", 8},          Dtype{"F8_E5M2", 8}, Dtype{"F8_E4M3", 8}, Dtype{"F8_E8M0", 8}, Dtype{"F8_E4M3FNUZ", 8},
    Dtype{"F8_E5M2FNUZ", 8}, Dtype{"I16", 16},    Dtype{"U16", 16},    Dtype{"F16", 16},    Dtype{"BF16", 16},
    Dtype{"I32", 32},        Dtype{"U32", 32},    Dtype{"F32", 32},    Dtype{"C64", 64},    Dtype{"F64", 64},
    Dtype{"I64", 64},        Dtype{"U64", 64},
};

/// Builds the header from the events of the JSON parser: whatever does not belong is refused where it stands, so a
/// hostile header costs no more memory than the honest part before it, and repeated keys are seen.
class HeaderBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderBuilder(const fs::path& file, std::size_t data_size) : file_(file), data_size_(data_size) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop) {
      place_ = name_ == kSafetensorsMetadataKey ? Place::kMetadata : Place::kTensor;
      entry_ = {};
      fields_seen_.clear();
      offsets_.clear();
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool key(std::string& text) override {
    if (place_ == Place::kTop) {
      name_ = text;
      const bool repeated =
          name_ == kSafetensorsMetadataKey ? std::exchange(metadata_seen_, true) : header_.tensors.contains(name_);
      if (repeated) fail("name occurs twice");
      return true;
    }
    key_ = text;
    if (place_ == Place::kMetadata) {
      if (header_.metadata.contains(key_)) fail("key occurs twice");
      return true;
    }
    if (key_ != "dtype" && key_ != "shape" && key_ != "data_offsets") fail("field is not part of the format");
    if (std::find(fields_seen_.begin(), fields_seen_.end(), key_) != fields_seen_.end()) fail("field occurs twice");
    fields_seen_.push_back(key_);
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::kMetadata) {
      header_.metadata.emplace(key_, text);
    } else if (place_ == Place::kTensor && key_ == "dtype") {
      entry_.dtype = text;
    } else {
      unexpected("a string");
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::kTensor || key_ == "dtype") unexpected("a list");
    place_ = Place::kList;
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ != Place::kList) unexpected("a number");
    std::vector<std::size_t>& list = key_ == "shape" ? entry_.shape : offsets_;
    if (list.size() == kMaxRank) fail(fmt::format("has more than {} entries", kMaxRank));
    list.push_back(value);
    return true;
  }

  bool end_array() override {
    place_ = Place::kTensor;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTensor) finish_tensor();
    place_ = place_ == Place::kTop ? Place::kEnd : Place::kTop;
    return true;
  }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a truth value"); }
  bool number_integer(std::int64_t value) override { unexpected(fmt::format("the number {}", value)); }
  bool number_float(double, const std::string& text) override {
    unexpected(fmt::format("the number {}", excerpt(text)));
  }
  bool binary(nlohmann::json::binary_t&) override { unexpected("binary data"); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    refuse(file_, "header", fmt::format("is not valid JSON at byte {}", position), kRewrite);
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kTensor, kList, kEnd };

  [[nodiscard]] std::string field() const {
    if (place_ == Place::kStart) return "header";
    if (place_ == Place::kMetadata) return fmt::format("metadata '{}'", excerpt(key_));
    if (place_ == Place::kTop) return fmt::format("tensor '{}'", excerpt(name_));
    return fmt::format("tensor '{}' {}", excerpt(name_), excerpt(key_));
  }

  [[noreturn]] void fail(std::string_view problem) const { refuse(file_, field(), problem, kRewrite); }

  [[noreturn]] void unexpected(std::string_view what) const {
    const char* expected = "an object";
    if (place_ == Place::kMetadata) expected = "a string";
    if (place_ == Place::kTensor) expected = key_ == "dtype" ? "a string" : "a list";
    if (place_ == Place::kList) expected = "a non-negative integer";
    fail(fmt::format("{} stands where {} is expected", what, expected));
  }

  /// Bytes of a tensor of the entry's type and shape.
  std::size_t stored_bytes() {
    key_ = "dtype";
    const auto* dtype =
        std::find_if(kDtypes.begin(), kDtypes.end(), [this](const Dtype& d) { return d.name == entry_.dtype; });
    if (dtype == kDtypes.end()) fail(fmt::format("type '{}' is not known", excerpt(entry_.dtype)));
    key_ = "shape";
    std::size_t bits = dtype->bits;
    for (const std::size_t extent : entry_.shape) {
      if (__builtin_mul_overflow(bits, extent, &bits)) fail(shape_text(entry_.shape) + " is larger than any file");
    }
    if (bits % 8 != 0) fail(fmt::format("{} of {} is no whole number of bytes", shape_text(entry_.shape), dtype->name));
    return bits / 8;
  }

  void finish_tensor() {
    for (const char* required : {"dtype", "shape", "data_offsets"}) {
      key_ = required;
      if (std::find(fields_seen_.begin(), fields_seen_.end(), key_) == fields_seen_.end()) fail("field is missing");
    }
    const std::size_t bytes = stored_bytes();
    key_ = "data_offsets";
    if (offsets_.size() != 2) fail(fmt::format("{} is not [begin, end]", shape_text(offsets_)));
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    if (entry_.begin > entry_.end) fail(fmt::format("{} ends before it begins", shape_text(offsets_)));
    if (entry_.end > data_size_) {
      fail(fmt::format("{} exceeds the {} data bytes of the file", shape_text(offsets_), data_size_));
    }
    if (entry_.end - entry_.begin != bytes) {
      fail(fmt::format("{} holds {} bytes where {} {} takes {}", shape_text(offsets_), entry_.end - entry_.begin,
                       entry_.dtype, shape_text(entry_.shape), bytes));
    }
    header_.tensors.emplace(name_, std::move(entry_));
  }

  const fs::path& file_;
  std::size_t data_size_;
  SafetensorsHeader header_;
  Place place_ = Place::kStart;
  std::string name_;  ///< of the tensor being read
  std::string key_;   ///< of its field, or of the metadata
  bool metadata_seen_ = false;
  TensorEntry entry_;
  std::vector<std::string> fields_seen_;
  std::vector<std::size_t> offsets_;
};

/// The specification permits neither gaps nor overlaps: both can hide data.
void check_coverage(const fs::path& file, const SafetensorsHeader& header, std::size_t data_size) {
  using Named = std::pair<const std::string, TensorEntry>;
  std::vector<const Named*> order;
  for (const Named& named : header.tensors) order.push_back(&named);
  std::sort(order.begin(), order.end(), [](const Named* a, const Named* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::size_t covered = 0;
  for (const Named* named : order) {
    const TensorEntry& entry = named->second;
    if (entry.begin != covered) {
      const char* what = entry.begin < covered ? "overlaps the tensor before it" : "leaves a gap before it";
      refuse(file, fmt::format("tensor '{}' data_offsets", excerpt(named->first)),
             fmt::format("begins at {} where {} is expected: it {}", entry.begin, covered, what), kRewrite);
    }
    covered = entry.end;
  }
  if (covered != data_size) {
    refuse(file, "data", fmt::format("has {} bytes of which the tensors cover {}", data_size, covered), kRewrite);
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(const fs::path& file, std::string_view json, std::size_t data_size) {
  if (json.empty() || json.front() != '{') refuse(file, "header", "does not begin with '{'", kRewrite);
  HeaderBuilder builder(file, data_size);
  nlohmann::json::sax_parse(json, &builder);
  SafetensorsHeader header = builder.take();
  check_coverage(file, header, data_size);
  return header;
}

}  // namespace bcq
