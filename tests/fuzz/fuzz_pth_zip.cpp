#include "tests/fuzz/weights_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { return itpn::test::read_weights(data, size); }
