#include "fault_fs.h"

#include <algorithm>
#include <thread>

namespace itpn::test {
namespace {

int64_t answer(const Fault& fault, const std::function<int64_t()>& forward) {
  if (fault.lies) return 0;
  if (fault.error != 0 && !fault.does_its_work) return -fault.error;
  const int64_t result = forward();
  return fault.error != 0 ? -fault.error : result;
}

}  // namespace

const char* name_of(Call call) {
  constexpr std::array kNames = {"open",   "pread",  "write", "fsync", "close",      "mkdir",
                                 "rename", "unlink", "list",  "stat",  "free_space", "lock"};
  return kNames.at(static_cast<size_t>(call));
}

void FaultFs::inject(const Fault& fault) {
  const std::scoped_lock lock(mutex_);
  faults_.push_back(fault);
}

void FaultFs::reset() {
  const std::scoped_lock lock(mutex_);
  faults_.clear();
  counts_.fill(0);
}

int64_t FaultFs::calls(Call call) const {
  const std::scoped_lock lock(mutex_);
  return counts_.at(static_cast<size_t>(call));
}

Fault FaultFs::meet(Call call) {
  Fault met;
  {
    const std::scoped_lock lock(mutex_);
    const int64_t n = ++counts_.at(static_cast<size_t>(call));
    const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
      return fault.call == call && (fault.nth == n || (fault.and_all_later && n > fault.nth));
    });
    if (found != faults_.end()) met = *found;
  }
  std::this_thread::sleep_for(met.delay);
  return met;
}

int64_t FaultFs::perform(Call call, const std::function<int64_t()>& forward) { return answer(meet(call), forward); }

int64_t FaultFs::transfer(const Fault& fault, size_t size, const std::function<int64_t(size_t)>& forward) {
  const size_t allowed = fault.is_short && size > 1 ? size / 2 : size;
  return answer(fault, [&] { return forward(allowed); });
}

int FaultFs::open(const std::string& path, OpenMode mode) {
  return static_cast<int>(perform(Call::kOpen, [&] { return fs_.open(path, mode); }));
}

int64_t FaultFs::pread(int file, void* into, size_t size, uint64_t offset) {
  return transfer(meet(Call::kPread), size, [&](size_t allowed) { return fs_.pread(file, into, allowed, offset); });
}

int64_t FaultFs::write(int file, const void* bytes, size_t size) {
  const Fault fault = meet(Call::kWrite);
  std::vector<std::byte> wrong;
  if (fault.flips && size > 0) {
    wrong.assign(static_cast<const std::byte*>(bytes), static_cast<const std::byte*>(bytes) + size);
    wrong[0] ^= std::byte{1};
    bytes = wrong.data();
  }
  return transfer(fault, size, [&](size_t allowed) { return fs_.write(file, bytes, allowed); });
}

int FaultFs::fsync(int file) {
  return static_cast<int>(perform(Call::kFsync, [&] { return fs_.fsync(file); }));
}

// A descriptor is gone after close, whatever close reports.
int FaultFs::close(int file) {
  const Fault fault = meet(Call::kClose);
  const int result = fs_.close(file);
  return fault.error != 0 ? -fault.error : result;
}

int FaultFs::mkdir(const std::string& path) {
  return static_cast<int>(perform(Call::kMkdir, [&] { return fs_.mkdir(path); }));
}

int FaultFs::rename(const std::string& from, const std::string& to) {
  return static_cast<int>(perform(Call::kRename, [&] { return fs_.rename(from, to); }));
}

int FaultFs::unlink(const std::string& path) {
  return static_cast<int>(perform(Call::kUnlink, [&] { return fs_.unlink(path); }));
}

int FaultFs::list(const std::string& path, std::vector<DirectoryEntry>* entries) {
  return static_cast<int>(perform(Call::kList, [&] { return fs_.list(path, entries); }));
}

int FaultFs::stat(const std::string& path, FileStatus* status) {
  return static_cast<int>(perform(Call::kStat, [&] { return fs_.stat(path, status); }));
}

int FaultFs::free_space(const std::string& path, uint64_t* bytes) {
  return static_cast<int>(perform(Call::kFreeSpace, [&] { return fs_.free_space(path, bytes); }));
}

int FaultFs::lock(int file) {
  return static_cast<int>(perform(Call::kLock, [&] { return fs_.lock(file); }));
}

}  // namespace itpn::test
