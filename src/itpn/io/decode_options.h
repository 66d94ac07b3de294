// How a stored picture is read. The defaults are those of loaders that stand on Pillow, as published models were
// trained.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/io/image.h"

namespace itpn {

// What becomes of transparent pixels.
enum class AlphaRule : uint8_t {
  kDrop,   // their stored colour, as if they were opaque
  kWhite,  // they let white shine through
  kBlack,
};

struct DecodeOptions {
  AlphaRule alpha = AlphaRule::kDrop;
  bool applies_exif = false;    // the picture is turned and mirrored as its EXIF orientation says
  bool refuses_damage = false;  // damage anywhere in the picture is an ImageError of kind kDamaged
  PixelLimit limit = {};
};

struct DecodedImage {
  Image image;
  // What was found wrong with the file though it could be decoded; "": nothing. Of a region only what was met on the
  // way to it, unless damage is refused.
  std::string damage = {};
};

}  // namespace itpn
