// Training pictures of fine-tuning and linear probing (spec of the recipes, 5.1 and 6): crop, mirror image, RandAugment
// or colour jitter, and the parts to erase once the picture is normalised.
#pragma once

#include <optional>

#include "itpn/data/transforms/picture_transform.h"
#include "itpn/data/transforms/rand_augment.h"
#include "itpn/data/transforms/random_erasing.h"

namespace itpn {

struct FinetuneOptions {
  PictureFormat format;
  CropRange crop{0.08, 1.0, 3.0 / 4.0, 4.0 / 3.0};
  bool has_loop_free_crop = false;  // linear probing's
  double flip = 0.5;
  ResizeFilter filter = ResizeFilter::kBicubic;
  bool has_random_filter = false;  // bilinear or bicubic, drawn for each picture; `filter` does not count then
  std::optional<RandAugmentConfig> rand_augment;
  double color_jitter = 0.0;  // not used with RandAugment
  RgbColor fill{124, 116, 104};
  ErasingConfig erasing{.probability = 0.0};
  EraseFill erase_fill = EraseFill::kPixelNoise;
};

// Draws, in this order: the crop, the mirror image, the filter (if random), RandAugment or the colours, the erased
// parts and the key of each one's noise.
class FinetuneTransform : public PictureTransform {
 public:
  explicit FinetuneTransform(const FinetuneOptions& options) : PictureTransform(options.format), options_(options) {}
  PictureView choose(int picture_width, int picture_height, RandomStream& draws) const override;
  void alter(const RgbPixels& picture, RandomStream& draws, std::vector<uint8_t>& scratch) const override;
  std::vector<EraseBox> choose_erased(RandomStream& draws) const override;

 private:
  FinetuneOptions options_;
};

}  // namespace itpn
