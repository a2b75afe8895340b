#include "bcq/sim/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace bcq::sim {
namespace {

/// `text` with `escape` before every `special`.
std::string escaped(const std::string& text, char special, char escape) {
  std::string out;
  for (const char c : text) {
    if (c == special) out += escape;
    out += c;
  }
  return out;
}

}  // namespace

std::string grouped(std::uint64_t value) {
  if (value < 1000) return fmt::format("{}", value);
  return fmt::format("{},{:03}", grouped(value / 1000), value % 1000);
}

std::string counted(std::size_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string number_text(double value) {
  // The sign of a NaN means nothing and differs between machines.
  return std::isnan(value) ? "nan" : fmt::format("{}", value);
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (const std::string& cell : cells) {
    const bool plain = cell.find_first_of(",\"\r\n") == std::string::npos;
    out += plain ? cell : '"' + escaped(cell, '"', '"') + '"';
    out += ',';
  }
  out.back() = '\n';
  return out;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) out += ' ' + escaped(cell, '|', '\\') + " |";
  return out + '\n';
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.3f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3f} ms", seconds * 1e3);
  return fmt::format("{:.3f} s", seconds);
}

}  // namespace bcq::sim
