// Labels in YOLO's form from hostile text: a data error, or objects inside the picture.
#include <cstdlib>
#include <string_view>

#include "itpn/core/errors.h"
#include "itpn/io/yolo_labels.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    for (const auto& object : itpn::parse_yolo_labels({reinterpret_cast<const char*>(data), size}, "input")) {
      const auto& box = object.box;
      const bool is_inside = box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 &&
                             box.x + box.width <= 1.0001 && box.y + box.height <= 1.0001;
      if (object.label < 0 || !is_inside || object.outline.size() % 2 != 0) std::abort();
    }
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kData) throw;
  }
  return 0;
}
