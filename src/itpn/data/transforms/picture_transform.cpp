#include "itpn/data/transforms/picture_transform.h"

#include <stdexcept>

namespace itpn {

PictureTransform::PictureTransform(const PictureFormat& format) : format_(format) {
  if (format.channels == 1 || format.channels == kRgbChannels) return;
  throw std::invalid_argument("pictures have 1 or 3 channels, not " + std::to_string(format.channels));
}

PictureView TrainTransform::choose(int picture_width, int picture_height, RandomStream& draws) const {
  const Rect box = random_crop(draws, picture_width, picture_height, range_);
  PictureView view{box, whole_resize(box.width, box.height, width(), height(), ResizeFilter::kBicubic)};
  view.job.is_mirrored = draws.uniform() < flip_;
  return view;
}

PictureView EvalTransform::choose(int picture_width, int picture_height, RandomStream&) const {
  return choose(picture_width, picture_height);
}

PictureView EvalTransform::choose(int picture_width, int picture_height) const {
  const int64_t W = picture_width, H = picture_height;
  const auto covered_width = static_cast<int64_t>(width() / crop_share_);
  const auto covered_height = static_cast<int64_t>(height() / crop_share_);
  const auto scaled = [](int64_t side, int64_t by, int64_t over) {
    return static_cast<int>(static_cast<double>(side * by) / static_cast<double>(over));
  };
  // The side that is shorter, measured by the wanted shape, gets exactly the covered size.
  const bool is_wide = W * covered_height >= H * covered_width;
  const int full_width = is_wide ? scaled(covered_height, W, H) : static_cast<int>(covered_width);
  const int full_height = is_wide ? static_cast<int>(covered_height) : scaled(covered_width, H, W);
  PictureView view{{0, 0, picture_width, picture_height},
                   whole_resize(picture_width, picture_height, full_width, full_height, filter_)};
  view.job.window = {round_to_int((full_width - width()) / 2.0), round_to_int((full_height - height()) / 2.0), width(),
                     height()};
  return view;
}

}  // namespace itpn
