#include "itpn/data/open_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "itpn/core/log.h"
#include "itpn/core/progress.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/folder_dataset.h"
#include "itpn/data/datasets/folder_list.h"
#include "itpn/data/datasets/list_dataset.h"
#include "itpn/data/datasets/shard_list.h"
#include "itpn/data/datasets/synthetic_dataset.h"
#include "itpn/data/datasets/tar_dataset.h"

namespace itpn {
namespace {

std::shared_ptr<const Dataset> open_synthetic(const DataConfig& config, const OpenDatasetOptions& options) {
  SyntheticOptions synthetic;
  synthetic.count = config.synthetic_count;
  // A quarter larger than the crop, so that crops differ.
  synthetic.width = synthetic.height = static_cast<int>(config.image_size * 5 / 4);
  synthetic.seed = options.synthetic_seed;
  return std::make_shared<SyntheticDataset>(synthetic);
}

// Runs `scan`, which is told where to report how many pictures it has found, with a bar if wanted.
template <class Scan>
auto with_bar(bool shows_progress, const Scan& scan) {
  if (!shows_progress) return scan(ScanProgress{});
  ProgressBar bar({.label = "scanning", .unit = "pictures"});
  auto result = scan([&](int64_t done) { bar.update(done); });
  bar.update(result.size());  // a kept index comes without a scan
  bar.finish();
  return result;
}

void check_empty_classes(const std::vector<std::string>& empty, const std::string& path, bool are_wrong) {
  if (empty.empty()) return;
  std::string names;
  for (const auto& name : empty) names += (names.empty() ? "" : ", ") + printable_name(name);
  const std::string message = fmt::format("{}: sub-folders without a picture: {}", path, names);
  if (are_wrong) {
    throw data_error(message + "; remove them, put pictures in, or set data.allow_empty_classes = true");
  }
  log::warning(message);
}

std::shared_ptr<const Dataset> open_folder(const DataConfig& config, const std::string& path,
                                           const OpenDatasetOptions& options) {
  PictureIndex index = with_bar(options.shows_progress, [&](const ScanProgress& progress) {
    return open_index(posix_fs(), folder_source(posix_fs(), path, progress), cache_directory(config.cache_dir));
  });
  const bool keeps_empty = options.needs_labels && config.allow_empty_classes;
  auto dataset = std::make_shared<FolderDataset>(posix_fs(), path, std::move(index), keeps_empty);
  check_empty_classes(dataset->empty_classes(), path, options.needs_labels && !keeps_empty);
  return dataset;
}

std::shared_ptr<const Dataset> open_shards(const DataConfig& config, const std::string& path,
                                           const OpenDatasetOptions& options) {
  PictureIndex index = with_bar(options.shows_progress, [&](const ScanProgress& progress) {
    return open_index(posix_fs(), shard_source(posix_fs(), path, progress), cache_directory(config.cache_dir));
  });
  return std::make_shared<const TarDataset>(posix_fs(), path, std::move(index));
}

std::shared_ptr<const Dataset> open_kind(const DataConfig& config, const std::string& path,
                                         const OpenDatasetOptions& options) {
  if (config.source == "synthetic") return open_synthetic(config, options);
  if (path.empty()) throw usage_error(fmt::format("data.source = \"{}\" needs data.path", config.source));
  if (config.source == "folder") return open_folder(config, path, options);
  if (config.source == "list") return std::make_shared<ListDataset>(posix_fs(), path);
  if (config.source == "tar") return open_shards(config, path, options);
  throw usage_error(fmt::format("data.source = \"{}\" is unknown", config.source));
}

uint64_t total_bytes(const Dataset& dataset) {
  if (const auto known = dataset.known_fingerprint()) return known->total_bytes;
  uint64_t bytes = 0;
  for (int64_t i = 0; i < dataset.size(); ++i) bytes += dataset.stored_bytes(i);
  return bytes;
}

void tell_summary(const Dataset& dataset, const std::string& path) {
  const uint64_t bytes = total_bytes(dataset);
  const auto classes = static_cast<int64_t>(dataset.class_names().size());
  std::string text =
      fmt::format("{}: {}, {}, {:.1f} MiB", path.empty() ? "synthetic set" : path, count_of(dataset.size(), "picture"),
                  count_of(classes, "class", "classes"), static_cast<double>(bytes) / (1 << 20));
  for (const auto& [reason, count] : dataset.skipped_by_reason())
    text += fmt::format("; skipped {}: {}", count, reason);
  log::info(text);
}

}  // namespace

std::string guess_source(const std::string& path) {
  if (path.ends_with(".tar")) return "tar";
  if (!is_directory(posix_fs(), path)) return "list";
  std::vector<DirectoryEntry> entries;
  posix_fs().list(path, &entries);
  const bool has_shards = std::any_of(entries.begin(), entries.end(), [](const DirectoryEntry& entry) {
    return !entry.is_directory && entry.name.ends_with(".tar");
  });
  return has_shards ? "tar" : "folder";
}

std::shared_ptr<const Dataset> open_dataset(const DataConfig& config, const std::string& path,
                                            const OpenDatasetOptions& options) {
  auto dataset = open_kind(config, path, options);
  if (options.needs_labels && dataset->class_names().empty()) {
    throw data_error(fmt::format(
        "{}: no classes; put the pictures of each class into a sub-folder of its own, or give each line of a list a "
        "label",
        path));
  }
  if (options.shows_progress) tell_summary(*dataset, path);
  return dataset;
}

}  // namespace itpn
