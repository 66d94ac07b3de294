#include "itpn/io/append_log.h"

#include <fmt/format.h>

#include <cerrno>

#include "itpn/core/log.h"

namespace itpn {

AppendLog::AppendLog(Fs& fs, const std::string& path) : fs_(fs), file_(fs, path, OpenMode::kAppend) {
  size_ = file_.size();
}

size_t AppendLog::write_some(std::span<const std::byte> bytes) noexcept {
  size_t done = 0;
  while (done < bytes.size()) {
    const int64_t written = fs_.write(file_.descriptor(), bytes.data() + done, bytes.size() - done);
    if (written == -EINTR) continue;
    if (written <= 0) break;
    done += static_cast<size_t>(written);
  }
  size_ += done;
  return done;
}

bool AppendLog::finish_pending() noexcept {
  const size_t done = write_some(pending_);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
  return pending_.empty();
}

bool AppendLog::drop() noexcept {
  if (++dropped_ > 1) return false;
  try {
    log::warning(fmt::format("{}: cannot be written (disk full?); the run goes on without these records", path()));
  } catch (...) {
    // Out of memory while saying that the disk is full: the count is still kept.
  }
  return false;
}

bool AppendLog::append(std::span<const std::byte> record) noexcept {
  const std::lock_guard lock(mutex_);
  if (!finish_pending()) return drop();
  try {
    pending_.reserve(record.size());  // before the first byte is written, so that its rest can always be kept
  } catch (...) {
    return drop();
  }
  const size_t done = write_some(record);
  if (done == 0 && !record.empty()) return drop();
  pending_.assign(record.begin() + static_cast<std::ptrdiff_t>(done), record.end());
  return true;
}

uint64_t AppendLog::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

int64_t AppendLog::dropped_records() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace itpn
