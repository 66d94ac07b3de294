// What the targets for files of weights do with an input: open it, read every tensor, and accept no error but a
// checkpoint error.
#pragma once

#include <vector>

#include "itpn/io/weights_file.h"
#include "tests/support/bytes_fs.h"

namespace itpn::test {

inline int read_weights(const uint8_t* data, size_t size) {
  BytesFs disk(std::as_bytes(std::span(data, size)));
  for (const bool checks : {true, false}) {
    try {
      WeightsFile file(disk, "input", {.key = "", .checks_checksums = checks});
      file.strip_prefix([](const std::string& name) { return name.size() % 2 == 0; });
      for (const TensorInfo& tensor : file.tensors()) {
        std::vector<std::byte> bytes(tensor.bytes);  // bounded by the input's own size
        file.read(tensor, bytes);
      }
    } catch (const Error& error) {
      if (error.code() != ExitCode::kCheckpoint) throw;
    }
  }
  return 0;
}

}  // namespace itpn::test
