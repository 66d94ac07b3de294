#include "itpn/core/errors.h"
#include "itpn/io/safetensors.h"
#include "tests/support/bytes_fs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  itpn::test::BytesFs disk(std::as_bytes(std::span(data, size)));
  try {
    itpn::SafetensorsFile file(disk, "input");
    for (const auto& tensor : file.tensors()) {
      std::vector<std::byte> bytes(tensor.bytes);  // at most the input's own size, or the header check has failed
      file.read(tensor, bytes);
    }
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kCheckpoint) throw;
  }
  return 0;
}
