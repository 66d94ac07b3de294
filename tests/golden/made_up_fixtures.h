// Fixtures whose reference values are the library's own, small enough for a test: what the rules of comparison are
// tried on.
#pragma once

#include "tests/golden/golden.h"

namespace itpn::golden {

// Every random number depends on the seed of LibTorch alone.
Fixture made_up_pyramid();
Fixture made_up_classifier();
// With one AdamW step.
Fixture made_up_pretraining();

// The comparison of its kind, with what it threw as a failure.
Comparison compare(const Fixture& fixture);

}  // namespace itpn::golden
