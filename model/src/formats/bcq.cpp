// LO-BCQ as a format of the table (docs/formats/bcq.md); the arithmetic is that of quantize.hpp.
#include <bit>

#include "bcq/calibrate.hpp"
#include "bcq/error.hpp"
#include "bcq/files.hpp"
#include "bcq/quantize.hpp"
#include "formats.hpp"
#include "small_float.hpp"

namespace bcq {
namespace {

enum FieldIndex : std::size_t { kIndex, kScale, kCodebook, kTensorScale, kSelector };

std::uint32_t codeword_code(int codeword, const BcqFormat& format) {
  if (format.codeword == CodewordType::kFloat) return kE2m3.encode(codeword / 8.0);
  return static_cast<std::uint32_t>(codeword) & ((1U << format.bc) - 1);
}

int codeword_of(std::uint32_t code, const BcqFormat& format) {
  if (format.codeword == CodewordType::kFloat) return static_cast<int>(8.0 * kE2m3.decode(code));
  const std::uint32_t sign = 1U << (format.bc - 1);
  return static_cast<int>(code ^ sign) - static_cast<int>(sign);
}

/// The distinct half of mirror-paired codebooks, or all of them.
Matrix<std::uint32_t> codebook_entries(const CodebookSet& set) {
  const std::size_t stored = set.mirror_paired() ? set.codebooks.size() / 2 : set.codebooks.size();
  Matrix<std::uint32_t> out(stored, kCodebookEntries);
  for (std::size_t c = 0; c < stored; ++c) {
    for (std::size_t i = 0; i < kCodebookEntries; ++i) out(c, i) = codeword_code(set.codebooks[c][i], set.format);
  }
  return out;
}

CodebookSet codebooks_of(const Matrix<std::uint32_t>& entries, const BcqFormat& format) {
  CodebookSet set{format, std::vector<Codebook>(entries.rows())};
  for (std::size_t c = 0; c < entries.rows(); ++c) {
    for (std::size_t i = 0; i < kCodebookEntries; ++i) {
      set.codebooks[c][i] = static_cast<std::int8_t>(codeword_of(entries(c, i), format));
    }
  }
  const std::size_t stored = entries.rows();
  for (std::size_t c = stored; c < static_cast<std::size_t>(format.nc); ++c) {
    set.codebooks.push_back(mirrored(set.codebooks[c - stored]));
  }
  return set;
}

/// Where the codebooks for a tensor come from.
using CodebookSource = std::function<CodebookSet(const Matrix<float>&)>;

class LoBcq final : public Format {
 public:
  LoBcq(const BcqFormat& format, const EncoderOptions& options, CodebookSource source)
      : format_(format), options_(options), source_(std::move(source)) {}

  [[nodiscard]] EncodedTensor quantize(const Matrix<float>& x) const override {
    const BcqTensor tensor = bcq::quantize(x, source_(x), options_);
    EncodedTensor out{x.rows(), x.cols(), {}};
    out.fields.push_back({{"index", kIndexBits, 1}, Matrix<std::uint32_t>(x.rows(), x.cols())});
    for (std::size_t r = 0; r < x.rows(); ++r) {
      for (std::size_t i = 0; i < x.cols(); ++i) out.fields[kIndex].entries(r, i) = tensor.index(r, i);
    }
    out.fields.push_back({{"scale", 8, static_cast<std::size_t>(format_.la)}, widened(tensor.scales)});
    out.fields.push_back({{"codebook", format_.bc, kPerTensor}, codebook_entries(tensor.codebooks)});
    out.fields.push_back({{"tensor scale", 32, kPerTensor},
                          Matrix<std::uint32_t>(1, 1, std::bit_cast<std::uint32_t>(tensor.tensor_scale))});
    if (format_.selector_bits() > 0) {
      const auto lb = static_cast<std::size_t>(format_.lb);
      out.fields.push_back({{"selector", format_.selector_bits(), lb}, widened(tensor.selectors)});
    }
    return out;
  }

  [[nodiscard]] Matrix<float> dequantize(const EncodedTensor& encoded) const override {
    BcqTensor tensor;
    tensor.codebooks = codebooks_of(encoded.fields[kCodebook].entries, format_);
    tensor.k = encoded.k;
    tensor.tensor_scale = std::bit_cast<float>(encoded.fields[kTensorScale].entries(0, 0));
    tensor.scales = narrowed(encoded.fields[kScale].entries);
    tensor.selectors = Matrix<std::uint8_t>(encoded.rows, format_.blocks(encoded.k));
    if (format_.selector_bits() > 0) tensor.selectors = narrowed(encoded.fields[kSelector].entries);
    tensor.indices = Matrix<std::uint8_t>(encoded.rows, ceil_div(encoded.k, 2));
    for (std::size_t r = 0; r < encoded.rows; ++r) {
      for (std::size_t i = 0; i < encoded.k; ++i) {
        std::uint8_t& pair = tensor.indices(r, i / 2);
        pair = static_cast<std::uint8_t>(pair | (encoded.fields[kIndex].entries(r, i) << (i % 2 * kIndexBits)));
      }
    }
    return bcq::dequantize(tensor);
  }

  [[nodiscard]] double nominal_bits() const override { return nominal_bits_per_scalar(format_); }

 private:
  static Matrix<std::uint32_t> widened(const Matrix<std::uint8_t>& m) {
    Matrix<std::uint32_t> out(m.rows(), m.cols());
    std::copy(m.flat().begin(), m.flat().end(), out.flat().begin());
    return out;
  }

  static Matrix<std::uint8_t> narrowed(const Matrix<std::uint32_t>& m) {
    Matrix<std::uint8_t> out(m.rows(), m.cols());
    std::transform(m.flat().begin(), m.flat().end(), out.flat().begin(),
                   [](std::uint32_t v) { return static_cast<std::uint8_t>(v); });
    return out;
  }

  BcqFormat format_;
  EncoderOptions options_;
  CodebookSource source_;
};

BcqFormat format_of(const FormatArguments& arguments) {
  BcqFormat format;
  format.lb = arguments.integer("lb");
  format.la = arguments.integer("la");
  format.nc = arguments.integer("nc");
  if (arguments.flag("encode")) format.scale = ScaleConvention::kEncode;
  return format;
}

EncoderOptions options_of(const FormatArguments& arguments) {
  EncoderOptions options = arguments.flag("search") ? kScaleSearch : EncoderOptions{};
  options.mirror = arguments.flag("mirror");
  return options;
}

/// Codebooks for a tensor without a whole block of data to learn from: sixteen equal steps.
CodebookSet uniform_codebooks(const BcqFormat& format) {
  Codebook book{};
  for (int i = 0; i < kCodebookEntries; ++i) {
    int codeword = format.max_codeword() * (2 * i - (kCodebookEntries - 1)) / (kCodebookEntries - 1);
    while (!format.is_codeword(codeword)) codeword -= codeword > 0 ? 1 : -1;
    book[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(codeword);
  }
  return {format, std::vector<Codebook>(static_cast<std::size_t>(format.nc), book)};
}

CodebookSet local_codebooks(const Matrix<float>& x, const BcqFormat& format, const CalibrationOptions& options) {
  try {
    return calibrate({x}, format, options).codebooks;
  } catch (const InputError&) {  // nothing to learn from: the parameters are legal already
    return uniform_codebooks(format);
  }
}

}  // namespace

OperandFormats make_bcq(const FormatArguments& arguments) {
  const BcqFormat format = format_of(arguments);
  format.validate("format bcq");
  CodebookSet universal = read_universal_codebooks(arguments.codebooks, format);
  return same_for_both<LoBcq>(format, options_of(arguments),
                              [universal = std::move(universal)](const Matrix<float>&) { return universal; });
}

OperandFormats make_bcq_local(const FormatArguments& arguments) {
  BcqFormat format = format_of(arguments);
  format.bc = arguments.integer("bc");
  if (arguments.flag("e2m3")) format.codeword = CodewordType::kFloat;
  format.validate("format bcq-local");
  CalibrationOptions options;
  options.seed = static_cast<std::uint64_t>(arguments.integer("seed"));
  options.max_blocks = arguments.count("blocks");
  options.mirror_pairs = arguments.flag("pairs");
  if (options.mirror_pairs && format.nc < 2) throw InputError("format bcq-local: pairs = 1: needs nc = 2 or more");
  return same_for_both<LoBcq>(format, options_of(arguments), [format, options](const Matrix<float>& x) {
    return local_codebooks(x, format, options);
  });
}

}  // namespace bcq
