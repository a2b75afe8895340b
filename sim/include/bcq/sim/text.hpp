// Numbers for people, tables for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bcq::sim {

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t value);

/// "1 layer", "15 layers".
[[nodiscard]] std::string counted(std::size_t count, const std::string& noun);

/// Seconds with three decimals, in us, ms or s.
[[nodiscard]] std::string time_text(double seconds);

/// The shortest digits that read back as the same number; "inf", "-inf", "nan".
[[nodiscard]] std::string number_text(double value);

/// A line of a CSV file: cells with a comma, a quote or a line end are quoted as RFC 4180 says; lines end with "\n".
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

/// A row of a Markdown table; bars within cells are escaped.
[[nodiscard]] std::string markdown_row(const std::vector<std::string>& cells);

}  // namespace bcq::sim
