// One run per output directory. The kernel holds the lock and frees it when the process ends in whatever way, so a lock
// file left behind blocks nobody, and its age is never looked at.
#pragma once

#include <string>

#include "itpn/core/files.h"

namespace itpn {

class RunLock {
 public:
  // Takes DIRECTORY/run.lock, without waiting, and writes this process's number and host into it. Throws exit code 9,
  // naming the holder, if another process (or another RunLock of this one) has it; exit code 5 if the directory cannot
  // be written. On a file system without locks it warns and goes on. Never delete the file while a run may hold it.
  RunLock(Fs& fs, const std::string& directory);

 private:
  OpenFile file_;
};

}  // namespace itpn
