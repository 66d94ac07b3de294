// The index of a model's shards from hostile text: a checkpoint error, or names of files that lie beside it.
#include <cstdlib>
#include <string>

#include "itpn/core/errors.h"
#include "itpn/io/weights_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& [tensor, file] : itpn::parse_weights_index(text, "input")) {
      if (file.empty() || file.find('/') != std::string::npos || file == "." || file == "..") std::abort();
    }
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kCheckpoint) throw;
  }
  itpn::shard_number(text);
  return 0;
}
