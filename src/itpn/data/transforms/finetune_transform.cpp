#include "itpn/data/transforms/finetune_transform.h"

#include "itpn/data/transforms/color_jitter.h"

namespace itpn {

PictureView FinetuneTransform::choose(int picture_width, int picture_height, RandomStream& draws) const {
  const Rect box = options_.has_loop_free_crop ? loop_free_crop(draws, picture_width, picture_height, options_.crop)
                                               : random_crop(draws, picture_width, picture_height, options_.crop);
  PictureView view{box, whole_resize(box.width, box.height, width(), height(), options_.filter)};
  view.job.is_mirrored = draws.uniform() < options_.flip;
  if (options_.has_random_filter) {
    view.job.filter = draws.uniform() < 0.5 ? ResizeFilter::kBilinear : ResizeFilter::kBicubic;
  }
  return view;
}

void FinetuneTransform::alter(const RgbPixels& picture, RandomStream& draws, std::vector<uint8_t>& scratch) const {
  if (options_.rand_augment) {
    for (const AugmentStep& step : draw_rand_augment(draws, *options_.rand_augment)) {
      apply_step(step, picture, options_.fill, scratch);
    }
  } else if (options_.color_jitter > 0.0) {
    for (const AugmentStep& step : draw_color_jitter(draws, options_.color_jitter)) {
      apply_step(step, picture, options_.fill, scratch);
    }
  }
}

std::vector<EraseBox> FinetuneTransform::choose_erased(RandomStream& draws) const {
  std::vector<EraseBox> boxes;
  if (options_.erasing.probability <= 0.0) return boxes;
  erase_randomly(draws, width(), height(), options_.erasing, [&](const Rect& rect) {
    EraseBox box;
    box.top = rect.top;
    box.left = rect.left;
    box.height = rect.height;
    box.width = rect.width;
    box.fill = options_.erase_fill;
    box.noise_key = draws.next_u64();
    boxes.push_back(box);
  });
  return boxes;
}

}  // namespace itpn
