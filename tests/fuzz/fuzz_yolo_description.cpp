// A description of a YOLO set from hostile text: a data error, or names of classes.
#include <cstdlib>
#include <string_view>

#include "itpn/core/errors.h"
#include "itpn/io/yolo_description.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    if (itpn::parse_yolo_description({reinterpret_cast<const char*>(data), size}, "input").names.empty()) std::abort();
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kData) throw;
  }
  return 0;
}
