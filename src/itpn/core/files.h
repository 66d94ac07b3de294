// The one door to the disk. Everything that writes state goes through `Fs`, so that tests can replace it by one that
// fails, or by one that remembers what a power cut may leave (tests/support: FaultFs, SimFs).
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/errors.h"

namespace itpn {

struct DirectoryEntry {
  std::string name;  // bytes as stored, not necessarily UTF-8
  bool is_directory = false;
};

struct FileStatus {
  uint64_t size = 0;
  bool is_directory = false;
  bool is_regular = false;
  uint64_t device = 0;  // device and inode name a file whatever its path: two equal pairs are a link loop
  uint64_t inode = 0;
  int64_t modified_ns = 0;  // time of the last change of the content, nanoseconds since 1970
};

enum class OpenMode {
  kRead,            // existing file, read only
  kReadUncached,    // the same, from the disk itself where the file system can
  kCreate,          // write only; created or truncated
  kCreateUncached,  // the same, to the disk itself where the file system can
  kAppend,          // write only, at the end; created if missing
  kLock,            // read and write; created if missing, never truncated
  kDirectory,       // a directory, to fsync it
};

// The uncached modes are for large files that nobody reads again soon: the system's page cache costs several times the
// processor time of the transfer itself. Offsets, sizes and addresses that are multiples of this go past the cache. The
// first one that is not, such as a file's end, and all that follow go through it; nothing else differs.
inline constexpr size_t kUncachedAlignment = 4096;

inline bool is_for_reading(OpenMode mode) { return mode == OpenMode::kRead || mode == OpenMode::kReadUncached; }
inline bool is_for_creating(OpenMode mode) { return mode == OpenMode::kCreate || mode == OpenMode::kCreateUncached; }

// The operations of the operating system that the program uses. Each returns a value >= 0, or -errno. `write` and
// `pread` may be short and may return -EINTR; the helpers below loop.
class Fs {
 public:
  virtual ~Fs() = default;
  virtual int open(const std::string& path, OpenMode mode) = 0;
  virtual int64_t pread(int file, void* into, size_t size, uint64_t offset) = 0;
  virtual int64_t write(int file, const void* bytes, size_t size) = 0;
  virtual int fsync(int file) = 0;
  virtual int close(int file) = 0;
  virtual int mkdir(const std::string& path) = 0;
  virtual int rename(const std::string& from, const std::string& to) = 0;
  // A file, or an empty directory.
  virtual int unlink(const std::string& path) = 0;
  // Entries without "." and "..", sorted by name.
  virtual int list(const std::string& path, std::vector<DirectoryEntry>* entries) = 0;
  virtual int stat(const std::string& path, FileStatus* status) = 0;
  virtual int free_space(const std::string& path, uint64_t* bytes) = 0;
  // Exclusive, without waiting: -EWOULDBLOCK if another process holds it. Freed by close or by the process's end.
  virtual int lock(int file) = 0;
  // The whole open file as read-only memory in the file's own pages, until `unmap`. -ENODEV where that cannot be had or
  // cannot be trusted: on a network file system the bytes may vanish under their reader. MappedFile then reads instead.
  virtual int map(int /*file*/, std::span<const std::byte>* /*bytes*/) { return -ENODEV; }
  virtual void unmap(std::span<const std::byte> /*bytes*/) {}
};

// The real disk.
Fs& posix_fs();

// The system said no: exit code 5, and which errno.
class SystemError : public Error {
 public:
  SystemError(const std::string& message, int error_number)
      : Error(ExitCode::kInputOutput, message), error_number_(error_number) {}
  int error_number() const { return error_number_; }
  // The disk or the user's share of it is full.
  bool is_disk_full() const;

 private:
  int error_number_;
};

// Throws SystemError "PATH: cannot DOING: the system's words; what to do about it".
[[noreturn]] void throw_io_error(const std::string& path, const std::string& doing, int negative_errno);

// A file that closes itself. All functions throw SystemError where the system says no; a file that ends too early is an
// Error of exit code 5.
class OpenFile {
 public:
  OpenFile(Fs& fs, const std::string& path, OpenMode mode);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  // Reads exactly `into.size()` bytes from `offset`, or throws (a file that is too short is an error too).
  void read_exactly(std::span<std::byte> into, uint64_t offset);
  // Writes all bytes, looping over short writes and EINTR, or throws.
  void write_all(std::span<const std::byte> bytes);
  // A failure is final: the kernel may have dropped the bytes, and a second fsync would say that all is well. Whoever
  // gets the error writes a new file.
  void fsync();
  // Closes and reports a failure to close; the destructor closes silently.
  void close();
  uint64_t size();
  const std::string& path() const { return path_; }
  int descriptor() const { return file_; }

 private:
  Fs& fs_;
  std::string path_;
  int file_ = -1;
};

// False only if there is nothing of that name; a path that cannot be looked at is an error, not an absence.
bool exists(Fs& fs, const std::string& path);
bool is_directory(Fs& fs, const std::string& path);
// mkdir -p; each new directory's name is on the disk when it returns.
void make_directories(Fs& fs, const std::string& path);
// After it returns, names made, renamed or deleted in the directory survive a power cut.
void sync_directory(Fs& fs, const std::string& path);
// Deletes a file or a whole directory tree; a path that is not there is no error. Links are deleted, never followed.
void remove_all(Fs& fs, const std::string& path);
// Deletes a file or an empty folder. True if it is gone, or was not there; false where it must stay: a folder that is
// not empty, or a name below something that is no folder (with a slash behind it, a link is none either).
bool remove_if_possible(Fs& fs, const std::string& path);
// The whole regular file; throws exit code 5 if it is larger than `max_bytes`.
std::vector<std::byte> read_file(Fs& fs, const std::string& path, uint64_t max_bytes = UINT64_MAX);
std::string read_text_file(Fs& fs, const std::string& path, uint64_t max_bytes = UINT64_MAX);
// Old content or new content at every moment, also after a power cut: temporary file beside it, fsync, rename, fsync
// of the directory.
void write_file_atomically(Fs& fs, const std::string& path, std::span<const std::byte> bytes);
void write_file_atomically(Fs& fs, const std::string& path, const std::string& text);
std::string join_path(const std::string& directory, const std::string& name);
std::string parent_path(const std::string& path);

}  // namespace itpn
