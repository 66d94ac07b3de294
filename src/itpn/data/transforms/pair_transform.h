// Two views of one part of a picture: the student's and, in another size, the teacher's (spec of the recipes, 2).
#pragma once

#include "itpn/data/transforms/picture_transform.h"

namespace itpn {

struct PairOptions {
  PictureFormat format;         // of the student's view, which is resized bicubically
  ImageSize second_size = 224;  // of the teacher's, with Lanczos; 0: there is none
  CropRange crop{0.08, 1.0, 3.0 / 4.0, 4.0 / 3.0};
  double flip = 0.5;
  double color_jitter = 0.4;  // of the whole picture, before the crop
};

// Draws, in this order: colours, mirror image, crop.
class PairTransform : public PictureTransform {
 public:
  explicit PairTransform(const PairOptions& options) : PictureTransform(options.format), options_(options) {}
  bool needs_whole_picture() const override { return true; }
  void alter_source(const RgbPixels& picture, RandomStream& draws, std::vector<uint8_t>& scratch) const override;
  PictureView choose(int picture_width, int picture_height, RandomStream& draws) const override;
  std::optional<PictureView> choose_second(const PictureView& first, int picture_width,
                                           int picture_height) const override;
  int second_height() const override { return static_cast<int>(options_.second_size.height); }
  int second_width() const override { return static_cast<int>(options_.second_size.width); }

 private:
  PairOptions options_;
};

// Both views of the centre, without randomness: each as EvalTransform shows it.
class PairEvalTransform : public EvalTransform {
 public:
  // `filter` is of the first view alone.
  PairEvalTransform(const PictureFormat& format, const ImageSize& second_size, double crop_share,
                    ResizeFilter filter = ResizeFilter::kBicubic)
      : EvalTransform(format, crop_share, filter), second_({second_size}, crop_share, ResizeFilter::kLanczos) {}
  bool needs_whole_picture() const override { return true; }
  std::optional<PictureView> choose_second(const PictureView& first, int picture_width,
                                           int picture_height) const override;
  int second_height() const override { return second_.height(); }
  int second_width() const override { return second_.width(); }

 private:
  EvalTransform second_;
};

}  // namespace itpn
