#include "itpn/core/run_lock.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"

namespace itpn {
namespace {

// The text has a fixed length, so that the next holder overwrites it whole without cutting the file.
constexpr size_t kTextLength = 160;

std::string own_text() {
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string text = fmt::format("pid {} on host {}", ::getpid(), host.data());
  text.resize(kTextLength - 1, ' ');
  return text + '\n';
}

// "pid N on host H" of the holder. It writes this just after it got the lock, so an empty file is looked at again.
std::string holder(Fs& fs, OpenFile& file) {
  constexpr int kAttempts = 20;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::array<char, kTextLength> text{};
    const int64_t got = fs.pread(file.descriptor(), text.data(), text.size(), 0);
    const std::string_view line(text.data(), got > 0 ? static_cast<size_t>(got) : 0);
    const size_t end = line.find_last_not_of(" \n");
    if (end != std::string_view::npos) return std::string(line.substr(0, end + 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return "another process";
}

bool has_no_locks(int result) { return result == -ENOSYS || result == -EOPNOTSUPP || result == -ENOLCK; }

}  // namespace

RunLock::RunLock(Fs& fs, const std::string& directory) : file_(fs, join_path(directory, "run.lock"), OpenMode::kLock) {
  int result = 0;
  do {
    result = fs.lock(file_.descriptor());
  } while (result == -EINTR);
  if (result == -EWOULDBLOCK) {
    throw Error(ExitCode::kDirectoryInUse,
                fmt::format("{}: in use by another run ({}); wait for it, stop it, or choose another directory",
                            directory, holder(fs, file_)));
  }
  if (has_no_locks(result)) {
    log::warning(
        fmt::format("{}: this file system has no locks; see to it that no other run uses the directory", directory));
  } else if (result < 0) {
    throw_io_error(file_.path(), "lock", result);
  }
  const std::string text = own_text();
  file_.write_all(std::as_bytes(std::span(text)));
}

}  // namespace itpn
