#include "itpn/data/augment_config.h"

#include <algorithm>
#include <cmath>

#include "itpn/core/errors.h"
#include "itpn/data/reading_config.h"
#include "itpn/data/transforms/finetune_transform.h"

namespace itpn {
namespace {

EraseFill fill_named(const std::string& mode) {
  if (mode == "rand") return EraseFill::kChannelNoise;
  if (mode == "const") return EraseFill::kZero;
  return EraseFill::kPixelNoise;
}

// The mean colour, which comes in from outside of a turned picture.
RgbColor mean_color(const std::vector<double>& mean) {
  RgbColor color{};
  for (size_t c = 0; c < color.size(); ++c) {
    const double value = mean.empty() ? 0.0 : mean[std::min(c, mean.size() - 1)];
    color[c] = static_cast<uint8_t>(std::clamp(round_to_int(255.0 * value), 0, 255));
  }
  return color;
}

}  // namespace

DataConfig classification_data() {
  DataConfig data;
  data.image_size = 224;
  data.crop_scale = {0.08, 1.0};
  return data;
}

AugmentConfig probing_augmentation() {
  AugmentConfig augment;
  augment.loop_free_crop = true;
  augment.randaugment.clear();
  augment.erase_probability = 0.0;
  return augment;
}

ResizeFilter filter_named(const std::string& name) {
  if (name == "bilinear") return ResizeFilter::kBilinear;
  if (name == "lanczos") return ResizeFilter::kLanczos;
  return ResizeFilter::kBicubic;
}

CropRange crop_range(const DataConfig& data) {
  const double shape = static_cast<double>(data.image_size.width) / static_cast<double>(data.image_size.height);
  return {data.crop_scale.at(0), data.crop_scale.at(1), shape * data.crop_ratio.at(0), shape * data.crop_ratio.at(1)};
}

PictureFormat picture_format(const DataConfig& data) { return {data.image_size, data.channels, decode_options(data)}; }

std::shared_ptr<const PictureTransform> make_training_transform(const DataConfig& data, const AugmentConfig& augment) {
  FinetuneOptions options;
  options.format = picture_format(data);
  options.crop = crop_range(data);
  options.has_loop_free_crop = augment.loop_free_crop;
  options.flip = data.flip;
  options.has_random_filter = augment.interpolation == "random";
  options.filter = filter_named(augment.interpolation);
  options.color_jitter = augment.color_jitter;
  if (!augment.randaugment.empty()) options.rand_augment = parse_rand_augment(augment.randaugment);
  options.fill = mean_color(data.mean);
  options.erasing.probability = augment.erase_probability;
  options.erasing.max_count = static_cast<int>(augment.erase_count);
  options.erase_fill = fill_named(augment.erase_mode);
  return std::make_shared<FinetuneTransform>(options);
}

double evaluation_crop_share(const ImageSize& size, const PreprocessConfig& config) {
  if (config.crop_pct > 0.0) return config.crop_pct;
  const auto side = static_cast<int>(size.longer());
  return config.crop_rule == "clip" ? EvalTransform::clip_crop_share(side) : EvalTransform::default_crop_share(side);
}

std::shared_ptr<const EvalTransform> make_evaluation_transform(const PictureFormat& format,
                                                               const PreprocessConfig& config) {
  return std::make_shared<EvalTransform>(format, evaluation_crop_share(format.size, config),
                                         filter_named(config.interpolation));
}

}  // namespace itpn
