#include "itpn/data/datasets/sample_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace itpn {
namespace {

// No picture of at most 100 million pixels is larger than its raw 16-bit RGBA pixels.
constexpr uint64_t kMaxSampleBytes = uint64_t{1} << 30;

[[noreturn]] void throw_unreadable(const std::string& path, int negative_errno) {
  const int code = -negative_errno;
  if (code == EMFILE || code == ENFILE || code == ENOMEM) throw_io_error(path, "cannot open it", negative_errno);
  const char* kind = code == ENOENT || code == ENOTDIR ? "missing"
                     : code == EACCES || code == EPERM ? "no-permission"
                     : code == ENXIO || code == EISDIR ? "not-a-file"
                                                       : "read-error";
  throw SampleError(kind, std::strerror(code));
}

// Closes the descriptor whatever happens.
class Descriptor {
 public:
  Descriptor(Fs& fs, const std::string& path) : fs_(fs), file_(fs.open(path, OpenMode::kRead)) {
    if (file_ < 0) throw_unreadable(path, file_);
  }
  ~Descriptor() { fs_.close(file_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }

 private:
  Fs& fs_;
  int file_;
};

// Asked by name before the file is opened: opening a device can have effects.
FileStatus status_of(Fs& fs, const std::string& path) {
  FileStatus status;
  if (const int result = fs.stat(path, &status); result < 0) throw_unreadable(path, result);
  if (!status.is_regular) throw SampleError("not-a-file", "neither a file nor a link to one");
  return status;
}

}  // namespace

void read_sample_file(Fs& fs, const std::string& path, std::vector<std::byte>& into) {
  read_sample_range(fs, path, 0, status_of(fs, path).size, into);
}

void read_sample_range(Fs& fs, const std::string& path, uint64_t offset, uint64_t size, std::vector<std::byte>& into) {
  if (size > kMaxSampleBytes) throw SampleError("too-large", fmt::format("{} bytes", size));
  const Descriptor file(fs, path);
  into.resize(size);
  size_t done = 0;
  while (done < into.size()) {
    const int64_t got = fs.pread(file.get(), into.data() + done, into.size() - done, offset + done);
    if (got == -EINTR) continue;
    if (got < 0) throw_unreadable(path, static_cast<int>(got));
    if (got == 0) break;  // it shrank since; the decoder will say so
    done += static_cast<size_t>(got);
  }
  into.resize(done);
}

}  // namespace itpn
