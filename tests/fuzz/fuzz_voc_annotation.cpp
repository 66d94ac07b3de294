// An annotation of Pascal VOC from hostile text: a data error, or named objects with an area.
#include <cstdlib>
#include <string_view>

#include "itpn/core/errors.h"
#include "itpn/io/voc_annotation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto annotation = itpn::parse_voc_annotation({reinterpret_cast<const char*>(data), size}, "input");
    if (annotation.width < 0 || annotation.height < 0) std::abort();
    for (const auto& object : annotation.objects) {
      if (object.name.empty() || !(object.box.width > 0 && object.box.height > 0)) std::abort();
    }
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kData) throw;
  }
  return 0;
}
