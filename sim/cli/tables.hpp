// Parts of reports that several commands print.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "bcq/codebook.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/tensor.hpp"

namespace bcq::cli {

/// "label       text\n", the label padded.
[[nodiscard]] std::string line(std::string_view label, std::string_view text);

/// Every parameter of an architecture.
[[nodiscard]] std::string arch_table(const sim::Arch& arch);

/// One line per codebook.
[[nodiscard]] std::string codebooks_table(const CodebookSet& set);
[[nodiscard]] nlohmann::ordered_json codebooks_json(const CodebookSet& set);

/// Shape and bits per scalar of a packed tensor.
[[nodiscard]] std::string tensor_table(const BcqTensor& tensor);
[[nodiscard]] nlohmann::ordered_json tensor_json(const BcqTensor& tensor);

/// One indented line per entry; nothing for no entries.
[[nodiscard]] std::string metadata_table(const std::map<std::string, std::string>& metadata);

}  // namespace bcq::cli
