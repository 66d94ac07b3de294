#include "itpn/tasks/features/picture_files.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <optional>

#include "itpn/core/errors.h"
#include "itpn/core/file_ending.h"
#include "itpn/core/files.h"
#include "itpn/core/log.h"
#include "itpn/core/utf8.h"
#include "itpn/data/datasets/folder_scan.h"
#include "itpn/data/datasets/list_dataset.h"
#include "itpn/data/path_kind.h"
#include "itpn/data/render_picture.h"
#include "itpn/io/file_kind.h"

namespace itpn {
namespace {

void add_folder(const std::string& folder, ExpandedPictures* pictures) {
  if (source_of_path(posix_fs(), folder) == "tar") {
    throw data_error(
        fmt::format("{}: a folder of tar shards; name pictures, folders of them or lists, or unpack it", folder));
  }
  const FolderScan scan = scan_folder(posix_fs(), folder);
  SkippedGroups skipped;
  for (const SkippedEntry& entry : scan.skipped) {
    add_skipped(&skipped, entry.name, entry.reason);
    pictures->lost += is_lost(entry.reason) ? 1 : 0;
  }
  if (scan.files.empty()) {
    const std::string others = skipped_text(skipped);
    throw data_error(
        fmt::format("{}: no picture (jpg, jpeg, png, webp) below it{}{}", folder, others.empty() ? "" : "; ", others));
  }
  const std::string others = skipped_text(only_harmless(skipped));
  if (!others.empty()) log::info(fmt::format("{}: {}", folder, others));
  warn_of_lost(folder, skipped);
  for (const ScannedFile& file : scan.files) pictures->paths.push_back(join_path(folder, file.name));
}

// A list is told by its content; what cannot be looked at is reported as a picture that cannot be read.
bool is_list(const std::string& path) {
  FileStatus status;
  if (has_picture_extension(path) || posix_fs().stat(path, &status) < 0 || !status.is_regular) return false;
  try {
    const FileKind kind = file_kind(posix_fs(), path);
    if (kind == FileKind::kText || kind == FileKind::kUtf16) return true;
    // Names in another encoding than UTF-8 make a list of no known kind.
    if (kind == FileKind::kUnknown || kind == FileKind::kEmpty)
      return has_ending(path, ".txt") || has_ending(path, ".csv");
    if (is_picture(kind) || kind == FileKind::kLfsPointer || kind == FileKind::kWebPage) return false;
    return source_of_path(posix_fs(), path) == "list";  // throws for archives and weights
  } catch (const SystemError&) {
    return false;
  }
}

void add_list(const std::string& path, ExpandedPictures* pictures) {
  const ListDataset list(posix_fs(), path);
  for (int64_t i = 0; i < list.size(); ++i) pictures->paths.push_back(list.name(i));
}

// What became of one picture.
struct Rendering {
  std::optional<std::string> failure;
  std::string damage;
};

// Renders one picture into its place.
Rendering render_file(const std::string& path, const PictureTransform& transform, uint8_t* into) {
  try {
    RenderState state;
    read_sample_file(posix_fs(), path, state.picture.bytes);
    RandomStream unused(0, Purpose::kAugmentation, 0, 0);
    render_picture(transform, unused, state, into);
    return {std::nullopt, state.damage};
  } catch (const Error& error) {
    return {error.what(), ""};
  }
}

}  // namespace

ExpandedPictures expand_pictures(const std::vector<std::string>& words) {
  ExpandedPictures pictures;
  for (const std::string& word : words) {
    if (is_directory(posix_fs(), word)) {
      add_folder(word, &pictures);
    } else if (is_list(word)) {
      add_list(word, &pictures);
    } else {
      pictures.paths.push_back(word);
    }
  }
  return pictures;
}

PictureBatch read_pictures(std::span<const std::string> paths, const PictureTransform& transform) {
  const auto bytes = static_cast<size_t>(transform.height()) * static_cast<size_t>(transform.width()) *
                     static_cast<size_t>(transform.channels());
  std::vector<uint8_t> pixels(paths.size() * bytes);
  std::vector<Rendering> done(paths.size());
  at::parallel_for(0, static_cast<int64_t>(paths.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      done[i] = render_file(paths[i], transform, pixels.data() + i * bytes);
    }
  });
  PictureBatch result;
  HostBatch& batch = result.batch;
  batch.height = transform.height();
  batch.width = transform.width();
  batch.channels = transform.channels();
  for (size_t i = 0; i < paths.size(); ++i) {
    if (done[i].failure) {
      result.unreadable.push_back({paths[i], *done[i].failure});
      continue;
    }
    if (!done[i].damage.empty()) {
      log::warning(fmt::format("{}: damaged but used: {}", printable_name(paths[i]), done[i].damage));
    }
    batch.pixels.insert(batch.pixels.end(), pixels.begin() + static_cast<std::ptrdiff_t>(i * bytes),
                        pixels.begin() + static_cast<std::ptrdiff_t>((i + 1) * bytes));
    batch.positions.push_back(i);
    result.paths.push_back(paths[i]);
    ++batch.count;
  }
  return result;
}

}  // namespace itpn
