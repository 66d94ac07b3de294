// strace, which injects faults into system calls.
#pragma once

#include <cstdlib>

namespace itpn::test {

// Whether it is here and allowed; a test that needs it says so and skips.
inline bool can_use_strace() { return std::system("strace -o /dev/null true 2>/dev/null") == 0; }

}  // namespace itpn::test
