// Where a command is going to write: looked at before the work whose result it is.
#pragma once

#include <string>

#include "itpn/core/files.h"

namespace itpn {

// Makes `directory`, with those above it, and proves by a file of one byte that it can be written; "" is the current
// one. A read-only disk or a missing permission shows here, not after hours. Throws exit code 5.
void prepare_output_directory(Fs& fs, const std::string& directory);

// The same for the directory of a file.
void prepare_output_file(Fs& fs, const std::string& path);

}  // namespace itpn
