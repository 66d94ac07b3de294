#include "itpn/models/mim/mim_config.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"

namespace itpn {

int64_t kept_patches(int64_t patches, double ratio) {
  const auto kept = static_cast<int64_t>(static_cast<double>(patches) * (1 - ratio));
  if (kept < 1 || kept >= patches) {
    throw usage_error(fmt::format("mask.ratio {} hides {} of {} patches; at least one must stay visible and one hidden",
                                  ratio, kept < 1 ? "all" : "none", patches));
  }
  return kept;
}

void MimConfig::check() const {
  check_config(backbone);
  if (decoder.dim % 16 != 0 || decoder.dim % decoder.num_heads != 0) {
    throw usage_error(
        fmt::format("a decoder width of {} does not divide by 16 and into {} heads", decoder.dim, decoder.num_heads));
  }
  kept_patches(backbone.patches().count(), mask.ratio);
}

}  // namespace itpn
