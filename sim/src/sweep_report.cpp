#include "bcq/sim/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "bcq/sim/compare_report.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/text.hpp"

namespace bcq::sim {
namespace {

using nlohmann::ordered_json;

/// A number of a point as a table prints it, and the table's heading.
struct Column {
  std::string heading;
  std::function<std::string(const SweepPoint&)> text;
};

std::vector<Column> columns() {
  std::vector<Column> out;
  out.push_back({"nominal bits per scalar",
                 [](const SweepPoint& point) { return fmt::format("{:.4f}", point.sum.weight.nominal_bits); }});
  for (const SweepQuantity& quantity : kSweepQuantities) {
    out.push_back({fmt::format("NMSE of {} (dB)", quantity.name),
                   [error = quantity.error](const SweepPoint& point) { return nmse_text(error(point.sum).nmse_db); }});
  }
  return out;
}

BcqFormat grid_format(int lb, int la, int nc) {
  return {lb, la, nc, kGridBc};
}

BcqFormat codeword_format(int bc) {
  BcqFormat format = kSweepCodewords;
  format.bc = bc;
  return format;
}

std::string codewords_heading() {
  return fmt::format("L_b = {}, L_A = {}, N_c = {}", kSweepCodewords.lb, kSweepCodewords.la, kSweepCodewords.nc);
}

std::string headline(const Sweep& sweep) {
  return fmt::format("LO-BCQ in sum of {}; codebooks calibrated on {}, seed {}, at most {} blocks, {}",
                     counted(sweep.layers.size(), "layer"),
                     sweep.options.local ? "every tensor by itself" : "all tensors together", sweep.options.seed,
                     grouped(sweep.options.max_blocks),
                     counted(static_cast<std::size_t>(sweep.options.restarts), "start"));
}

/// The grids of all L_A side by side: rows L_b, columns N_c.
std::string grid_text(const Sweep& sweep, const Column& column) {
  std::string out = fmt::format("{}, B_c = {}\n{:8}", column.heading, kGridBc, "");
  for (const int la : kSweepLa) out += fmt::format("{:>{}}", fmt::format("L_A = {}", la), 7 * kSweepNc.size());
  out += "\n  N_c   ";
  for (std::size_t i = 0; i < kSweepLa.size(); ++i) {
    for (const int nc : kSweepNc) out += fmt::format("{:>7}", nc);
  }
  for (const int lb : kSweepLb) {
    out += fmt::format("\n  L_b {:<2}", lb);
    for (const int la : kSweepLa) {
      for (const int nc : kSweepNc) out += fmt::format("{:>7}", column.text(sweep.at(grid_format(lb, la, nc))));
    }
  }
  return out + "\n\n";
}

std::string codewords_text(const Sweep& sweep) {
  std::string out = fmt::format("{}\n  {:<26}", codewords_heading(), "B_c");
  for (const int bc : kSweepBc) out += fmt::format("{:>8}", bc);
  for (const Column& column : columns()) {
    out += fmt::format("\n  {:<26}", column.heading);
    for (const int bc : kSweepBc) out += fmt::format("{:>8}", column.text(sweep.at(codeword_format(bc))));
  }
  return out + "\n\n";
}

/// "N_c 8 to 16 at L_b = 2, L_A = 64: -30.12 to -30.05 dB (+0.07)".
std::string violation_text(const Trend& trend, const Violation& violation) {
  std::string where;
  for (const Trend& other : kTrends) {
    if (other.member == trend.member) continue;
    where += fmt::format("{}{} = {}", where.empty() ? "" : ", ", other.parameter, violation.from.*other.member);
  }
  return fmt::format("{}: {} {} to {} at {}: {:.3f} to {:.3f} dB ({:+.3f})",
                     kSweepQuantities.at(violation.quantity).name, trend.parameter, violation.from.*trend.member,
                     violation.to.*trend.member, where, violation.from_db, violation.to_db,
                     violation.to_db - violation.from_db);
}

/// The violations in sum, one per line behind `bullet`.
std::string violations_text(const std::vector<TrendCheck>& checks, const char* bullet) {
  std::string out;
  for (const TrendCheck& check : checks) {
    for (const Violation& violation : check.violations) {
      if (violation.layer == Violation::kSum)
        out += fmt::format("{}{}\n", bullet, violation_text(check.trend, violation));
    }
  }
  return out;
}

/// Trend, and violations by steps: in sum and in the layers.
std::vector<std::string> trend_cells(const TrendCheck& check, std::size_t layers) {
  const std::size_t in_sum = check.violated_in_sum();
  return {fmt::format("NMSE {}", check.trend.name), fmt::format("{} of {}", in_sum, check.steps),
          fmt::format("{} of {}", check.violations.size() - in_sum, check.steps * layers)};
}

ordered_json violation_json(const Sweep& sweep, const Violation& violation) {
  const bool in_sum = violation.layer == Violation::kSum;
  return {{"scope", in_sum ? "sum" : "layer"},
          {"layer", in_sum ? ordered_json(nullptr) : ordered_json(sweep.layers[violation.layer].name)},
          {"quantity", kSweepQuantities.at(violation.quantity).name},
          {"from", to_json(violation.from)},
          {"to", to_json(violation.to)},
          {"from_nmse_db", violation.from_db},
          {"to_nmse_db", violation.to_db}};
}

ordered_json point_json(const Sweep& sweep, const SweepPoint& point) {
  ordered_json layers = ordered_json::array();
  for (std::size_t l = 0; l < sweep.layers.size(); ++l) {
    layers.push_back({{"layer", sweep.layers[l].name}, {"file", sweep.layers[l].file}});
    layers.back().update(to_json(point.layers[l]));
  }
  return {{"format", to_json(point.format)}, {"sum", to_json(point.sum)}, {"layers", layers}};
}

std::string csv_row(const std::string& scope, const SweepLayer& layer, const BcqFormat& format,
                    const Measure& measure) {
  std::vector<std::string> cells{scope,
                                 layer.name,
                                 layer.file,
                                 std::to_string(format.lb),
                                 std::to_string(format.la),
                                 std::to_string(format.nc),
                                 std::to_string(format.bc)};
  std::ranges::copy(csv_cells(measure), std::back_inserter(cells));
  return csv_line(cells);
}

std::string grid_markdown(const Sweep& sweep, const Column& column) {
  std::vector<std::string> heading{"L_A", "L_b"};
  std::string rule = "|--:|--:|";
  for (const int nc : kSweepNc) {
    heading.push_back(fmt::format("N_c = {}", nc));
    rule += "--:|";
  }
  std::string out = fmt::format("{}, B_c = {}:\n\n{}{}\n", column.heading, kGridBc, markdown_row(heading), rule);
  for (const int la : kSweepLa) {
    for (const int lb : kSweepLb) {
      std::vector<std::string> cells{std::to_string(la), std::to_string(lb)};
      for (const int nc : kSweepNc) cells.push_back(column.text(sweep.at(grid_format(lb, la, nc))));
      out += markdown_row(cells);
    }
  }
  return out + '\n';
}

std::string codewords_markdown(const Sweep& sweep) {
  std::vector<std::string> heading{"B_c"};
  for (const Column& column : columns()) heading.push_back(column.heading);
  std::string out = fmt::format("{}:\n\n{}|--:|--:|--:|--:|--:|\n", codewords_heading(), markdown_row(heading));
  for (const int bc : kSweepBc) {
    std::vector<std::string> cells{std::to_string(bc)};
    for (const Column& column : columns()) cells.push_back(column.text(sweep.at(codeword_format(bc))));
    out += markdown_row(cells);
  }
  return out + '\n';
}

}  // namespace

std::string to_table(const Sweep& sweep) {
  std::string out = headline(sweep) + "\n\n";
  for (const Column& column : columns()) out += grid_text(sweep, column);
  out += codewords_text(sweep);
  const auto checks = check_trends(sweep);
  out += fmt::format("{:<22}{:>20}{:>24}\n", "trend in the grid", "violated in sum", "violated in layers");
  for (const TrendCheck& check : checks) {
    const auto cells = trend_cells(check, sweep.layers.size());
    out += fmt::format("{:<22}{:>20}{:>24}\n", cells[0], cells[1], cells[2]);
  }
  return out + violations_text(checks, "  ");
}

ordered_json to_json(const Sweep& sweep) {
  ordered_json layers = ordered_json::array(), points = ordered_json::array(), trends = ordered_json::array();
  for (const SweepLayer& layer : sweep.layers) layers.push_back({{"layer", layer.name}, {"file", layer.file}});
  for (const SweepPoint& point : sweep.points) points.push_back(point_json(sweep, point));
  for (const TrendCheck& check : check_trends(sweep)) {
    ordered_json violations = ordered_json::array();
    for (const Violation& violation : check.violations) violations.push_back(violation_json(sweep, violation));
    trends.push_back({{"trend", check.trend.name}, {"steps", check.steps}, {"violations", violations}});
  }
  return {{"local", sweep.options.local},
          {"max_blocks", sweep.options.max_blocks},
          {"restarts", sweep.options.restarts},
          {"layers", layers},
          {"points", points},
          {"trends", trends}};
}

std::string to_csv(const Sweep& sweep) {
  std::vector<std::string> names{"scope", "layer", "file", "lb", "la", "nc", "bc"};
  std::ranges::copy(csv_columns(), std::back_inserter(names));
  std::string out = csv_line(names);
  for (const SweepPoint& point : sweep.points) {
    for (std::size_t l = 0; l < sweep.layers.size(); ++l)
      out += csv_row("layer", sweep.layers[l], point.format, point.layers[l]);
  }
  for (const SweepPoint& point : sweep.points) out += csv_row("sum", {}, point.format, point.sum);
  return out;
}

std::string to_markdown(const Sweep& sweep) {
  std::string out = headline(sweep) + ".\n\n";
  for (const Column& column : columns()) out += grid_markdown(sweep, column);
  out += codewords_markdown(sweep);
  out += markdown_row({"trend in the grid", "violated in sum", "violated in layers"}) + "|---|--:|--:|\n";
  const auto checks = check_trends(sweep);
  for (const TrendCheck& check : checks) out += markdown_row(trend_cells(check, sweep.layers.size()));
  const std::string violations = violations_text(checks, "- ");
  return violations.empty() ? out : out + "\nViolations in sum:\n\n" + violations;
}

}  // namespace bcq::sim
