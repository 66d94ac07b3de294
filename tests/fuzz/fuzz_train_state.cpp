// A checkpoint's state.json from hostile text: refused as a damaged checkpoint, or read and written again.
#include <cstdlib>

#include "itpn/core/errors.h"
#include "itpn/engine/run_progress.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto progress = itpn::progress_from_json({reinterpret_cast<const char*>(data), size}, "input");
    const std::string text = itpn::to_json(progress);
    if (itpn::to_json(itpn::progress_from_json(text, "again")) != text) std::abort();
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kCheckpoint) throw;
  }
  return 0;
}
