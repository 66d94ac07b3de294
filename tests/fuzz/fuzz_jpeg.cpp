#include "itpn/io/decoders.h"
#include "tests/fuzz/image_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = itpn::test::input_bytes(data, size);
  if (itpn::is_jpeg(bytes)) itpn::test::decode_every_way(bytes);
  return 0;
}
