// Sizes of pictures that their annotations do not tell.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/structures/coco.h"

namespace itpn {

// Gives each of `images` without a size that of its file (`paths`, by image) as people see it, turned as EXIF says.
// Pictures without a path and those that cannot be read keep 0 x 0. Reads headers alone where the format allows it, on
// all cores.
void fill_sizes(Fs& fs, std::span<CocoImage> images, const std::vector<std::string>& paths);

}  // namespace itpn
