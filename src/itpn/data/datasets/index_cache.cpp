#include "itpn/data/datasets/index_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "itpn/core/log.h"
#include "itpn/core/mapped_file.h"
#include "itpn/core/sha256.h"

namespace itpn {
namespace {

// The coarsest time stamps of a file system that people use (FAT) are two seconds apart.
constexpr int64_t kRacyNanoseconds = 2'000'000'000;

int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

std::optional<PictureIndex> map_index(Fs& fs, const std::string& path, const std::string& key) {
  const auto file = std::make_shared<const MappedFile>(fs, path);
  return PictureIndex::open(file, file->bytes(), key);
}

std::optional<PictureIndex> kept_index(Fs& fs, const IndexSource& source, const std::string& path) {
  try {
    if (!exists(fs, path)) return std::nullopt;
    auto index = map_index(fs, path, source.key);
    if (index && source.is_fresh(*index)) return index;
    log::debug(fmt::format("{}: {}, so the pictures are listed again", path, index ? "out of date" : "damaged"));
  } catch (const Error& error) {
    log::debug(fmt::format("the kept index of the pictures is not used: {}", error.what()));
  }
  return std::nullopt;
}

// The written index, so that the first run takes no more memory than the next ones.
std::optional<PictureIndex> keep_index(Fs& fs, const IndexSource& source, const PictureList& list,
                                       const std::string& path) {
  try {
    make_directories(fs, parent_path(path));
    write_file_atomically(fs, path, encode_index(list, source.key));
    // Another process may have replaced it meanwhile, with an older list.
    auto index = map_index(fs, path, source.key);
    if (index && source.is_fresh(*index)) return index;
  } catch (const Error& error) {
    log::debug(fmt::format("the index of the pictures is not kept: {}", error.what()));
  }
  return std::nullopt;
}

}  // namespace

std::string cache_directory(const std::string& configured) {
  if (configured == "off") return "";
  if (!configured.empty()) return configured;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') return join_path(cache, "itpn");
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? join_path(home, ".cache/itpn") : "";
}

std::string index_path(const std::string& directory, const std::string& key) {
  return join_path(directory, "pictures-" + sha256_hex(std::string_view(key)).substr(0, 32));
}

PictureIndex open_index(Fs& fs, const IndexSource& source, const std::string& directory) {
  if (directory.empty()) return PictureIndex::in_memory(source.scan());
  const std::string path = index_path(directory, source.key);
  if (auto kept = kept_index(fs, source, path)) return *std::move(kept);
  const int64_t settled_before = now_ns() - kRacyNanoseconds;
  const PictureList list = source.scan();
  const bool is_settled = std::all_of(list.stamps.begin(), list.stamps.end(),
                                      [&](const PlaceStamp& stamp) { return stamp.modified_ns < settled_before; });
  if (is_settled) {
    if (auto kept = keep_index(fs, source, list, path)) return *std::move(kept);
  }
  return PictureIndex::in_memory(list);
}

PlaceStamp stamp_of(const FileStatus& status) {
  return {status.device, status.inode, status.modified_ns, status.is_directory ? 0 : status.size};
}

bool is_unchanged(Fs& fs, const std::string& path, const PlaceStamp& stamp) {
  FileStatus status;
  return fs.stat(path, &status) == 0 && stamp_of(status) == stamp;
}

std::string absolute_path(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::absolute(path, unknown).string();
}

}  // namespace itpn
