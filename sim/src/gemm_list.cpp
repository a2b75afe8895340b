#include "bcq/sim/gemm_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

#include "bcq/atomic_file.hpp"
#include "bcq/bcq_format.hpp"
#include "bcq/error.hpp"
#include "bcq/text.hpp"

namespace bcq::sim {
namespace {

using Cells = std::vector<std::string>;

constexpr std::size_t kFixed = 4;  ///< columns before the optional ones
constexpr std::array<const char*, kFixed> kColumns{"Layer", "M", "N", "K"};
constexpr const char* kHeader = "write the header Layer,M,N,K";

/// Where an error is.
struct Place {
  std::string file;
  std::size_t line = 0;

  [[noreturn]] void refuse(const std::string& column, const std::string& problem) const {
    throw InputError(fmt::format("{}:{}: {}: {}", file, line, column, problem));
  }
};

/// The optional columns, by position.
struct Columns {
  std::size_t all = kFixed;
  std::optional<std::size_t> count, sparsity;
};

std::string_view trimmed(std::string_view text) {
  constexpr const char* kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// A cell for an error message: quoted, on one line, not endless.
std::string shown(const std::string& cell) {
  constexpr std::size_t kLongest = 40;
  return fmt::format("\"{}{}\"", printable(std::string_view(cell).substr(0, kLongest)),
                     cell.size() > kLongest ? "..." : "");
}

/// Takes a quoted cell, quotes removed, from the front of `rest`; leaves what follows up to the comma.
std::string take_quoted(const Place& at, std::string_view& rest) {
  std::string cell;
  rest.remove_prefix(1);
  while (true) {
    const std::size_t quote = rest.find('"');
    if (quote == std::string_view::npos) at.refuse("quotes", "a cell is not closed on its line; add the quote");
    cell += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) break;
    cell += '"';
    rest.remove_prefix(1);
  }
  const std::string_view tail = trimmed(rest.substr(0, rest.find(',')));
  if (!tail.empty()) at.refuse("quotes", "text after a quoted cell; put it within the quotes, or a comma before it");
  return cell;
}

/// The cells of a line, trimmed, without the empty ones at its end: a comma there is SCALE-Sim's habit.
Cells split(const Place& at, std::string_view line) {
  Cells cells;
  std::string_view rest = line;
  while (true) {
    const std::string_view unpadded = trimmed(rest);
    if (unpadded.starts_with('"')) {
      rest = unpadded;
      cells.push_back(take_quoted(at, rest));
    } else {
      cells.emplace_back(trimmed(rest.substr(0, rest.find(','))));
    }
    const std::size_t comma = rest.find(',');
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  return cells;
}

/// Digits and nothing else. What exceeds 64 bits reads as the largest of them, which no column allows.
std::optional<std::size_t> whole_number(const std::string& text) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc() ? value : std::string::npos;
}

Columns read_header(const Place& at, const Cells& cells) {
  if (cells.size() >= kFixed && std::all_of(cells.begin() + 1, cells.begin() + kFixed, whole_number)) {
    at.refuse("header", fmt::format("missing, the file begins with a layer; {} above it", kHeader));
  }
  for (std::size_t i = 1; i < kFixed; ++i) {  // the first has many names: Layer, Layer name
    if (i >= cells.size())
      at.refuse(kColumns.at(i), fmt::format("missing column; {}, cells parted by commas", kHeader));
    if (lower(cells[i]) == lower(kColumns.at(i))) continue;
    at.refuse(kColumns.at(i),
              fmt::format("column {} is {}; {} (for a convolution: output pixels, filters, weights of a "
                          "filter)",
                          i + 1, shown(cells[i]), kHeader));
  }
  Columns columns;
  columns.all = cells.size();
  for (std::size_t i = kFixed; i < cells.size(); ++i) {
    const std::string name = lower(cells[i]);
    auto* column = name == "count" ? &columns.count : name == "sparsity" ? &columns.sparsity : nullptr;
    if (column == nullptr) {
      at.refuse(fmt::format("column {}", i + 1), shown(cells[i]) + " is unknown; after K use count or Sparsity");
    }
    if (column->has_value()) at.refuse(name, "named twice; drop one of the columns");
    *column = i;
  }
  return columns;
}

std::size_t number(const Place& at, const std::string& column, const std::string& cell, std::size_t largest,
                   const char* remedy) {
  if (cell.empty()) at.refuse(column, fmt::format("missing; write a whole number from 1 to {}", largest));
  const auto value = whole_number(cell);
  if (!value) at.refuse(column, fmt::format("{} is not a whole number; write e.g. 4096", shown(cell)));
  if (*value == 0) at.refuse(column, fmt::format("0 is no size; use 1 to {}, or drop the line", largest));
  if (*value > largest) at.refuse(column, fmt::format("{} is above {}; {}", shown(cell), largest, remedy));
  return *value;
}

/// SCALE-Sim v3 keeps N of M weights, written N:M.
void require_dense(const Place& at, const std::string& cell) {
  const std::size_t colon = cell.find(':');
  if (cell.empty() || (colon != std::string::npos && cell.substr(0, colon) == cell.substr(colon + 1))) return;
  at.refuse("Sparsity", fmt::format("{}: only dense GEMMs are computed; write 1:1 or drop the column", shown(cell)));
}

GemmShape read_shape(const Place& at, const Columns& columns, Cells cells) {
  if (cells.size() > columns.all) {
    at.refuse(fmt::format("column {}", columns.all + 1),
              fmt::format("{} is beyond the columns of the header; quote names with commas, write numbers without",
                          shown(cells[columns.all])));
  }
  cells.resize(columns.all);
  if (cells[0].empty()) at.refuse(kColumns[0], "missing; give the GEMM a name");
  if (columns.sparsity) require_dense(at, cells[*columns.sparsity]);
  GemmShape gemm;
  gemm.name = printable(cells[0]);
  gemm.m = number(at, "M", cells[1], kMaxGemmSide, "split M into several GEMMs");
  gemm.n = number(at, "N", cells[2], kMaxGemmSide, "split N into several GEMMs");
  gemm.k = number(at, "K", cells[3], kMaxK, "split K into several GEMMs and add their results");
  if (columns.count && !cells[*columns.count].empty()) {
    gemm.count = number(at, "count", cells[*columns.count], kMaxGemmSide, "split it over several lines");
  }
  return gemm;
}

}  // namespace

double macs(const GemmShape& gemm) {
  return static_cast<double>(gemm.m) * static_cast<double>(gemm.n) * static_cast<double>(gemm.k) *
         static_cast<double>(gemm.count);
}

double macs(const GemmList& list) {
  double sum = 0;
  for (const GemmShape& gemm : list.gemms) sum += macs(gemm);
  return sum;
}

GemmList read_gemm_list(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());

  GemmList list{path.stem().string(), {}, {}};
  std::optional<Columns> columns;
  Place at{path.string()};
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++at.line;
    const Cells cells = split(at, line);
    if (cells.empty()) continue;
    if (!columns) {
      columns = read_header(at, cells);
    } else {
      list.gemms.push_back(read_shape(at, *columns, cells));
    }
  }
  if (!columns)
    throw InputError(fmt::format("{}: header: the file is empty; {} and a line per GEMM", at.file, kHeader));
  if (list.gemms.empty()) at.refuse("layers", "none under the header; add a line per GEMM, e.g. ffn_up,64,512,256");
  return list;
}

}  // namespace bcq::sim
