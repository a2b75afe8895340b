// Formats side by side: errors, sums, the Pareto front, order, and the tables made of them.
#include "bcq/sim/compare.hpp"

#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/compare_report.hpp"
#include "bcq/sim/text.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Decodes to one value, whatever it is given; three bits per scalar.
class Constant final : public Format {
 public:
  explicit Constant(float value) : value_(value) {}

  [[nodiscard]] EncodedTensor quantize(const Matrix<float>& x) const override {
    return {x.rows(), x.cols(), {{{"element", 3, 1}, Matrix<std::uint32_t>(x.rows(), x.cols())}}};
  }
  [[nodiscard]] Matrix<float> dequantize(const EncodedTensor& encoded) const override {
    return Matrix<float>(encoded.rows, encoded.k, value_);
  }
  [[nodiscard]] double nominal_bits() const override { return 2.5; }

 private:
  float value_;
};

Measure measure_constant(const Layer& layer, float value) {
  const auto format = std::make_shared<Constant>(value);
  return measure_format(layer, reference_gemm(layer.activation, layer.weight), {format, format});
}

Layer constant_layer(float weight, float activation) {
  return {"layer", Matrix<float>(3, 4, weight), Matrix<float>(2, 4, activation)};
}

/// A measure with that many bits in 100 scalars of either operand and that NMSE everywhere.
Measure measure_of(std::size_t bits, double nmse_db, double max_abs_error = 1) {
  const OperandMeasure operand{100, bits, static_cast<double>(bits) / 100, {nmse_db, max_abs_error}};
  return {operand, operand, {nmse_db, max_abs_error}};
}

ComparedFormat row_of(const std::string& name, std::size_t bits, double nmse_db) {
  return {name, name, measure_of(bits, nmse_db)};
}

std::string names_of(const std::vector<ComparedFormat>& rows) {
  std::string out;
  for (const ComparedFormat& row : rows) out += row.name;
  return out;
}

std::string front_of(std::vector<ComparedFormat> rows) {
  mark_front(rows);
  std::erase_if(rows, [](const auto& row) { return !row.front; });
  return names_of(rows);
}

}  // namespace

TEST_CASE("A format is measured on weight, activation and output", "[compare]") {
  const Measure measure = measure_constant(constant_layer(2, 4), 1);
  CHECK(measure.weight.stored_bits == 3 * 12);
  CHECK(measure.activation.stored_bits == 3 * 8);
  CHECK(measure.weight.bits_per_scalar() == 3.0);
  CHECK(measure.bits_per_scalar() == 3.0);
  CHECK(measure.weight.nominal_bits == 2.5);
  // Errors 1 of 2, 3 of 4; the output is 4 instead of 4 * 2 * 4.
  CHECK(measure.weight.error.nmse_db == Approx(20 * std::log10(1.0 / 2)));
  CHECK(measure.activation.error.nmse_db == Approx(20 * std::log10(3.0 / 4)));
  CHECK(measure.output.nmse_db == Approx(20 * std::log10(28.0 / 32)));
  CHECK(measure.weight.error.max_abs_error == 1);
  CHECK(measure.activation.error.max_abs_error == 3);
  CHECK(measure.output.max_abs_error == 28);
}

TEST_CASE("Weight and activation may have formats of their own", "[compare]") {
  const Layer layer = constant_layer(2, 4);
  const Measure measure = measure_format(layer, reference_gemm(layer.activation, layer.weight),
                                         {std::make_shared<Constant>(2.0F), std::make_shared<Constant>(3.0F)});
  CHECK(measure.weight.error.nmse_db == -kInfinity);
  CHECK(measure.activation.error.max_abs_error == 1);
  CHECK(measure.output.max_abs_error == 8);
}

TEST_CASE("Degenerate layers have defined errors", "[compare]") {
  SECTION("a zero tensor that comes back is exact") {
    const Measure measure = measure_constant(constant_layer(0, 0), 0);
    CHECK(measure.weight.error.nmse_db == -kInfinity);
    CHECK(measure.output.nmse_db == -kInfinity);
    CHECK(measure.output.max_abs_error == 0);
  }
  SECTION("a zero tensor that does not is infinitely wrong") {
    const Measure measure = measure_constant(constant_layer(0, 0), 1);
    CHECK(measure.weight.error.nmse_db == kInfinity);
    CHECK(measure.output.nmse_db == kInfinity);
    CHECK(measure.output.max_abs_error == 4);
  }
  SECTION("an approximation that overflows is infinitely wrong") {
    const Measure measure = measure_constant(constant_layer(1, 1), FLT_MAX);
    CHECK(std::isfinite(measure.weight.error.nmse_db));
    CHECK(measure.output.nmse_db == kInfinity);
    CHECK(measure.output.max_abs_error == kInfinity);
  }
  SECTION("an output that overflows by itself has no error") {
    const Measure measure = measure_constant(constant_layer(FLT_MAX, FLT_MAX), FLT_MAX);
    CHECK(measure.weight.error.nmse_db == -kInfinity);
    CHECK(std::isnan(measure.output.nmse_db));
    CHECK(std::isnan(measure.output.max_abs_error));
  }
}

TEST_CASE("In sum bits are added, linear NMSE is averaged and the largest error counts", "[compare]") {
  const Measure small{{10, 40, 4, {-10, 3}}, {30, 150, 5, {-20, 1}}, {-kInfinity, 0}};
  const Measure large{{90, 450, 4, {-20, 2}}, {70, 300, 5, {-20, 5}}, {-10, 7}};
  const Measure sum = sum_of(std::array{small, large});
  CHECK(sum.weight.scalars == 100);
  CHECK(sum.weight.stored_bits == 490);
  CHECK(sum.weight.bits_per_scalar() == 4.9);
  CHECK(sum.bits_per_scalar() == 9.4 / 2);
  CHECK(sum.weight.nominal_bits == 4);
  CHECK(sum.activation.nominal_bits == 5);
  CHECK(sum.weight.error.nmse_db == Approx(10 * std::log10((0.1 + 0.01) / 2)));
  CHECK(sum.activation.error.nmse_db == Approx(-20));
  CHECK(sum.output.nmse_db == Approx(10 * std::log10(0.1 / 2)));
  CHECK(sum.weight.error.max_abs_error == 3);
  CHECK(sum.output.max_abs_error == 7);
}

TEST_CASE("The mean of NMSE is exact, infinite or undefined as its layers are", "[compare]") {
  CHECK(mean_db(std::array{-kInfinity, -kInfinity}) == -kInfinity);
  CHECK(mean_db(std::array{-kInfinity, kInfinity, -10.0}) == kInfinity);
  CHECK(std::isnan(mean_db(std::array{-10.0, kNan})));
  CHECK(std::isnan(sum_of(std::array{measure_of(1, kNan, kNan), measure_of(1, -5, 2)}).output.max_abs_error));
}

TEST_CASE("The Pareto front has what nothing beats", "[compare]") {
  // b is worse than a at equal bits, d worse than c with more bits.
  CHECK(front_of({row_of("a", 400, -20), row_of("b", 400, -19), row_of("c", 500, -30), row_of("d", 600, -29)}) == "ac");
  CHECK(front_of({row_of("a", 400, -20), row_of("b", 400, -20), row_of("c", 300, -20)}) == "c");
  CHECK(front_of({row_of("a", 400, -20), row_of("b", 400, -20)}) == "ab");
  CHECK(front_of({row_of("a", 3200, -kInfinity), row_of("b", 1600, -kInfinity), row_of("c", 400, 3)}) == "bc");
  CHECK(front_of({row_of("a", 100, kInfinity), row_of("b", 50, kNan), row_of("c", 400, -9)}) == "c");
  CHECK(front_of({row_of("a", 100, kNan)}).empty());
}

TEST_CASE("Rows are sorted best first, equal ones by bits, and what has no NMSE comes last", "[compare]") {
  std::vector<ComparedFormat> rows{row_of("a", 500, -20), row_of("n", 1, kNan),       row_of("b", 400, -20),
                                   row_of("c", 500, -20), row_of("e", 9, -kInfinity), row_of("d", 450, -3)};
  sort_rows(rows, SortKey::kOutput);
  CHECK(names_of(rows) == "ebacdn");
  sort_rows(rows, SortKey::kBits);
  CHECK(names_of(rows) == "nebdac");
  rows = {row_of("a", 1, -10), row_of("b", 1, -20), row_of("c", 1, -30)};
  rows[0].measure.weight.error.nmse_db = -50;
  rows[1].measure.activation.error.nmse_db = -50;
  sort_rows(rows, SortKey::kWeight);
  CHECK(names_of(rows) == "acb");
  sort_rows(rows, SortKey::kActivation);
  CHECK(names_of(rows) == "bca");
}

TEST_CASE("A list of formats keeps its order, and `all` is the whole table", "[compare]") {
  const auto list = formats_of("bf16,fp32,bf16", ".");
  REQUIRE(list.size() == 2);
  CHECK(list[0].name == "bf16");
  CHECK(list[1].name == "fp32");
  const auto reversed = formats_of("bf16,fp32", ".");
  CHECK(reversed.size() == 2);
  CHECK_THROWS_AS(formats_of("", "."), InputError);
  CHECK_THROWS_AS(formats_of("fp32,", "."), InputError);
  CHECK_THROWS_AS(formats_of("fp32,no-such-format", "."), InputError);
}

TEST_CASE("Tables stay within 120 columns and say what has no number", "[compare]") {
  Comparison comparison;
  comparison.sum = {row_of("short", 400, -20),
                    row_of(std::string(60, 'x'), 12800, -1234.5),
                    {"worst", "worst", measure_of(300, kNan, kNan)},
                    {"inf", "inf", measure_of(300, kInfinity, 1.25e30)},
                    {"exact", "exact", measure_of(3200, -kInfinity, 0)}};
  comparison.layers = {{"one", "one.st", 1, 2, 3, comparison.sum}, {"two", "two.st", 1, 2, 3, comparison.sum}};
  const std::string table = to_table(comparison, SortKey::kOutput, true);
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 120);
  CHECK(table.find("n/a") != std::string::npos);
  CHECK(table.find("inf ") != std::string::npos);
  CHECK(table.find("two.st") != std::string::npos);
  CHECK(to_table(comparison, SortKey::kOutput, false).find("two.st") == std::string::npos);
}

TEST_CASE("JSON has null for what is not a number, CSV has inf and nan", "[compare]") {
  Comparison comparison;
  comparison.sum = {{"n", "n", measure_of(300, kNan, kNan)},
                    {"i", "i", measure_of(300, kInfinity, kInfinity)},
                    {"e", "e", measure_of(300, -kInfinity, 0)}};
  const auto rows = to_json(comparison)["sum"];
  for (const std::size_t i : {0U, 1U, 2U}) {
    CHECK(rows[i]["output"]["nmse_db"].is_null());
    CHECK(rows[i]["output"]["exact"] == (i == 2));
    CHECK(rows[i]["output"]["max_abs_error"].is_null() == (i < 2));
  }
  const std::string csv = to_csv(comparison);
  CHECK(csv.find("nan,nan,nan,nan,nan,nan\n") != std::string::npos);
  CHECK(csv.find("inf,inf,inf,inf,inf,inf\n") != std::string::npos);
  CHECK(csv.find("-inf,-inf,-inf,0,0,0\n") != std::string::npos);
}

TEST_CASE("CSV cells are quoted only where they must be, bars in Markdown are escaped", "[compare]") {
  CHECK(csv_line({"", "a b", "c,d", "say \"x\"", "two\nlines", ""}) ==
        ",a b,\"c,d\",\"say \"\"x\"\"\",\"two\nlines\",\n");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(-kNan) == "nan");
  CHECK(markdown_row({"a|b", ""}) == "| a\\|b |  |\n");
}
