#include "itpn/io/weights_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/parse_number.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"

namespace itpn {
namespace {

constexpr uint64_t kMaxIndexBytes = 32ULL << 20;
constexpr size_t kMaxShardFiles = 1000;
constexpr size_t kMaxShownEntries = 8;
constexpr const char* kWeightMap = "weight_map";

// In the order in which they are looked for.
constexpr std::array<const char*, 6> kFolderFiles = {
    "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors",
    "pytorch_model.bin", "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin",
};

// nlohmann's SAX interface: keeps the texts directly in the outermost "weight_map" and walks over the rest.
class IndexReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::map<std::string, std::string> file_of;
  bool has_map = false;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool string(string_t& value) override {
    if (is_in_map_ && depth_ == 2) file_of[key_] = value;
    return true;
  }
  bool start_object(size_t) override {
    ++depth_;
    if (depth_ == 2 && key_ == kWeightMap) is_in_map_ = has_map = true;
    return true;
  }
  bool key(string_t& value) override {
    if (depth_ == 1 || (depth_ == 2 && is_in_map_)) key_ = value;
    return true;
  }
  bool end_object() override { return leave(); }
  bool start_array(size_t) override {
    ++depth_;
    return true;
  }
  bool end_array() override { return leave(); }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool leave() {
    if (--depth_ == 1) is_in_map_ = false;
    return true;
  }

  size_t depth_ = 0;
  bool is_in_map_ = false;
  std::string key_;
};

class ShardedSource final : public WeightsSource {
 public:
  explicit ShardedSource(std::vector<std::unique_ptr<WeightsSource>> shards) : shards_(std::move(shards)) {
    for (size_t shard = 0; shard < shards_.size(); ++shard) {
      const std::vector<SourceTensor>& tensors = shards_[shard]->tensors();
      for (size_t i = 0; i < tensors.size(); ++i) {
        tensors_.push_back(tensors[i]);
        places_.emplace_back(shard, i);
      }
      left_out_.merge(shards_[shard]->left_out());
    }
  }
  WeightsFormat format() const override { return shards_.front()->format(); }
  const std::vector<SourceTensor>& tensors() const override { return tensors_; }
  const std::map<std::string, std::string>& metadata() const override { return shards_.front()->metadata(); }
  std::map<std::string, LeftOutValues> left_out() const override { return left_out_; }
  void read(size_t index, std::span<std::byte> into) override {
    const auto [shard, inside] = places_.at(index);
    shards_[shard]->read(inside, into);
  }

 private:
  std::vector<std::unique_ptr<WeightsSource>> shards_;
  std::vector<SourceTensor> tensors_;
  std::map<std::string, LeftOutValues> left_out_;
  std::vector<std::pair<size_t, size_t>> places_;  // shard, and place in it
};

// Takes the tensors of `shard` out of `missing`.
void tick_off(const WeightsSource& shard, const std::string& file, const std::string& where,
              std::set<std::string>* seen, std::map<std::string, std::string>* missing) {
  for (const SourceTensor& tensor : shard.tensors()) {
    const std::string& name = tensor.info.name;
    if (!seen->insert(name).second) {
      throw checkpoint_error(fmt::format("{}: tensor '{}' is in two of its shards", where, printable_bytes(name)));
    }
    const auto named = missing->find(name);
    if (named != missing->end() && named->second == file) missing->erase(named);
  }
}

}  // namespace

std::map<std::string, std::string> parse_weights_index(std::string_view json, const std::string& where) {
  IndexReader reader;
  const bool is_json = nlohmann::json::sax_parse(json, &reader);
  if (!is_json || reader.file_of.empty()) {
    throw checkpoint_error(fmt::format(
        "{}: is a JSON text{}, so neither weights nor an index of their shards; it may be a server's answer "
        "in place of the file: look into it",
        where, is_json && !reader.has_map ? " without \"weight_map\"" : " that names no shard"));
  }
  std::set<std::string> files;
  for (const auto& [name, file] : reader.file_of) {
    files.insert(file);
    const bool is_beside = !file.empty() && file.find('/') == std::string::npos && file != "." && file != "..";
    if (!is_beside || files.size() > kMaxShardFiles) {
      throw checkpoint_error(fmt::format("{}: refused: {}", where,
                                         is_beside
                                             ? fmt::format("more than {} shards", kMaxShardFiles)
                                             : fmt::format("shard '{}' is no file beside it", printable_bytes(file))));
    }
  }
  return std::move(reader.file_of);
}

std::unique_ptr<WeightsSource> open_weights_index(Fs& fs, const std::string& path, const OpenWeights& open_shard) {
  std::map<std::string, std::string> missing = parse_weights_index(read_text_file(fs, path, kMaxIndexBytes), path);
  std::set<std::string> files, seen;
  for (const auto& [name, file] : missing) files.insert(file);
  std::vector<std::unique_ptr<WeightsSource>> shards;
  for (const std::string& file : files) {
    const std::string shard = join_path(parent_path(path), file);
    if (!exists(fs, shard)) {
      throw checkpoint_error(fmt::format("{}: its shard {} ({} of {}) is not there; download it too", path, shard,
                                         shards.size() + 1, files.size()));
    }
    shards.push_back(open_shard(shard));
    tick_off(*shards.back(), file, path, &seen, &missing);
  }
  if (!missing.empty()) {
    const auto& [name, file] = *missing.begin();
    throw checkpoint_error(fmt::format("{}: {} tensors are not in the shard that the index names, such as '{}' in {}",
                                       path, missing.size(), printable_bytes(name), file));
  }
  return std::make_unique<ShardedSource>(std::move(shards));
}

std::optional<ShardNumber> shard_number(const std::string& path) {
  constexpr std::string_view kOf = "-of-";
  constexpr size_t kDigits = 5;
  const size_t of = path.rfind(kOf);
  if (of == std::string::npos || of < kDigits + 1 || path[of - kDigits - 1] != '-') return std::nullopt;
  const size_t end = of + kOf.size() + kDigits;
  if (end >= path.size() || path[end] != '.') return std::nullopt;
  const auto number = parse_whole_number(path.substr(of - kDigits, kDigits));
  const auto count = parse_whole_number(path.substr(of + kOf.size(), kDigits));
  if (!number || !count) return std::nullopt;
  return ShardNumber{*number, *count};
}

std::optional<std::string> weights_in_folder(Fs& fs, const std::string& folder) {
  for (const char* name : kFolderFiles) {
    std::string path = join_path(folder, name);
    if (exists(fs, path)) return path;
  }
  return std::nullopt;
}

void require_whole_weights(Fs& fs, const std::string& path) {
  const auto shard = shard_number(path);
  if (!shard || shard->count < 2) return;
  const std::string folder = parent_path(path).empty() ? "." : parent_path(path);
  const auto whole = weights_in_folder(fs, folder);
  throw checkpoint_error(fmt::format("{}: is shard {} of {}, a part of the model; name {}", path, shard->number,
                                     shard->count,
                                     whole ? *whole : "the index of the shards (model.safetensors.index.json)"));
}

void throw_no_weights_in(Fs& fs, const std::string& folder) {
  std::vector<DirectoryEntry> entries;
  if (const int failure = fs.list(folder, &entries); failure < 0) throw_io_error(folder, "list", failure);
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : entries) names.push_back(printable_bytes(entry.name));
  throw checkpoint_error(
      fmt::format("{}: neither a run, nor a checkpoint, nor a folder with model.safetensors, pytorch_model.bin or an "
                  "index of shards; it holds: {}. Name the file of weights itself",
                  folder, names.empty() ? "nothing" : list_of(names, kMaxShownEntries, ", ...")));
}

}  // namespace itpn
