// The constants of AdamW that no schedule changes.
#pragma once

namespace itpn {

struct AdamWConfig {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-8;
};

}  // namespace itpn
