// A stored picture as a transform shows it: decoded, resized, altered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/stage_seconds.h"
#include "itpn/data/transforms/picture_transform.h"

namespace itpn {

// Memory and measurements of one thread.
struct RenderState {
  StoredPicture picture;
  Resizer resizer;
  std::vector<uint8_t> scratch;  // of alterations
  std::vector<uint8_t> colours;  // of a picture that becomes grey
  // What was found wrong with the picture last rendered though it could be decoded; "": nothing (io/decode_options.h).
  std::string damage;
  StageSeconds seconds;
};

// Decodes (as transform.reading() says), resizes and alters state.picture into height x width x channels bytes, and its
// second view (if the transform has one) into `second`; throws SampleError or ImageError.
void render_picture(const PictureTransform& transform, RandomStream& draws, RenderState& state, uint8_t* into,
                    uint8_t* second = nullptr);

}  // namespace itpn
