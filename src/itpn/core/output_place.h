// Where a command is going to write: looked at before the work whose result it is.
#pragma once

#include <string>

#include "itpn/core/files.h"

namespace itpn {

// Proves by a file of one byte that `directory`, which is there, can be written: a read-only disk or a missing
// permission shows here, not after hours. Throws exit code 5.
void prove_writable(Fs& fs, const std::string& directory);

// Makes `directory`, with those above it, and proves that it can be written; "" is the current one. Throws exit code 5.
void prepare_output_directory(Fs& fs, const std::string& directory);

// The same for the directory of a file.
void prepare_output_file(Fs& fs, const std::string& path);

}  // namespace itpn
