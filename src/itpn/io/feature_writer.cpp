#include "itpn/io/feature_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "itpn/core/csv.h"
#include "itpn/core/errors.h"
#include "itpn/core/file_ending.h"
#include "itpn/core/utf8.h"
#include "itpn/io/npy_writer.h"
#include "itpn/io/safetensors.h"

namespace itpn {
namespace {

struct FormatWord {
  FeatureFormat format;
  const char* word;
  const char* ending;
};
constexpr std::array kFormatWords = {FormatWord{FeatureFormat::kNpy, "npy", ".npy"},
                                     FormatWord{FeatureFormat::kSafetensors, "safetensors", ".safetensors"},
                                     FormatWord{FeatureFormat::kCsv, "csv", ".csv"}};

uint64_t row_bytes(const FeatureFile& file) {
  const int64_t numbers =
      std::accumulate(file.row_shape.begin(), file.row_shape.end(), int64_t{1}, std::multiplies<int64_t>());
  return static_cast<uint64_t>(numbers) * sizeof(float);
}

// All of `from` behind its first `skipped` bytes.
void copy_rest(Fs& fs, const std::string& from, uint64_t skipped, AtomicFile* to) {
  constexpr uint64_t kPiece = 8ULL << 20;
  OpenFile file(fs, from, OpenMode::kRead);
  const uint64_t size = file.size();
  std::vector<std::byte> piece(std::min(kPiece, size - skipped));
  for (uint64_t at = skipped; at < size; at += piece.size()) {
    piece.resize(std::min(kPiece, size - at));
    file.read_exactly(piece, at);
    to->write(piece);
  }
}

}  // namespace

std::optional<FeatureFormat> feature_format(const std::string& word) {
  for (const FormatWord& known : kFormatWords) {
    if (word == known.word) return known.format;
  }
  return std::nullopt;
}

std::optional<FeatureFormat> feature_format_of_name(const std::string& path) {
  for (const FormatWord& known : kFormatWords) {
    if (has_ending(path, known.ending)) return known.format;
  }
  return std::nullopt;
}

const char* format_word(FeatureFormat format) {
  for (const FormatWord& known : kFormatWords) {
    if (format == known.format) return known.word;
  }
  return "";
}

FeatureWriter::FeatureWriter(Fs& fs, FeatureFile file, std::span<const std::string> pictures)
    : fs_(fs),
      file_(std::move(file)),
      pictures_(pictures),
      is_there_(pictures.size(), true),
      rows_(static_cast<int64_t>(pictures.size())),
      head_(head()),
      out_(fs, file_.path) {
  rows_ = 0;
  if (file_.format == FeatureFormat::kSafetensors && head_.size() > kMaxSafetensorsHeader) {
    throw usage_error(
        fmt::format("{}: the names of {} pictures are more than the header of a .safetensors file may hold; "
                    "write .npy or .csv",
                    file_.path, pictures.size()));
  }
  out_.write(head_);
  if (file_.format == FeatureFormat::kNpy) names_.emplace(fs, names_path());
}

std::string FeatureWriter::names_path() const {
  return file_.format == FeatureFormat::kNpy ? file_.path + ".txt" : std::string();
}

void FeatureWriter::add(size_t picture, std::span<const float> row) {
  if (picture < next_ || picture >= pictures_.size() || row.size_bytes() != row_bytes(file_)) {
    throw std::invalid_argument("a row of features out of order, or of another size");
  }
  for (; next_ < picture; ++next_) is_there_[next_] = false;
  ++next_;
  ++rows_;
  const std::string name = printable_name(pictures_[picture]);
  if (file_.format == FeatureFormat::kCsv) return add_csv(name, row);
  out_.write(std::as_bytes(row));
  if (names_) names_->write(name + "\n");
}

void FeatureWriter::add_csv(const std::string& name, std::span<const float> row) {
  std::string line = csv_field(name);
  for (const float number : row) fmt::format_to(std::back_inserter(line), ",{}", number);
  out_.write(line + "\n");
}

std::string FeatureWriter::names_json() const {
  nlohmann::json names = nlohmann::json::array();
  for (size_t i = 0; i < pictures_.size(); ++i) {
    if (is_there_[i]) names.push_back(printable_name(pictures_[i]));
  }
  return names.dump();
}

std::string FeatureWriter::head() const {
  if (file_.format == FeatureFormat::kCsv) return "";
  std::vector<int64_t> shape = {rows_};
  shape.insert(shape.end(), file_.row_shape.begin(), file_.row_shape.end());
  if (file_.format == FeatureFormat::kNpy) return npy_header(shape);
  std::map<std::string, std::string> metadata = file_.metadata;
  metadata["pictures"] = names_json();
  const TensorInfo features{"features", DType::kF32, shape, 0, row_bytes(file_) * static_cast<uint64_t>(rows_)};
  return safetensors_head(std::span(&features, 1), metadata);
}

void FeatureWriter::finish() {
  for (; next_ < pictures_.size(); ++next_) is_there_[next_] = false;
  out_.close();
  if (names_) names_->close();
  const std::string right_head = head();
  if (right_head == head_) {
    out_.commit();
  } else {  // fewer rows than were expected
    AtomicFile mended(fs_, file_.path);
    mended.write(right_head);
    copy_rest(fs_, out_.temporary_path(), head_.size(), &mended);
    mended.commit();
  }
  if (names_) names_->commit();
}

}  // namespace itpn
