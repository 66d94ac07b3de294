#include "itpn/data/transforms/pair_transform.h"

#include "itpn/data/transforms/color_jitter.h"

namespace itpn {

void PairTransform::alter_source(const RgbPixels& picture, RandomStream& draws, std::vector<uint8_t>& scratch) const {
  if (options_.color_jitter <= 0.0) return;
  for (const AugmentStep& step : draw_color_jitter(draws, options_.color_jitter)) {
    apply_step(step, picture, RgbColor{}, scratch);
  }
}

PictureView PairTransform::choose(int picture_width, int picture_height, RandomStream& draws) const {
  const bool is_mirrored = draws.uniform() < options_.flip;
  const Rect box = random_crop(draws, picture_width, picture_height, options_.crop);
  PictureView view{box, whole_resize(box.width, box.height, width(), height(), ResizeFilter::kBicubic)};
  view.job.is_mirrored = is_mirrored;
  return view;
}

std::optional<PictureView> PairTransform::choose_second(const PictureView& first, int, int) const {
  if (options_.second_size == ImageSize(0)) return std::nullopt;
  PictureView view{first.box, whole_resize(first.box.width, first.box.height, second_width(), second_height(),
                                           ResizeFilter::kLanczos)};
  view.job.is_mirrored = first.job.is_mirrored;
  return view;
}

std::optional<PictureView> PairEvalTransform::choose_second(const PictureView&, int picture_width,
                                                            int picture_height) const {
  return second_.choose(picture_width, picture_height);
}

}  // namespace itpn
