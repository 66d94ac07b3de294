// Replaces the program's operator new by one that counts, and that fails once when it is told to.
#pragma once

namespace itpn::test {

struct Allocations {
  long made = 0;   // calls of operator new
  long alive = 0;  // of them, those not deleted again
};

// From here on allocations of this thread are counted; the one with the number `fails_at` (from 1) fails.
void start_counting(long fails_at);
Allocations stop_counting();

}  // namespace itpn::test
