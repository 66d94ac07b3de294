#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "itpn/core/files.h"

namespace itpn {
namespace {

int or_errno(int result) { return result < 0 ? -errno : result; }

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
    case OpenMode::kReadUncached:
      return O_RDONLY | O_CLOEXEC | O_NONBLOCK;  // a FIFO must not hang us
    case OpenMode::kCreate:
    case OpenMode::kCreateUncached:
      return O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    case OpenMode::kAppend:
      return O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    case OpenMode::kLock:
      return O_RDWR | O_CREAT | O_CLOEXEC;
    case OpenMode::kDirectory:
      return O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  }
  return O_RDONLY;
}

// A local file that was replaced or deleted lives on while it is open; these forget it. They also answer each transfer
// past the cache before they take the next one.
bool is_on_network(int file) {
  static constexpr std::array<uint32_t, 9> kNetworks{
      0x00006969 /* NFS */,  0x0000517B /* SMB */,    0xFE534D42 /* SMB 2 */,
      0xFF534D42 /* CIFS */, 0x65735546 /* FUSE */,   0x01021997 /* 9P */,
      0x00C36400 /* Ceph */, 0x0BD00BD0 /* Lustre */, 0x47504653 /* GPFS */};
  struct ::statfs raw {};
  if (::fstatfs(file, &raw) != 0) return true;
  return std::find(kNetworks.begin(), kNetworks.end(), static_cast<uint32_t>(raw.f_type)) != kNetworks.end();
}

// False if the file was not open past the cache, or stays so.
bool go_through_cache(int file) {
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && (flags & O_DIRECT) != 0 && ::fcntl(file, F_SETFL, flags & ~O_DIRECT) == 0;
}

// Bytes transferred, or -errno. The kernel refuses with EINVAL what it cannot transfer past the cache.
template <class Transfer>
int64_t past_or_through_cache(int file, const Transfer& transfer) {
  ssize_t count = transfer();
  if (count < 0 && errno == EINVAL && go_through_cache(file)) count = transfer();
  return count < 0 ? -errno : count;
}

class PosixFs final : public Fs {
 public:
  int open(const std::string& path, OpenMode mode) override;
  int64_t pread(int file, void* into, size_t size, uint64_t offset) override {
    return past_or_through_cache(file, [&] { return ::pread(file, into, size, static_cast<off_t>(offset)); });
  }
  int64_t write(int file, const void* bytes, size_t size) override {
    return past_or_through_cache(file, [&] { return ::write(file, bytes, size); });
  }
  int fsync(int file) override { return or_errno(::fsync(file)); }
  int close(int file) override { return or_errno(::close(file)); }
  int mkdir(const std::string& path) override { return or_errno(::mkdir(path.c_str(), 0755)); }
  int rename(const std::string& from, const std::string& to) override {
    return or_errno(::rename(from.c_str(), to.c_str()));
  }
  int unlink(const std::string& path) override { return or_errno(::remove(path.c_str())); }
  int list(const std::string& path, std::vector<DirectoryEntry>* entries) override;
  int stat(const std::string& path, FileStatus* status) override;
  int free_space(const std::string& path, uint64_t* bytes) override;
  int lock(int file) override { return or_errno(::flock(file, LOCK_EX | LOCK_NB)); }
  int map(int file, std::span<const std::byte>* bytes) override;
  void unmap(std::span<const std::byte> bytes) override {
    if (!bytes.empty()) ::munmap(const_cast<std::byte*>(bytes.data()), bytes.size());
  }
};

int PosixFs::open(const std::string& path, OpenMode mode) {
  const int flags = open_flags(mode);
  if (mode == OpenMode::kReadUncached || mode == OpenMode::kCreateUncached) {
    const int file = ::open(path.c_str(), flags | O_DIRECT, 0644);
    if (file >= 0 && is_on_network(file)) go_through_cache(file);
    if (file >= 0 || errno != EINVAL) return or_errno(file);
  }
  return or_errno(::open(path.c_str(), flags, 0644));
}

int PosixFs::map(int file, std::span<const std::byte>* bytes) {
  struct ::stat raw {};
  if (::fstat(file, &raw) != 0) return -errno;
  // Bytes of a file on a network that was deleted or replaced are gone: touching them is a SIGBUS.
  if (!S_ISREG(raw.st_mode) || is_on_network(file)) return -ENODEV;
  *bytes = {};
  const auto size = static_cast<size_t>(raw.st_size);
  if (size == 0) return 0;
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  if (start == MAP_FAILED) return -ENODEV;
  *bytes = {static_cast<const std::byte*>(start), size};
  return 0;
}

int PosixFs::list(const std::string& path, std::vector<DirectoryEntry>* entries) {
  entries->clear();
  DIR* directory = ::opendir(path.c_str());
  if (!directory) return -errno;
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    FileStatus status;
    // A dangling link has no status: it is listed as a non-directory, and opening it will say why.
    const bool known = stat(join_path(path, name), &status) == 0;
    entries->push_back({name, known && status.is_directory});
    errno = 0;
  }
  const int failure = errno;
  ::closedir(directory);
  std::sort(entries->begin(), entries->end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return -failure;
}

int PosixFs::stat(const std::string& path, FileStatus* status) {
  struct ::stat raw {};
  if (::stat(path.c_str(), &raw) != 0) return -errno;
  *status = {.size = static_cast<uint64_t>(raw.st_size),
             .is_directory = S_ISDIR(raw.st_mode),
             .is_regular = S_ISREG(raw.st_mode),
             .device = raw.st_dev,
             .inode = raw.st_ino,
             .modified_ns = int64_t{raw.st_mtim.tv_sec} * 1'000'000'000 + raw.st_mtim.tv_nsec};
  return 0;
}

int PosixFs::free_space(const std::string& path, uint64_t* bytes) {
  struct ::statvfs raw {};
  if (::statvfs(path.c_str(), &raw) != 0) return -errno;
  *bytes = static_cast<uint64_t>(raw.f_bavail) * raw.f_frsize;
  return 0;
}

}  // namespace

Fs& posix_fs() {
  static PosixFs instance;
  return instance;
}

}  // namespace itpn
