#include "itpn/tasks/features/picture_files.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <optional>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/data/datasets/folder_scan.h"
#include "itpn/data/datasets/list_dataset.h"
#include "itpn/data/render_picture.h"

namespace itpn {
namespace {

constexpr int64_t kChannels = 3;

void add_folder(const std::string& folder, std::vector<std::string>* paths) {
  const FolderScan scan = scan_folder(posix_fs(), folder);
  if (scan.files.empty()) throw data_error(fmt::format("{}: no picture (jpg, jpeg, png, webp) below it", folder));
  for (const ScannedFile& file : scan.files) paths->push_back(join_path(folder, file.name));
}

// Renders one picture into its place; the reason where that fails.
std::optional<std::string> render_file(const std::string& path, const PictureTransform& transform, uint8_t* into) {
  try {
    RenderState state;
    read_sample_file(posix_fs(), path, state.picture.bytes);
    RandomStream unused(0, Purpose::kAugmentation, 0, 0);
    render_picture(transform, unused, state, into);
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

std::vector<std::string> expand_pictures(const std::vector<std::string>& words) {
  std::vector<std::string> paths;
  for (const std::string& word : words) {
    if (is_directory(posix_fs(), word)) {
      add_folder(word, &paths);
    } else if (word.ends_with(".txt")) {
      const ListDataset list(posix_fs(), word);
      for (int64_t i = 0; i < list.size(); ++i) paths.push_back(list.name(i));
    } else {
      paths.push_back(word);
    }
  }
  return paths;
}

PictureBatch read_pictures(std::span<const std::string> paths, const PictureTransform& transform) {
  const auto bytes = static_cast<size_t>(transform.height()) * static_cast<size_t>(transform.width()) * kChannels;
  std::vector<uint8_t> pixels(paths.size() * bytes);
  std::vector<std::optional<std::string>> failures(paths.size());
  at::parallel_for(0, static_cast<int64_t>(paths.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      failures[i] = render_file(paths[i], transform, pixels.data() + i * bytes);
    }
  });
  PictureBatch result;
  HostBatch& batch = result.batch;
  batch.height = transform.height();
  batch.width = transform.width();
  for (size_t i = 0; i < paths.size(); ++i) {
    if (failures[i]) {
      result.unreadable.push_back({paths[i], *failures[i]});
      continue;
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
