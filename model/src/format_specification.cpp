// From what a user types to a format.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "bcq/error.hpp"
#include "bcq/format_table.hpp"
#include "bcq/text.hpp"

namespace bcq {
namespace {

template <class Rows>
std::string names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(row.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

[[noreturn]] void refuse_format(std::string_view specification, const std::string& problem) {
  throw InputError(fmt::format("format '{}': {}", printable(specification), problem));
}

template <class Row>
const Row& find_row(std::string_view specification, std::span<const Row> rows, std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return row;
  }
  refuse_format(specification, fmt::format("there is no '{}'; use {}", printable(name), names_of(rows)));
}

/// The part up to the next `separator`, taken off `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

double parse_value(std::string_view specification, const FormatParameter& parameter, std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = value == std::trunc(value) || !parameter.integer;
  if (error == std::errc() && end == text.data() + text.size() && whole && value >= parameter.lowest &&
      value <= parameter.highest) {
    return value;
  }
  refuse_format(specification,
                fmt::format("{} = {}: {}; give {} from {} to {}", parameter.name, printable(text), parameter.help,
                            parameter.integer ? "a whole number" : "a number", parameter.lowest, parameter.highest));
}

/// Parses `[PARAMETER=VALUE][:PARAMETER=VALUE]…` over the defaults.
FormatArguments parse_arguments(std::string_view specification, std::string_view text,
                                std::span<const FormatParameter> parameters) {
  FormatArguments arguments;
  for (const FormatParameter& parameter : parameters) arguments.values.emplace(parameter.name, parameter.value);
  while (!text.empty()) {
    std::string_view value = take(text, ':');
    const std::string_view name = take(value, '=');
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
    if (found == parameters.end()) {
      refuse_format(specification,
                    parameters.empty()
                        ? fmt::format("it has no parameter '{}', nor any other; leave it out", printable(name))
                        : fmt::format("it has no parameter '{}'; use {}", printable(name), names_of(parameters)));
    }
    arguments.values.find(name)->second = parse_value(specification, *found, value);
  }
  return arguments;
}

/// " block=32 bits=4" for the title.
std::string argument_text(std::string_view text) {
  std::string out;
  while (!text.empty()) out += fmt::format(" {}", take(text, ':'));
  return out;
}

}  // namespace

double FormatArguments::real(std::string_view name) const {
  return values.find(name)->second;
}

int FormatArguments::integer(std::string_view name) const {
  return static_cast<int>(real(name));
}

std::size_t FormatArguments::count(std::string_view name) const {
  return static_cast<std::size_t>(real(name));
}

bool FormatArguments::flag(std::string_view name) const {
  return real(name) != 0.0;
}

NamedFormat make_format(std::string_view specification, const std::filesystem::path& codebooks) {
  std::string_view rest = specification;
  std::string_view base = take(rest, '+');
  const FormatEntry& entry = find_row(specification, format_table(), take(base, ':'));
  FormatArguments arguments = parse_arguments(specification, base, entry.parameters);
  arguments.codebooks = codebooks;
  NamedFormat out{std::string(specification), std::string(entry.title) + argument_text(base), entry.make(arguments)};
  while (!rest.empty()) {
    std::string_view part = take(rest, '+');
    const FormatModifier& modifier = find_row(specification, modifier_table(), take(part, ':'));
    const FormatArguments modifier_arguments = parse_arguments(specification, part, modifier.parameters);
    out.title += fmt::format(" + {}{}", modifier.title, argument_text(part));
    out.formats.weight = modifier.wrap(out.formats.weight, modifier_arguments);
    out.formats.activation = modifier.wrap(out.formats.activation, modifier_arguments);
  }
  return out;
}

}  // namespace bcq
