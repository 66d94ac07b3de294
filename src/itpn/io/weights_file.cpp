#include "itpn/io/weights_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>

#include "itpn/core/errors.h"
#include "itpn/io/file_kind.h"
#include "itpn/io/pth_file.h"
#include "itpn/io/safetensors.h"
#include "itpn/io/weights_index.h"

namespace itpn {
namespace {

// In the order in which they are looked for.
constexpr std::array<const char*, 5> kWrappingKeys = {"model", "state_dict", "module", "model_ema", "ema"};

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

[[noreturn]] void throw_no_weights(const std::string& path, FileKind kind) {
  const std::string remedy = kind_remedy(kind);
  throw checkpoint_error(fmt::format("{}: is {}, no file of weights; {}", path, kind_name(kind),
                                     remedy.empty() ? "wanted is a .safetensors, .pth or .pt file" : remedy));
}

std::unique_ptr<WeightsSource> open_source(Fs& fs, const std::string& path, bool checks_checksums, bool is_shard) {
  switch (const FileKind kind = file_kind(fs, path)) {
    case FileKind::kZip:
    case FileKind::kPickle:
      return open_pth_file(fs, path, {checks_checksums});
    case FileKind::kSafetensors:
    case FileKind::kUnknown:
      return std::make_unique<SafetensorsSource>(fs, path);
    case FileKind::kJson:
      if (is_shard) throw_no_weights(path, kind);
      return open_weights_index(fs, path, [&](const std::string& shard) {
        return open_source(fs, shard, checks_checksums, /*is_shard=*/true);
      });
    default:
      throw_no_weights(path, kind);
  }
}

// The part of the file that a tensor lies in: an entry of the outermost dictionary, or the first word of its name.
std::string entry_of(const SourceTensor& tensor) {
  if (!tensor.group.empty()) return tensor.group;
  const size_t dot = tensor.info.name.find('.');
  return dot == std::string::npos ? "" : tensor.info.name.substr(0, dot);
}

bool is_under(const std::string& name, const std::string& key) {
  return name.size() > key.size() && name[key.size()] == '.' && name.starts_with(key);
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
    : path_(path), source_(open_source(fs, path, options.checks_checksums, /*is_shard=*/false)) {
  choose_entry(options.key);
  list_tensors("", Names::kAsStored);
}

void WeightsFile::choose_entry(const std::string& wanted_key) {
  const std::vector<SourceTensor>& all = source_->tensors();
  key_ = wanted_key;
  for (const char* key : kWrappingKeys) {
    const auto is_in = [&](const SourceTensor& tensor) { return tensor.group == key; };
    if (key_.empty() && std::any_of(all.begin(), all.end(), is_in)) key_ = key;
  }
  std::map<std::string, size_t> others;
  for (size_t i = 0; i < all.size(); ++i) {
    if (key_.empty() || is_under(all[i].info.name, key_)) {
      chosen_.push_back(i);
    } else {
      ++others[entry_of(all[i])];
    }
  }
  if (chosen_.empty() && !wanted_key.empty()) throw_no_such_key(wanted_key, others);
  other_entries_ = std::move(others);
}

void WeightsFile::throw_no_such_key(const std::string& key, std::map<std::string, size_t> entries) const {
  constexpr size_t kMaxShown = 20;
  entries.erase("");
  std::vector<std::string> shown;
  for (const auto& [entry, count] : entries) {
    if (shown.size() < kMaxShown) shown.push_back(entry);
  }
  if (entries.size() > kMaxShown) shown.push_back("...");
  throw checkpoint_error(
      fmt::format("{}: no tensors under \"{}\"; the file has some under [{}]", path_, key, fmt::join(shown, ", ")));
}

void WeightsFile::list_tensors(const std::string& prefix, Names names) {
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
    if (names == Names::kWithoutInnerWrappers) info.name = without_inner_wrappers(info.name);
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

std::vector<std::string> WeightsFile::left_out_lines() const {
  std::vector<std::string> lines;
  for (const auto& [type, values] : left_out()) {
    lines.push_back(fmt::format("{} of {}, such as {}", values.count, type, values.first));
  }
  return lines;
}

std::string WeightsFile::strip_prefix(const NameTest& is_wanted) {
  list_tensors("", Names::kAsStored);
  std::vector<std::string_view> names;
  names.reserve(tensors_.size());
  for (const TensorInfo& tensor : tensors_) names.push_back(tensor.name);
  const PrefixChoice choice = choose_prefix(names, is_wanted);
  if (!choice.models.empty()) throw_several_models(choice.models);
  list_tensors(choice.prefix, Names::kWithoutInnerWrappers);
  if (by_name_.size() != tensors_.size()) list_tensors(choice.prefix, Names::kAsStored);
  return choice.prefix;
}

void WeightsFile::throw_several_models(const std::vector<PrefixScore>& models) const {
  std::vector<std::string> keys, texts;
  for (const PrefixScore& model : models) {
    const std::string words = model.prefix.empty() ? "" : model.prefix.substr(0, model.prefix.size() - 1);
    keys.push_back(key_.empty() || words.empty() ? key_ + words : key_ + "." + words);
    texts.push_back(fmt::format("\"{}\" ({} tensors)", keys.back(), model.names));
  }
  throw checkpoint_error(
      fmt::format("{}: holds several models: {}; take one out of it with --key, such as `itpn convert {} "
                  "ONE.safetensors --key {}`",
                  path_, fmt::join(texts, ", "), path_, keys.back()));
}

}  // namespace itpn
