#include "itpn/models/backbone/backbone_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/errors.h"

namespace itpn {

void check_config(const BackboneConfig& c) {
  if (c.patch_size < 4 || c.patch_size % 4 != 0) {
    throw usage_error(fmt::format("model.patch_size is {}, but must be a multiple of 4", c.patch_size));
  }
  if (c.image_size < c.patch_size || c.image_size % c.patch_size != 0) {
    throw usage_error(fmt::format("an image size of {} does not divide into patches of {} pixels; try {}", c.image_size,
                                  c.patch_size, std::max<int64_t>(1, c.image_size / c.patch_size) * c.patch_size));
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
