#include "itpn/core/atomic_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

namespace itpn {
namespace {

// Temporary names of this process that are in use at the same time differ by their number.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return fmt::format("{}.tmp-{}-{}", path, ::getpid(), count++);
}

}  // namespace

AtomicFile::AtomicFile(Fs& fs, const std::string& path)
    : fs_(fs), path_(path), file_(fs, temporary_name(path), OpenMode::kCreate) {}

AtomicFile::~AtomicFile() {
  if (!is_committed_) fs_.unlink(file_.path());
}

void AtomicFile::close() {
  if (is_closed_) return;
  is_closed_ = true;
  file_.fsync();
  file_.close();
}

void AtomicFile::commit() {
  close();
  const int renamed = fs_.rename(file_.path(), path_);
  if (renamed < 0) throw_io_error(path_, "rename to", renamed);
  is_committed_ = true;
  sync_directory(fs_, parent_path(path_));
}

}  // namespace itpn
