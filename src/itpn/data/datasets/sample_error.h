// A sample that cannot be used, and the reading of one sample's file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"

namespace itpn {

// One bad sample: the loader replaces it and counts it by `kind` (one word: "missing", "no-permission", "not-a-file",
// "read-error", or the name of an ImageDefect).
class SampleError : public Error {
 public:
  SampleError(std::string kind_word, const std::string& message)
      : Error(ExitCode::kData, message), kind(std::move(kind_word)) {}
  const std::string kind;
};

// Reads the file of one sample, reusing the memory of `into`. Throws SampleError for a fault of this file, Error with
// exit code 5 for one of the system (no more file descriptors, no memory).
void read_sample_file(Fs& fs, const std::string& path, std::vector<std::byte>& into);

// The same for `size` bytes from `offset` of a file that holds many samples.
void read_sample_range(Fs& fs, const std::string& path, uint64_t offset, uint64_t size, std::vector<std::byte>& into);

}  // namespace itpn
