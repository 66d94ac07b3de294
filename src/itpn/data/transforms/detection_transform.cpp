#include "itpn/data/transforms/detection_transform.h"

#include <algorithm>
#include <array>
#include <utility>

#include "itpn/data/transforms/instance_ops.h"

namespace itpn {

DetectionSample carry_out(const DetectionPlan& plan, Image&& picture, const Instances& instances,
                          DetectionScratch& scratch) {
  PictureSize size{picture.width, picture.height};
  MovingInstances moving(instances, size);
  if (plan.is_mirrored) {
    mirror_rows(picture);
    moving.mirror();
  }
  const Image* current = &picture;
  if (plan.first_size) {
    size = *plan.first_size;
    if (scratch.first.width != size.width || scratch.first.height != size.height ||
        scratch.first.channels != picture.channels) {
      scratch.first = Image(size.width, size.height, picture.channels);
    }
    scratch.resizer.run(view_of(picture), scratch.first);
    moving.resize(size);
    current = &scratch.first;
  }
  PixelView view = view_of(*current);
  if (plan.part) {
    view = view_of(*current, *plan.part);
    moving.crop(*plan.part);
    size = {plan.part->width, plan.part->height};
  }
  DetectionSample sample;
  sample.factors = scale_factors(size, plan.size);
  sample.picture = Image(plan.size.width, plan.size.height, picture.channels);
  scratch.resizer.run(view, sample.picture);
  moving.resize(plan.size);
  sample.instances = std::move(moving).finish();
  return sample;
}

void normalise_padded(const Image& picture, const Normalisation& constants, const PictureSize& padded, float* into) {
  std::array<float, 256> value_of;
  for (int c = 0; c < picture.channels; ++c) {
    for (int v = 0; v < 256; ++v) {
      value_of[static_cast<size_t>(v)] = (static_cast<float>(v) - constants.mean[c]) / constants.deviation[c];
    }
    for (int y = 0; y < padded.height; ++y) {
      float* const end = into + padded.width;
      if (y < picture.height) {
        const uint8_t* from = picture.row(y) + c;
        for (int x = 0; x < picture.width; ++x, from += picture.channels) *into++ = value_of[*from];
      }
      std::fill(into, end, 0.0F);
      into = end;
    }
  }
}

}  // namespace itpn
