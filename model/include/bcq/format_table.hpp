// The table of formats: every number format that bcq knows, by name.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bcq/format.hpp"

namespace bcq {

/// A format for each operand of a GEMM; most formats use one for both.
struct OperandFormats {
  std::shared_ptr<const Format> weight;
  std::shared_ptr<const Format> activation;
};

/// What a user may set about a format: `name=value` behind the format's name.
struct FormatParameter {
  std::string_view name;
  double value;  ///< the default
  double lowest, highest;
  std::string_view help;  ///< what it is, with its unit
  bool integer = true;
};

/// Values of all parameters of an entry, each within its range; and what the surroundings provide.
struct FormatArguments {
  std::map<std::string, double, std::less<>> values;
  std::filesystem::path codebooks;  ///< folder of the universal LO-BCQ codebooks

  [[nodiscard]] double real(std::string_view name) const;
  [[nodiscard]] int integer(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
};

/// A row of the table.
struct FormatEntry {
  std::string_view name;    ///< as users type it: lower case, "nvfp4"
  std::string_view title;   ///< as people write it: "NVFP4"
  std::string_view what;    ///< elements and scales in a few words
  std::string_view source;  ///< the specification or paper that defines it
  std::vector<FormatParameter> parameters;
  std::function<OperandFormats(const FormatArguments&)> make;
};

/// All formats, in the order of docs/formats.md.
[[nodiscard]] std::span<const FormatEntry> format_table();

/// Something that can be done on top of any format, `+name` behind its specification.
struct FormatModifier {
  std::string_view name, title, what, source;
  std::vector<FormatParameter> parameters;
  std::function<std::shared_ptr<const Format>(std::shared_ptr<const Format>, const FormatArguments&)> wrap;
};

[[nodiscard]] std::span<const FormatModifier> modifier_table();

/// A format with its parameters set.
struct NamedFormat {
  std::string name;   ///< the specification, parameters as given: "nf4:block=32+opq"
  std::string title;  ///< "NF4 block=32 + OPQ"
  OperandFormats formats;
};

/// Makes a format from its specification `NAME[:PARAMETER=VALUE]…[+MODIFIER[:PARAMETER=VALUE]…]…`. Throws InputError
/// that names the part at fault and what is known instead. `codebooks` is the folder of the universal codebooks.
[[nodiscard]] NamedFormat make_format(std::string_view specification, const std::filesystem::path& codebooks);

}  // namespace bcq
