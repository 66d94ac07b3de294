#include "itpn/models/backbone/backbone_config.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"

namespace itpn {

void check_config(const BackboneConfig& c) {
  if (c.patch_size < 4 || c.patch_size % 4 != 0) {
    throw usage_error(fmt::format("model.patch_size is {}, but must be a multiple of 4", c.patch_size));
  }
  if (c.patches().count() == 0 || !divides(c.patch_size, c.image_size)) {
    throw usage_error(fmt::format("an image size of {} does not divide into patches of {} pixels; try {}",
                                  to_text(c.image_size), c.patch_size,
                                  to_text(nearest_size(c.image_size, c.patch_size))));
  }
  if (c.embed_dim % 4 != 0 || c.num_heads < 1 || c.embed_dim % c.num_heads != 0) {
    throw usage_error(
        fmt::format("a model width of {} does not divide by 4 and into {} heads", c.embed_dim, c.num_heads));
  }
  if (c.stage_mixer != "cmlp" && c.stage_mixer != "conv") {
    throw usage_error(fmt::format("stage_mixer is \"{}\", but must be \"cmlp\" or \"conv\"", c.stage_mixer));
  }
}

}  // namespace itpn
