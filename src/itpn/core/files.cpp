#include "itpn/core/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "itpn/core/atomic_file.h"

namespace itpn {
namespace {

const char* advice_for(int error) {
  switch (error) {
    case ENOSPC:
      return "; free some space";
    case EDQUOT:
      return "; the quota of this user is used up";
    case EROFS:
      return "; the file system is mounted read-only";
    case EMFILE:
      return "; too many open files in this process, raise `ulimit -n`";
    case EACCES:
      return "; check the permissions";
    default:
      return "";
  }
}

// The status of a path, or nothing if it does not exist.
bool look_at(Fs& fs, const std::string& path, FileStatus* status) {
  const int result = fs.stat(path, status);
  if (result == -ENOENT || result == -ENOTDIR) return false;
  if (result < 0) throw_io_error(path, "look at", result);
  return true;
}

}  // namespace

bool SystemError::is_disk_full() const { return error_number_ == ENOSPC || error_number_ == EDQUOT; }

void throw_io_error(const std::string& path, const std::string& doing, int negative_errno) {
  const int error = -negative_errno;
  throw SystemError(fmt::format("{}: cannot {}: {}{}", path, doing, std::strerror(error), advice_for(error)), error);
}

OpenFile::OpenFile(Fs& fs, const std::string& path, OpenMode mode) : fs_(fs), path_(path) {
  do {
    file_ = fs_.open(path, mode);
  } while (file_ == -EINTR);
  if (file_ < 0) throw_io_error(path, is_for_reading(mode) ? "open" : "open for writing", file_);
}

OpenFile::~OpenFile() {
  if (file_ >= 0) fs_.close(file_);
}

void OpenFile::read_exactly(std::span<std::byte> into, uint64_t offset) {
  while (!into.empty()) {
    const int64_t got = fs_.pread(file_, into.data(), into.size(), offset);
    if (got == -EINTR) continue;
    if (got < 0) throw_io_error(path_, "read", static_cast<int>(got));
    if (got == 0) throw io_error(fmt::format("{}: the file ends {} bytes too early", path_, into.size()));
    into = into.subspan(static_cast<size_t>(got));
    offset += static_cast<uint64_t>(got);
  }
}

void OpenFile::write_all(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const int64_t written = fs_.write(file_, bytes.data(), bytes.size());
    if (written == -EINTR) continue;
    if (written <= 0) throw_io_error(path_, "write", written < 0 ? static_cast<int>(written) : -EIO);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

void OpenFile::fsync() {
  const int result = fs_.fsync(file_);
  if (result < 0) throw_io_error(path_, "flush to disk", result);
}

void OpenFile::close() {
  const int result = fs_.close(file_);
  file_ = -1;
  // Linux frees the descriptor before it reports EINTR; closing again could hit another thread's file.
  if (result < 0 && result != -EINTR) throw_io_error(path_, "close", result);
}

uint64_t OpenFile::size() {
  FileStatus status;
  const int result = fs_.stat(path_, &status);
  if (result < 0) throw_io_error(path_, "read", result);
  return status.size;
}

bool exists(Fs& fs, const std::string& path) {
  FileStatus status;
  return look_at(fs, path, &status);
}

bool is_directory(Fs& fs, const std::string& path) {
  FileStatus status;
  return look_at(fs, path, &status) && status.is_directory;
}

void sync_directory(Fs& fs, const std::string& path) {
  const std::string name = path.empty() ? "." : path;
  OpenFile directory(fs, name, OpenMode::kDirectory);
  const int result = fs.fsync(directory.descriptor());
  // Some network and user-space file systems cannot do this to a directory, and need no such call.
  if (result < 0 && result != -EINVAL && result != -EOPNOTSUPP) throw_io_error(name, "flush to disk", result);
}

void make_directories(Fs& fs, const std::string& path) {
  if (path.empty() || is_directory(fs, path)) return;
  const std::string parent = parent_path(path);
  make_directories(fs, parent);
  const int result = fs.mkdir(path);
  if (result == -EEXIST && is_directory(fs, path)) return;
  if (result < 0) throw_io_error(path, "make the directory", result);
  sync_directory(fs, parent);
}

void remove_all(Fs& fs, const std::string& path) {
  int result = fs.unlink(path);
  if (result == -ENOTEMPTY || result == -EEXIST) {
    std::vector<DirectoryEntry> entries;
    const int listed = fs.list(path, &entries);
    if (listed < 0) throw_io_error(path, "list", listed);
    for (const auto& entry : entries) remove_all(fs, join_path(path, entry.name));
    result = fs.unlink(path);
  }
  if (result < 0 && result != -ENOENT) throw_io_error(path, "delete", result);
}

std::vector<std::byte> read_file(Fs& fs, const std::string& path, uint64_t max_bytes) {
  FileStatus status;
  const int result = fs.stat(path, &status);
  if (result < 0) throw_io_error(path, "read", result);
  if (status.is_directory) throw_io_error(path, "read", -EISDIR);
  if (!status.is_regular) throw io_error(fmt::format("{}: not a regular file", path));
  if (status.size > max_bytes) {
    throw io_error(fmt::format("{}: {} bytes, more than the limit of {}", path, status.size, max_bytes));
  }
  OpenFile file(fs, path, OpenMode::kRead);
  std::vector<std::byte> bytes(status.size);
  file.read_exactly(bytes, 0);
  return bytes;
}

std::string read_text_file(Fs& fs, const std::string& path, uint64_t max_bytes) {
  const auto bytes = read_file(fs, path, max_bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool remove_if_possible(Fs& fs, const std::string& path) {
  const int result = fs.unlink(path);
  if (result >= 0 || result == -ENOENT) return true;
  if (result == -ENOTEMPTY || result == -EEXIST || result == -ENOTDIR) return false;
  throw_io_error(path, "delete", result);
}

void write_file_atomically(Fs& fs, const std::string& path, std::span<const std::byte> bytes) {
  AtomicFile file(fs, path);
  file.write(bytes);
  file.commit();
}

void write_file_atomically(Fs& fs, const std::string& path, const std::string& text) {
  write_file_atomically(fs, path, std::as_bytes(std::span(text)));
}

std::string join_path(const std::string& directory, const std::string& name) {
  if (directory.empty() || name.starts_with('/')) return name;
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

std::string parent_path(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return path.empty() ? "" : "/";
  const size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return "";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace itpn
