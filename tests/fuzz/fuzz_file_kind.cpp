#include <cstdlib>
#include <span>

#include "itpn/io/file_kind.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const itpn::FileKind kind = itpn::file_kind(std::as_bytes(std::span(data, size)));
  if ((kind == itpn::FileKind::kEmpty) != (size == 0)) std::abort();
  if (*itpn::kind_name(kind) == '\0') std::abort();
  return 0;
}
