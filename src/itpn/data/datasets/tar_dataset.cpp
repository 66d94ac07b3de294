#include "itpn/data/datasets/tar_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "itpn/core/log.h"

namespace itpn {
namespace {

constexpr size_t kMaxShards = 1'000'000;
constexpr int32_t kMaxLabel = 999'999;
constexpr uint64_t kMaxLabelBytes = 32;

// "{first..last}" at [begin, end) of a pattern.
struct BraceRange {
  size_t begin = 0;
  size_t end = 0;
  int64_t first = 0;
  int64_t last = 0;
  int digits = 0;  // with leading zeros
};

std::optional<int64_t> to_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size() && value >= 0;
  return is_whole ? std::optional(value) : std::nullopt;
}

std::optional<BraceRange> find_range(const std::string& pattern) {
  for (size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
    const size_t close = pattern.find('}', open), dots = pattern.find("..", open);
    if (close == std::string::npos || dots == std::string::npos || dots > close) continue;
    const std::string_view text(pattern);
    const auto first = to_number(text.substr(open + 1, dots - open - 1));
    const auto last = to_number(text.substr(dots + 2, close - dots - 2));
    if (first && last) return BraceRange{open, close + 1, *first, *last, static_cast<int>(dots - open - 1)};
  }
  return std::nullopt;
}

std::vector<std::string> shards_of(Fs& fs, const std::string& pattern) {
  if (!is_directory(fs, pattern)) return expand_braces(pattern);
  std::vector<DirectoryEntry> entries;
  if (const int failure = fs.list(pattern, &entries); failure < 0) throw_io_error(pattern, "cannot list", failure);
  std::vector<std::string> shards;
  for (const auto& entry : entries) {
    if (!entry.is_directory && entry.name.ends_with(".tar")) shards.push_back(join_path(pattern, entry.name));
  }
  if (shards.empty()) throw data_error(fmt::format("{}: no .tar file in this folder", pattern));
  return shards;
}

}  // namespace

std::vector<std::string> expand_braces(const std::string& pattern) {
  const auto range = find_range(pattern);
  if (!range) return {pattern};
  if (range->last < range->first || range->last - range->first >= static_cast<int64_t>(kMaxShards)) {
    throw usage_error(
        fmt::format("{}: a range of shards must run upwards and name at most {} files", pattern, kMaxShards));
  }
  std::vector<std::string> result;
  for (const auto& rest : expand_braces(pattern.substr(range->end))) {
    for (int64_t i = range->first; i <= range->last; ++i) {
      result.push_back(fmt::format("{}{:0{}}{}", pattern.substr(0, range->begin), i, range->digits, rest));
      if (result.size() > kMaxShards) throw usage_error(pattern + ": too many shards");
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

TarDataset::TarDataset(Fs& fs, const std::string& pattern, const ScanProgress& progress) : fs_(fs) {
  for (const auto& path : shards_of(fs, pattern)) {
    if (!exists(fs, path)) throw data_error(fmt::format("{}: no such shard", path));
    add_shard(path);
    if (progress) progress(size());
  }
  if (samples_.empty()) throw data_error(fmt::format("{}: no picture (jpg, jpeg, png, webp) in these shards", pattern));
  name_classes();
}

void TarDataset::add_shard(const std::string& path) {
  shards_.push_back(path);
  const TarIndex index = TarIndex::scan(fs_, path);
  if (!index.defect().empty()) {
    log::warning(fmt::format("{}: {}; the samples before that are used", path, index.defect()));
    skipped_.push_back({path, "shard damaged or cut: " + index.defect()});
  }
  for (const auto& sample : group_samples(index)) add_sample(index, sample);
}

void TarDataset::add_sample(const TarIndex& index, const TarSample& sample) {
  const auto picture = find_member(index, sample, {"jpg", "jpeg", "png", "webp"});
  if (!picture) {
    skipped_.push_back({fmt::format("{}:{}", index.path(), index.member(sample.first).name), "no picture in sample"});
    return;
  }
  samples_.push_back({picture->offset, picture->size, names_.size(), static_cast<uint32_t>(shards_.size() - 1),
                      read_label(index, sample)});
  names_ += picture->name;
}

int32_t TarDataset::read_label(const TarIndex& index, const TarSample& sample) const {
  const auto member = find_member(index, sample, {"cls"});
  if (!member) return -1;
  const auto where = [&] { return fmt::format("{}:{}", index.path(), printable_name(std::string(member->name))); };
  if (member->size > kMaxLabelBytes) throw data_error(where() + ": a class must be one number");
  std::string text(member->size, '\0');
  OpenFile(fs_, index.path(), OpenMode::kRead).read_exactly(std::as_writable_bytes(std::span(text)), member->offset);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  const auto label = to_number(text);
  if (!label || *label > kMaxLabel) throw data_error(fmt::format("{}: not a class: {}", where(), printable_name(text)));
  return static_cast<int32_t>(*label);
}

void TarDataset::name_classes() {
  int32_t largest = -1;
  bool has_all = true;
  for (const auto& sample : samples_) {
    largest = std::max(largest, sample.label);
    has_all = has_all && sample.label >= 0;
  }
  if (!has_all && largest >= 0) throw data_error("some samples of the shards have a class (.cls) and others have none");
  has_numbered_classes_ = true;
  for (int32_t i = 0; i <= largest; ++i) class_names_.push_back(std::to_string(i));
}

void TarDataset::read(int64_t index, StoredPicture& into) const {
  const Sample& sample = samples_[index];
  read_sample_range(fs_, shards_[sample.shard], sample.offset, sample.size, into.bytes);
}

std::string TarDataset::name(int64_t index) const {
  const Sample& sample = samples_[index];
  const bool is_last = index + 1 == size();
  const uint64_t end = is_last ? names_.size() : samples_[index + 1].name_begin;
  return shards_[sample.shard] + ":" + names_.substr(sample.name_begin, end - sample.name_begin);
}

}  // namespace itpn
