// The header of a safetensors file: a streaming JSON reader, so that nothing but the tensors themselves is kept and
// keys given twice are seen.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "itpn/core/errors.h"
#include "itpn/io/safetensors.h"

namespace itpn {
namespace {

constexpr size_t kMaxDimensions = 64;

// nlohmann's SAX interface. The grammar is small: {name: {dtype: text, shape: [..], data_offsets: [a, b]}, ...} and one
// entry __metadata__: {text: text, ...}. Whatever does not fit stops the parser with a complaint.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  SafetensorsHeader header;
  std::string complaint;

  bool null() override { return wrong("null"); }
  bool boolean(bool) override { return wrong("a boolean"); }
  bool number_integer(number_integer_t) override { return wrong("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    return wrong("a number with a fraction, or too large");
  }
  bool binary(binary_t&) override { return wrong("binary data"); }
  bool number_unsigned(number_unsigned_t value) override;
  bool string(string_t& value) override;
  bool start_object(size_t) override;
  bool key(string_t& value) override;
  bool end_object() override;
  bool start_array(size_t) override;
  bool end_array() override;
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return fail(fmt::format("no valid JSON at byte {}", position));
  }

 private:
  enum class Place { kStart, kRoot, kTensor, kMetadata, kShape, kOffsets, kEnd };

  bool fail(const std::string& what) {
    complaint = what;
    return false;
  }
  std::string where() const { return name_.empty() ? "the header" : fmt::format("tensor '{}'", name_); }
  bool wrong(const char* what) {
    return fail(fmt::format("{}: {} where the format has none (field '{}')", where(), what, field_));
  }
  bool finish_tensor();

  Place place_ = Place::kStart;
  std::string name_, field_;
  std::set<std::string> names_;
  std::optional<DType> dtype_;
  std::optional<std::vector<int64_t>> shape_;
  std::optional<std::vector<uint64_t>> offsets_;
};

bool HeaderReader::number_unsigned(number_unsigned_t value) {
  if (place_ == Place::kShape && shape_->size() < kMaxDimensions && value <= INT64_MAX) {
    shape_->push_back(static_cast<int64_t>(value));
    return true;
  }
  if (place_ == Place::kOffsets && offsets_->size() < 2) {
    offsets_->push_back(value);
    return true;
  }
  return wrong("a number");
}

bool HeaderReader::string(string_t& value) {
  if (place_ == Place::kMetadata) {
    header.metadata[field_] = value;
    return true;
  }
  if (place_ != Place::kTensor || field_ != "dtype") return wrong("a text");
  dtype_ = dtype_of_name(value);
  return dtype_ ? true : fail(fmt::format("{}: unknown dtype '{}'", where(), value));
}

bool HeaderReader::start_object(size_t) {
  if (place_ == Place::kStart) {
    place_ = Place::kRoot;
  } else if (place_ == Place::kRoot) {
    place_ = name_ == kSafetensorsMetadata ? Place::kMetadata : Place::kTensor;
  } else {
    return wrong("a nested object");
  }
  return true;
}

bool HeaderReader::key(string_t& value) {
  if (place_ == Place::kRoot) {
    if (!names_.insert(value).second) return fail(fmt::format("tensor '{}' is there twice", value));
    name_ = value;
    field_.clear();
    return true;
  }
  field_ = value;
  const bool twice = place_ == Place::kMetadata ? header.metadata.contains(value)
                     : value == "dtype"         ? dtype_.has_value()
                     : value == "shape"         ? shape_.has_value()
                                                : value == "data_offsets" && offsets_.has_value();
  if (twice) return fail(fmt::format("{}: key '{}' is there twice", where(), value));
  return true;
}

bool HeaderReader::end_object() {
  if (place_ == Place::kRoot) {
    place_ = Place::kEnd;
    return true;
  }
  if (place_ == Place::kTensor && !finish_tensor()) return false;
  place_ = Place::kRoot;
  return true;
}

bool HeaderReader::start_array(size_t) {
  if (place_ == Place::kTensor && field_ == "shape") {
    shape_.emplace();
    place_ = Place::kShape;
  } else if (place_ == Place::kTensor && field_ == "data_offsets") {
    offsets_.emplace();
    place_ = Place::kOffsets;
  } else {
    return wrong("a list");
  }
  return true;
}

bool HeaderReader::end_array() {
  if (place_ == Place::kOffsets && offsets_->size() != 2) return wrong("a list that has not 2 numbers");
  place_ = Place::kTensor;
  return true;
}

bool HeaderReader::finish_tensor() {
  if (!dtype_ || !shape_ || !offsets_) return fail(where() + ": dtype, shape or data_offsets is missing");
  const auto expected = tensor_bytes(*dtype_, *shape_);
  const uint64_t begin = offsets_->at(0), end = offsets_->at(1);
  if (!expected || begin > end || end - begin != *expected) {
    return fail(fmt::format("{}: data_offsets [{}, {}] do not fit its dtype and shape ({} bytes)", where(), begin, end,
                            expected ? fmt::to_string(*expected) : "more than 2^63"));
  }
  header.tensors.push_back({name_, *dtype_, std::move(*shape_), begin, *expected});
  dtype_.reset();
  shape_.reset();
  offsets_.reset();
  return true;
}

// Offsets count from the start of the data in the header, from the start of the file afterwards.
void check_coverage(SafetensorsHeader& header, uint64_t data_start, uint64_t data_bytes, const std::string& file) {
  auto& tensors = header.tensors;
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.bytes < b.bytes;
  });
  uint64_t reached = 0;
  for (auto& tensor : tensors) {
    if (tensor.offset != reached || tensor.bytes > data_bytes - reached) {
      throw checkpoint_error(fmt::format(
          "{}: tensor '{}' has bytes {} to {}, wanted from {} and at most to {} (the file is cut or damaged)", file,
          tensor.name, tensor.offset, tensor.offset + tensor.bytes, reached, data_bytes));
    }
    reached += tensor.bytes;
    tensor.offset += data_start;
  }
  if (reached != data_bytes) {
    throw checkpoint_error(
        fmt::format("{}: {} bytes at the end belong to no tensor (damaged)", file, data_bytes - reached));
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, uint64_t file_size, const std::string& file) {
  if (json.size() > kMaxSafetensorsHeader || file_size < 8 || json.size() > file_size - 8) {
    throw checkpoint_error(fmt::format("{}: a header of {} bytes does not fit the file", file, json.size()));
  }
  HeaderReader reader;
  const bool parsed = json.starts_with('{') && nlohmann::json::sax_parse(json, &reader);
  if (!parsed) {
    throw checkpoint_error(
        fmt::format("{}: not a safetensors file: {}", file, reader.complaint.empty() ? "no header" : reader.complaint));
  }
  check_coverage(reader.header, 8 + json.size(), file_size - 8 - json.size(), file);
  return std::move(reader.header);
}

}  // namespace itpn
