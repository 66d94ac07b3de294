#include "itpn/data/open_dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "itpn/core/log.h"
#include "itpn/core/progress.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/class_checks.h"
#include "itpn/data/datasets/folder_dataset.h"
#include "itpn/data/datasets/folder_list.h"
#include "itpn/data/datasets/list_dataset.h"
#include "itpn/data/datasets/shard_list.h"
#include "itpn/data/datasets/synthetic_dataset.h"
#include "itpn/data/datasets/tar_dataset.h"
#include "itpn/data/path_kind.h"

namespace itpn {
namespace {

constexpr size_t kMaxEmptyShown = 5, kMaxClassesShown = 5;

std::shared_ptr<const Dataset> open_synthetic(const DataConfig& config, const OpenDatasetOptions& options) {
  SyntheticOptions synthetic;
  synthetic.count = config.synthetic_count;
  // A quarter larger than the crop, so that crops differ.
  synthetic.width = static_cast<int>(config.image_size.width * 5 / 4);
  synthetic.height = static_cast<int>(config.image_size.height * 5 / 4);
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

// What lies in a folder without a picture: "scans (skipped 3: ...)".
std::string with_content(const FolderDataset& dataset, const std::string& folder) {
  SkippedGroups inside;
  for (const SkippedEntry& entry : dataset.skipped()) {
    if (entry.name.starts_with(folder + "/")) add_skipped(&inside, entry.name.substr(folder.size() + 1), entry.reason);
  }
  return printable_name(folder) + (inside.empty() ? "" : fmt::format(" ({})", skipped_text(inside)));
}

void check_empty_classes(const FolderDataset& dataset, const std::string& path, bool are_wrong, bool takes_keys) {
  const std::vector<std::string> empty = dataset.empty_classes();
  if (empty.empty()) return;
  std::vector<std::string> names;
  for (const std::string& name : empty) {
    if (names.size() < kMaxEmptyShown) names.push_back(with_content(dataset, name));
  }
  if (empty.size() > kMaxEmptyShown) names.push_back(fmt::format("and {} more", empty.size() - kMaxEmptyShown));
  const std::string message = fmt::format("{}: sub-folders without a picture: {}", path, fmt::join(names, ", "));
  if (are_wrong) {
    throw data_error(fmt::format("{}; remove them{} put pictures in{}", message, takes_keys ? "," : " or",
                                 takes_keys ? ", or set data.allow_empty_classes = true" : ""));
  }
  log::warning(message);
}

// A class folder that is not read leaves a class, or a part of one, out.
void check_all_are_read(const FolderDataset& dataset, const std::string& path) {
  const SkippedGroups groups = dataset.skipped_by_reason();
  const bool may_lack_some = std::any_of(groups.begin(), groups.end(), [](const auto& group) {
    return group.first.starts_with(kUnreadableFolder) || group.first == kLinkedAgain;
  });
  if (!may_lack_some) return;
  for (const SkippedEntry& entry : dataset.skipped()) {
    const bool is_link_to_class = entry.reason == kLinkedAgain && entry.name.find('/') == std::string::npos;
    if (!entry.reason.starts_with(kUnreadableFolder) && !is_link_to_class) continue;
    throw data_error(fmt::format("{}: {}: its pictures would be missing from a class; mend that or remove it",
                                 join_path(path, printable_name(entry.name)), entry.reason));
  }
}

std::shared_ptr<const Dataset> open_folder(const DataConfig& config, const std::string& path,
                                           const OpenDatasetOptions& options) {
  PictureIndex index = with_bar(options.shows_progress, [&](const ScanProgress& progress) {
    return open_index(posix_fs(), folder_source(posix_fs(), path, progress), cache_directory(config.cache_dir));
  });
  const bool keeps_empty = options.needs_labels && config.allow_empty_classes;
  auto dataset = std::make_shared<FolderDataset>(posix_fs(), path, std::move(index), keeps_empty);
  if (options.needs_labels) check_all_are_read(*dataset, path);
  check_empty_classes(*dataset, path, options.needs_labels && !keeps_empty, options.takes_keys);
  return dataset;
}

std::shared_ptr<const Dataset> open_shards(const DataConfig& config, const std::string& path,
                                           const OpenDatasetOptions& options) {
  PictureIndex index = with_bar(options.shows_progress, [&](const ScanProgress& progress) {
    return open_index(posix_fs(), shard_source(posix_fs(), path, progress), cache_directory(config.cache_dir));
  });
  return std::make_shared<const TarDataset>(posix_fs(), path, std::move(index));
}

// What the pictures at `path` are taken as.
std::string source_for(const DataConfig& config, const std::string& path) {
  if (config.source == "synthetic") return config.source;
  const bool is_told = config.source != kAutoSource;
  if (path.empty() && !is_told) return "synthetic";
  if (path.empty()) throw usage_error(fmt::format("data.source = \"{}\" needs data.path", config.source));
  if (!is_told || path != config.path) return source_of_path(posix_fs(), path);
  check_source(posix_fs(), config.source, path);
  return config.source;
}

std::shared_ptr<const Dataset> open_kind(const DataConfig& config, const std::string& source, const std::string& path,
                                         const OpenDatasetOptions& options) {
  if (source == "synthetic") return open_synthetic(config, options);
  if (source == "folder") return open_folder(config, path, options);
  if (source == "list") return std::make_shared<ListDataset>(posix_fs(), path);
  if (source == "tar") return open_shards(config, path, options);
  throw usage_error(fmt::format("data.source = \"{}\" is unknown", source));
}

uint64_t total_bytes(const Dataset& dataset) {
  if (const auto known = dataset.known_fingerprint()) return known->total_bytes;
  uint64_t bytes = 0;
  for (int64_t i = 0; i < dataset.size(); ++i) bytes += dataset.stored_bytes(i);
  return bytes;
}

std::string class_list(const std::vector<std::string>& names) {
  if (names.empty()) return "no classes";
  return fmt::format("{} ({})", count_of(static_cast<int64_t>(names.size()), "class", "classes"),
                     list_of(printable_names(names), kMaxClassesShown, ", ..."));
}

void tell_summary(const Dataset& dataset, const std::string& path, const std::string& source) {
  const SkippedGroups skipped = dataset.skipped_by_reason();
  const std::string others = skipped_text(only_harmless(skipped));
  log::info(dataset_summary(dataset, path, source) + (others.empty() ? "" : "; " + others));
  warn_of_lost(path, skipped);
}

}  // namespace

std::string dataset_summary(const Dataset& dataset, const std::string& path, const std::string& source) {
  return fmt::format("{} ({}): {}, {}, {:.1f} MiB", source == "synthetic" ? "built-in pictures" : path, source,
                     count_of(dataset.size(), "picture"), class_list(dataset.class_names()),
                     static_cast<double>(total_bytes(dataset)) / (1 << 20));
}

std::shared_ptr<const Dataset> open_dataset(const DataConfig& config, const std::string& path,
                                            const OpenDatasetOptions& options) {
  const std::string source = source_for(config, path);
  auto dataset = open_kind(config, source, path, options);
  if (options.needs_labels && dataset->class_names().empty()) {
    throw data_error(fmt::format("{}: no classes: {}", path, dataset->why_no_classes()));
  }
  const std::string question = question_about_parts(*dataset, path);
  if (options.needs_labels && !question.empty()) throw data_error(fmt::format("{}: {}", path, question));
  if (!options.shows_progress) return dataset;
  tell_summary(*dataset, path, source);
  if (!question.empty()) log::warning(fmt::format("{}: {}", path, question));
  return dataset;
}

}  // namespace itpn
