#include "itpn/data/datasets/shard_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "itpn/core/parse_number.h"
#include "itpn/core/utf8.h"
#include "itpn/data/datasets/system_names.h"
#include "itpn/io/tar_index.h"

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

std::optional<BraceRange> find_range(const std::string& pattern) {
  for (size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
    const size_t close = pattern.find('}', open), dots = pattern.find("..", open);
    if (close == std::string::npos || dots == std::string::npos || dots > close) continue;
    const std::string_view text(pattern);
    const auto first = parse_whole_number(text.substr(open + 1, dots - open - 1));
    const auto last = parse_whole_number(text.substr(dots + 2, close - dots - 2));
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

bool is_in_system_folder(std::string_view name) {
  for (size_t slash = name.find('/'), begin = 0; slash != std::string_view::npos; slash = name.find('/', begin)) {
    const std::string_view folder = name.substr(begin, slash - begin);
    if (folder != "." && folder != ".." && is_system_folder(folder)) return true;
    begin = slash + 1;
  }
  return false;
}

// The first folder of `name` behind its first `top` bytes; "" where it lies in none.
std::string_view folder_behind(std::string_view name, size_t top) {
  const std::string_view rest = name.substr(top);
  const size_t slash = rest.find('/');
  return slash == std::string_view::npos ? std::string_view() : rest.substr(0, slash);
}

// The length of the folders that all names have in front, with their slash; nothing where a name has no folder behind
// it.
std::optional<size_t> common_folder(const PackedNames& names) {
  if (names.size() == 0) return std::nullopt;
  std::string_view common = names[0].substr(0, names[0].rfind('/') + 1);
  for (size_t i = 1; i < names.size(); ++i) {
    const auto [end, other] = std::mismatch(common.begin(), common.end(), names[i].begin(), names[i].end());
    common = common.substr(0, common.substr(0, static_cast<size_t>(end - common.begin())).rfind('/') + 1);
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (folder_behind(names[i], common.size()).empty()) return std::nullopt;
  }
  return common.size();
}

class ShardLister {
 public:
  explicit ShardLister(Fs& fs) : fs_(fs) {}

  void add_shard(const std::string& path) {
    FileStatus status;
    const int failure = fs_.stat(path, &status);
    if (failure == -ENOENT || failure == -ENOTDIR) throw data_error(fmt::format("{}: no such shard", path));
    if (failure < 0) throw_io_error(path, "look at", failure);
    list_.add_place(path, stamp_of(status));
    const TarIndex index = TarIndex::scan(fs_, path);
    if (!index.defect().empty()) list_.add_skipped(path, std::string(kShardDefect) + index.defect());
    for (const std::string& link : index.broken_links()) {
      list_.add_skipped(shard_sample_name(path, link), "a link to nothing in its shard");
    }
    for (const auto& sample : group_samples(index)) add_sample(index, sample);
    list_.place_ends.push_back(list_.names.size());
  }
  int64_t samples() const { return static_cast<int64_t>(list_.names.size()); }

  PictureList finish() {
    name_classes();
    list_.fingerprint = hasher_.fingerprint();
    list_.hash_with_empty_classes = list_.fingerprint.names_hash;
    return std::move(list_);
  }

 private:
  void add_sample(const TarIndex& index, const TarSample& sample) {
    const auto picture = find_member(index, sample, {"jpg", "jpeg", "png", "webp"});
    if (!picture) return skip(index, sample);
    if (is_in_system_folder(picture->name)) {
      list_.add_skipped(shard_sample_name(index.path(), picture->name), kSystemFolder);
      return;
    }
    const int32_t label = read_label(index, sample);
    list_.add_sample(picture->name, picture->size);
    list_.offsets.push_back(picture->offset);
    list_.labels.push_back(label);
    hasher_.add(shard_sample_name(index.path(), picture->name), label, picture->size);
  }

  void skip(const TarIndex& index, const TarSample& sample) {
    bool has_dotted = false;
    for (size_t i = sample.first; i < size_t{sample.first} + sample.count; ++i) {
      const std::string name(index.member(i).name);
      if (!has_picture_extension(name)) continue;
      list_.add_skipped(shard_sample_name(index.path(), name),
                        "dot in its name: the extension of a shard's member begins at the first dot");
      has_dotted = true;
    }
    const auto first = index.member(sample.first).name;
    if (!has_dotted) list_.add_skipped(shard_sample_name(index.path(), first), "no picture in sample");
  }

  // -1 where the sample has no class.
  int32_t read_label(const TarIndex& index, const TarSample& sample) const {
    const auto member = find_member(index, sample, {"cls"});
    if (!member) return -1;
    const auto where = [&] { return fmt::format("{}:{}", index.path(), printable_name(std::string(member->name))); };
    if (member->size > kMaxLabelBytes) throw data_error(where() + ": a class must be one number");
    std::string text(member->size, '\0');
    OpenFile(fs_, index.path(), OpenMode::kRead).read_exactly(std::as_writable_bytes(std::span(text)), member->offset);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    const auto label = parse_whole_number(text);
    if (!label || *label > kMaxLabel)
      throw data_error(fmt::format("{}: not a class: {}", where(), printable_name(text)));
    return static_cast<int32_t>(*label);
  }

  void name_classes() {
    const auto [least, largest] = std::minmax_element(list_.labels.begin(), list_.labels.end());
    if (list_.labels.empty() || *largest < 0) return name_folders();
    if (*least < 0) throw data_error("some samples of the shards have a class (.cls) and others have none");
    for (int32_t i = 0; i <= *largest; ++i) list_.classes.add(std::to_string(i));
  }

  // Without .cls: the folders inside the shards are classes, if all pictures lie in some. What all names have in front
  // is no class. The fingerprint stays as it is without classes: they follow from the names.
  void name_folders() {
    list_.labels = {};
    const std::optional<size_t> top = common_folder(list_.names);
    if (!top) return;
    std::map<std::string, int32_t, std::less<>> classes;
    for (size_t i = 0; i < list_.names.size(); ++i) classes.emplace(folder_behind(list_.names[i], *top), 0);
    int32_t number = 0;
    for (auto& [name, label] : classes) {
      label = number++;
      list_.classes.add(name);
    }
    for (size_t i = 0; i < list_.names.size(); ++i) {
      list_.labels.push_back(classes.find(folder_behind(list_.names[i], *top))->second);
    }
  }

  Fs& fs_;
  PictureList list_;
  FingerprintHasher hasher_;
};

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

std::string shard_sample_name(std::string_view shard, std::string_view member) {
  return fmt::format("{}:{}", shard, member);
}

IndexSource shard_source(Fs& fs, const std::string& pattern, const ScanProgress& progress) {
  IndexSource source;
  // The number is that of the scan's rules. The spelling is part of the names and so of the fingerprint.
  source.key = fmt::format("shards 2\n{}\n{}", pattern, absolute_path(pattern));
  source.scan = [&fs, pattern, progress] {
    ShardLister lister(fs);
    for (const auto& path : shards_of(fs, pattern)) {
      lister.add_shard(path);
      if (progress) progress(lister.samples());
    }
    return lister.finish();
  };
  source.is_fresh = [&fs, pattern](const PictureIndex& index) {
    const auto shards = shards_of(fs, pattern);
    if (shards.size() != index.places().size() || !index.is_of_shards()) return false;
    for (size_t i = 0; i < shards.size(); ++i) {
      if (shards[i] != index.places()[i] || !is_unchanged(fs, shards[i], index.stamp(i))) return false;
    }
    return true;
  };
  return source;
}

}  // namespace itpn
