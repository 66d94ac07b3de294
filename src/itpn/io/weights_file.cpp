#include "itpn/io/weights_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <functional>
#include <stdexcept>

#include "itpn/io/pth_file.h"
#include "itpn/io/safetensors.h"

namespace itpn {
namespace {

// In the order in which they are looked for.
constexpr std::array<const char*, 5> kWrappingKeys = {"model", "state_dict", "module", "model_ema", "ema"};
constexpr size_t kMaxPrefixWords = 8;  // more than any program wraps
constexpr std::array<const char*, 4> kPrefixWords = {"module.", "model.", "backbone.", "encoder."};

class SafetensorsSource final : public WeightsSource {
 public:
  SafetensorsSource(Fs& fs, const std::string& path) : file_(fs, path) {
    for (const TensorInfo& tensor : file_.tensors()) tensors_.push_back({tensor, ""});
  }
  WeightsFormat format() const override { return WeightsFormat::kSafetensors; }
  const std::vector<SourceTensor>& tensors() const override { return tensors_; }
  const std::map<std::string, std::string>& metadata() const override { return file_.metadata(); }
  void read(size_t index, std::span<std::byte> into) override { file_.read(file_.tensors().at(index), into); }

 private:
  SafetensorsFile file_;
  std::vector<SourceTensor> tensors_;
};

std::unique_ptr<WeightsSource> open_source(Fs& fs, const std::string& path, const WeightsFileOptions& options) {
  if (is_pth_file(fs, path)) return open_pth_file(fs, path, {options.checks_checksums});
  return std::make_unique<SafetensorsSource>(fs, path);
}

// The leading words of a name that may be wrapping: each of "", "module.", "module.backbone." for
// "module.backbone.blocks.0.norm1.weight".
std::vector<std::string> prefixes_of(const std::string& name) {
  std::vector<std::string> prefixes = {""};
  for (bool grew = true; grew && prefixes.size() <= kMaxPrefixWords;) {
    grew = false;
    for (const char* word : kPrefixWords) {
      if (name.compare(prefixes.back().size(), std::char_traits<char>::length(word), word) != 0) continue;
      prefixes.push_back(prefixes.back() + word);
      grew = true;
      break;
    }
  }
  return prefixes;
}

}  // namespace

const char* format_name(WeightsFormat format) {
  switch (format) {
    case WeightsFormat::kSafetensors:
      return "safetensors";
    case WeightsFormat::kPthZip:
      return ".pth (zip)";
    case WeightsFormat::kPthLegacy:
      return ".pth (older container)";
    case WeightsFormat::kTorchScript:
      return "TorchScript";
  }
  return "";
}

WeightsFile::WeightsFile(Fs& fs, const std::string& path, const WeightsFileOptions& options)
    : path_(path), source_(open_source(fs, path, options)) {
  choose_entry(options.key);
  list_tensors("");
}

void WeightsFile::choose_entry(const std::string& wanted_key) {
  std::map<std::string, size_t> counts;
  for (const SourceTensor& tensor : source_->tensors()) ++counts[tensor.group];
  if (!wanted_key.empty() && !counts.contains(wanted_key)) {
    counts.erase("");
    std::vector<std::string> keys;
    for (const auto& [key, count] : counts) keys.push_back(key);
    throw checkpoint_error(fmt::format("{}: no tensors under \"{}\"; the file has some under [{}]", path_, wanted_key,
                                       fmt::join(keys, ", ")));
  }
  key_ = wanted_key;
  for (const char* key : kWrappingKeys) {
    if (key_.empty() && counts.contains(key)) key_ = key;
  }
  if (key_.empty()) {
    chosen_.resize(source_->tensors().size());
    for (size_t i = 0; i < chosen_.size(); ++i) chosen_[i] = i;
    return;
  }
  for (size_t i = 0; i < source_->tensors().size(); ++i) {
    if (source_->tensors()[i].group == key_) chosen_.push_back(i);
  }
  counts.erase(key_);
  other_entries_ = std::move(counts);
}

void WeightsFile::list_tensors(const std::string& prefix) {
  tensors_.clear();
  outside_.clear();
  tensor_sources_.clear();
  outside_sources_.clear();
  by_name_.clear();
  for (const size_t i : chosen_) {
    TensorInfo info = source_->tensors()[i].info;
    if (!key_.empty()) info.name.erase(0, key_.size() + 1);
    if (!info.name.starts_with(prefix)) {
      outside_.push_back(std::move(info));
      outside_sources_.push_back(i);
      continue;
    }
    info.name.erase(0, prefix.size());
    by_name_[info.name] = tensors_.size();
    tensors_.push_back(std::move(info));
    tensor_sources_.push_back(i);
  }
}

const TensorInfo* WeightsFile::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &tensors_[found->second];
}

void WeightsFile::read(const TensorInfo& tensor, std::span<std::byte> into) {
  const auto place = [&](const std::vector<TensorInfo>& list) {
    const std::less<const TensorInfo*> before;
    const bool is_in = !before(&tensor, list.data()) && before(&tensor, list.data() + list.size());
    return is_in ? static_cast<size_t>(&tensor - list.data()) : list.size();
  };
  const size_t inside = place(tensors_), outside = place(outside_);
  if ((inside == tensors_.size() && outside == outside_.size()) || into.size() != tensor.bytes) {
    throw std::invalid_argument(fmt::format("tensor '{}': not an entry of this file, or a buffer of {} bytes, not {}",
                                            tensor.name, into.size(), tensor.bytes));
  }
  source_->read(inside < tensors_.size() ? tensor_sources_[inside] : outside_sources_[outside], into);
}

std::string WeightsFile::strip_prefix(const NameTest& is_wanted) {
  list_tensors("");
  std::map<std::string, size_t> scores;
  for (const TensorInfo& tensor : tensors_) {
    for (const std::string& prefix : prefixes_of(tensor.name)) {
      scores[prefix] += is_wanted(tensor.name.substr(prefix.size())) ? 1 : 0;
    }
  }
  std::string best;
  for (const auto& [prefix, score] : scores) {
    if (score > scores[best]) best = prefix;
  }
  if (!best.empty()) list_tensors(best);
  return best;
}

}  // namespace itpn
