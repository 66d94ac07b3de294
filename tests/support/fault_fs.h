// A file system that fails where a test says so: the nth call of a kind gets an errno, a short transfer or a delay.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "itpn/core/files.h"

namespace itpn::test {

enum class Call { kOpen, kPread, kWrite, kFsync, kClose, kMkdir, kRename, kUnlink, kList, kStat, kFreeSpace, kLock };
inline constexpr std::array kAllCalls = {Call::kOpen,  Call::kPread, Call::kWrite,     Call::kFsync,
                                         Call::kClose, Call::kMkdir, Call::kRename,    Call::kUnlink,
                                         Call::kList,  Call::kStat,  Call::kFreeSpace, Call::kLock};
const char* name_of(Call call);

struct Fault {
  Call call = Call::kWrite;
  int64_t nth = 1;                     // which call of that kind, from 1
  bool and_all_later = false;          // that one and all after it
  int error = 0;                       // errno that it reports, or 0
  bool does_its_work = false;          // does what was asked, and reports the error all the same
  bool lies = false;                   // reports success and does nothing
  bool flips = false;                  // writes its first byte wrong, and reports success
  bool is_short = false;               // reads or writes about half of what was asked
  std::chrono::milliseconds delay{0};  // before anything else
};

class FaultFs final : public Fs {
 public:
  explicit FaultFs(Fs& fs) : fs_(fs) {}

  void inject(const Fault& fault);
  // No faults, and counting starts again.
  void reset();
  // Calls of that kind so far.
  int64_t calls(Call call) const;

  int open(const std::string& path, OpenMode mode) override;
  int64_t pread(int file, void* into, size_t size, uint64_t offset) override;
  int64_t write(int file, const void* bytes, size_t size) override;
  int fsync(int file) override;
  int close(int file) override;
  int mkdir(const std::string& path) override;
  int rename(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  int list(const std::string& path, std::vector<DirectoryEntry>* entries) override;
  int stat(const std::string& path, FileStatus* status) override;
  int free_space(const std::string& path, uint64_t* bytes) override;
  int lock(int file) override;

 private:
  // Counts the call and returns the fault that it meets (an empty one if none).
  Fault meet(Call call);
  int64_t perform(Call call, const std::function<int64_t()>& forward);
  static int64_t transfer(const Fault& fault, size_t size, const std::function<int64_t(size_t)>& forward);

  Fs& fs_;
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
  std::array<int64_t, kAllCalls.size()> counts_{};
};

}  // namespace itpn::test
