// The last look at a file that has just been written: are the bytes on the disk those in memory?
#pragma once

#include <functional>
#include <string>

#include "itpn/core/files.h"
#include "itpn/io/safetensors.h"

namespace itpn {

// Reads the file at `path` from the disk itself and compares it with what `write` puts into its sink, which must be
// what it put there when the file was written. Proves what a hash would, in a tenth of the time. Throws a checkpoint
// error (exit 4) where a byte differs or the lengths do, and SystemError where reading fails.
void compare_with_disk(Fs& fs, const std::string& path, const std::function<void(const ByteSink&)>& write);

}  // namespace itpn
