#include "itpn/models/mim/distill_config.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"

namespace itpn {

void DistillModelConfig::check() const {
  check_config(backbone);
  if (backbone.embed_dim % 16 != 0) {
    throw usage_error(
        fmt::format("a width of {} is not a multiple of 16, which three levels need", backbone.embed_dim));
  }
  if (mfm.enabled && mfm.teacher_input != "full") {
    throw usage_error(
        fmt::format("mfm.teacher_input = \"{}\" does not go with pretrain.supervision = \"clip\", where no patch is "
                    "left out; take \"full\", or mfm.enabled = false",
                    mfm.teacher_input));
  }
}

}  // namespace itpn
