#include "itpn/data/datasets/scan_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "itpn/core/log.h"
#include "itpn/core/sha256.h"

namespace itpn {
namespace {

constexpr std::string_view kMagic = "itpn folder list 1\n";
constexpr size_t kDigestDigits = 64;
constexpr uint64_t kMaxCacheBytes = uint64_t{4} << 30;
// A folder that changed so shortly before the scan may change again without a new time stamp.
constexpr int64_t kRacyNanoseconds = 2'000'000'000;

// Numbers in decimal with a space behind, texts with their length before them.
class Writer {
 public:
  void number(int64_t value) { text_ += fmt::format("{} ", value); }
  void text(const std::string& value) {
    number(static_cast<int64_t>(value.size()));
    text_ += value;
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }
  explicit Writer(std::string_view start) : text_(start) {}

 private:
  std::string text_;
};

// The reverse; anything unexpected makes it fail for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool failed() const { return failed_; }
  bool at_end() const { return text_.empty(); }

  int64_t number() {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    const auto used = static_cast<size_t>(end - text_.data());
    failed_ = failed_ || error != std::errc{} || used >= text_.size() || text_[used] != ' ';
    if (failed_) return 0;
    text_.remove_prefix(used + 1);
    return value;
  }
  std::string text() {
    const int64_t size = number();
    failed_ = failed_ || size < 0 || static_cast<size_t>(size) >= text_.size() || text_[size] != '\n';
    if (failed_) return {};
    std::string value(text_.substr(0, size));
    text_.remove_prefix(size + 1);
    return value;
  }
  // A number of records, each at least two bytes long.
  size_t count() {
    const int64_t value = number();
    failed_ = failed_ || value < 0 || static_cast<size_t>(value) > text_.size() / 2;
    return failed_ ? 0 : static_cast<size_t>(value);
  }

 private:
  std::string_view text_;
  bool failed_ = false;
};

bool is_unchanged(Fs& fs, const std::string& root, const FolderScan& scan) {
  return std::all_of(scan.directories.begin(), scan.directories.end(), [&](const ScannedDirectory& directory) {
    FileStatus status;
    const std::string path = directory.name.empty() ? root : join_path(root, directory.name);
    if (fs.stat(path, &status) < 0) return false;
    return status.device == directory.device && status.inode == directory.inode &&
           status.modified_ns == directory.modified_ns;
  });
}

bool is_settled(const FolderScan& scan) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t latest = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - kRacyNanoseconds;
  return std::all_of(scan.directories.begin(), scan.directories.end(),
                     [&](const ScannedDirectory& directory) { return directory.modified_ns < latest; });
}

std::optional<FolderScan> read_cache(Fs& fs, const std::string& root, const std::string& path) {
  try {
    if (!exists(fs, path)) return std::nullopt;
    auto scan = decode_scan(root, read_text_file(fs, path, kMaxCacheBytes));
    if (scan && is_unchanged(fs, root, *scan)) return scan;
  } catch (const Error& error) {
    log::debug(fmt::format("the kept list of pictures is not used: {}", error.what()));
  }
  return std::nullopt;
}

void write_cache(Fs& fs, const std::string& path, const std::string& bytes) {
  try {
    make_directories(fs, parent_path(path));
    write_file_atomically(fs, path, bytes);
  } catch (const Error& error) {
    log::debug(fmt::format("the list of pictures is not kept: {}", error.what()));
  }
}

}  // namespace

std::string cache_directory(const std::string& configured) {
  if (configured == "off") return "";
  if (!configured.empty()) return configured;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') return join_path(cache, "itpn");
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? join_path(home, ".cache/itpn") : "";
}

std::string encode_scan(const std::string& root, const FolderScan& scan) {
  Writer writer(kMagic);
  writer.text(root);
  writer.number(static_cast<int64_t>(scan.files.size()));
  for (const auto& file : scan.files) {
    writer.number(static_cast<int64_t>(file.size));
    writer.text(file.name);
  }
  writer.number(static_cast<int64_t>(scan.directories.size()));
  for (const auto& directory : scan.directories) {
    writer.number(static_cast<int64_t>(directory.device));
    writer.number(static_cast<int64_t>(directory.inode));
    writer.number(directory.modified_ns);
    writer.text(directory.name);
  }
  writer.number(static_cast<int64_t>(scan.skipped.size()));
  for (const auto& entry : scan.skipped) {
    writer.text(entry.name);
    writer.text(entry.reason);
  }
  std::string bytes = writer.take();
  return bytes + sha256_hex(bytes);
}

std::optional<FolderScan> decode_scan(const std::string& root, const std::string& bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + kDigestDigits) return std::nullopt;
  const std::string_view content = std::string_view(bytes).substr(0, bytes.size() - kDigestDigits);
  if (sha256_hex(content) != bytes.substr(content.size())) return std::nullopt;
  Reader reader(content.substr(kMagic.size()));
  if (reader.text() != root) return std::nullopt;
  FolderScan scan;
  scan.files.resize(reader.count());
  for (auto& file : scan.files) {
    file.size = static_cast<uint64_t>(reader.number());
    file.name = reader.text();
  }
  scan.directories.resize(reader.count());
  for (auto& directory : scan.directories) {
    directory.device = static_cast<uint64_t>(reader.number());
    directory.inode = static_cast<uint64_t>(reader.number());
    directory.modified_ns = reader.number();
    directory.name = reader.text();
  }
  scan.skipped.resize(reader.count());
  for (auto& entry : scan.skipped) {
    entry.name = reader.text();
    entry.reason = reader.text();
  }
  if (reader.failed() || !reader.at_end()) return std::nullopt;
  return scan;
}

FolderScan scan_folder_cached(Fs& fs, const std::string& root, const std::string& directory,
                              const ScanProgress& progress) {
  if (directory.empty()) return scan_folder(fs, root, progress);
  std::error_code unknown;
  const std::string absolute = std::filesystem::absolute(root, unknown).lexically_normal().string();
  const std::string path = join_path(directory, "folder-" + sha256_hex(std::string_view(absolute)).substr(0, 32));
  if (auto kept = read_cache(fs, absolute, path)) return std::move(*kept);
  FolderScan scan = scan_folder(fs, absolute, progress);
  if (is_settled(scan)) write_cache(fs, path, encode_scan(absolute, scan));
  return scan;
}

}  // namespace itpn
