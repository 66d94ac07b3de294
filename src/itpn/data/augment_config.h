// The table [augment] of a recipe: what is done to training pictures of a classification task beyond the crop and the
// mirror image of [data] (spec of the recipes, 5.1 to 5.4), and the table [preprocess]: what is done to pictures that
// are classified (5.9).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "itpn/data/data_config.h"
#include "itpn/data/transforms/picture_transform.h"

namespace itpn {

struct AugmentConfig {
  std::string interpolation = "bicubic";
  bool loop_free_crop = false;
  double color_jitter = 0.0;
  std::string randaugment = "rand-m9-mstd0.5-inc1";
  double erase_probability = 0.25;
  std::string erase_mode = "pixel";
  int64_t erase_count = 1;
};

template <class V>
void visit_fields(V& v, AugmentConfig& c) {
  v("interpolation", c.interpolation,
    {.doc = "filter that resizes the crop; random = bilinear or bicubic for each picture",
     .one_of = {"bicubic", "bilinear", "lanczos", "random"}});
  v("loop_free_crop", c.loop_free_crop,
    {.doc = "draw the crop once and clamp it to the picture, as linear probing does, instead of until it fits"});
  v("color_jitter", c.color_jitter,
    {.doc = "largest change of brightness, contrast and saturation, as a share; not used together with randaugment",
     .min = 0.0,
     .max = 1.0});
  v("randaugment", c.randaugment,
    {.doc = "RandAugment: m magnitude (0 to 10), mstd its deviation, inc1 the increasing set, n operations (2); empty "
            "= none"});
  v("erase_probability", c.erase_probability,
    {.doc = "share of the pictures of which a part is erased", .min = 0.0, .max = 1.0});
  v("erase_mode", c.erase_mode,
    {.doc = "what comes into the erased part: normal noise for each value, for each channel, or 0",
     .one_of = {"pixel", "rand", "const"}});
  v("erase_count", c.erase_count, {.doc = "largest number of erased parts", .min = 1, .max = 100});
}

struct PreprocessConfig {
  double crop_pct = 0.0;
  std::string crop_rule = "pixel";
  std::string interpolation = "bicubic";
};

template <class V>
void visit_fields(V& v, PreprocessConfig& c) {
  v("crop_pct", c.crop_pct,
    {.doc = "share of the resized picture's shorter side that the centre crop keeps; 0 = by crop_rule",
     .min = 0.0,
     .max = 1.0});
  v("crop_rule", c.crop_rule,
    {.doc = "0.875, or 1 for large pictures: pixel = above 224 pixels, clip = from 384 pixels on",
     .one_of = {"pixel", "clip"}});
  v("interpolation", c.interpolation,
    {.doc = "filter that resizes the picture", .one_of = {"bicubic", "bilinear", "lanczos"}});
}

// [data] as fine-tuning and linear probing begin with it: 224 pixels, crops of 8 % of the picture and more.
DataConfig classification_data();
// [augment] of linear probing: the loop-free crop and nothing else.
AugmentConfig probing_augmentation();

// The filter of PreprocessConfig::interpolation.
ResizeFilter filter_named(const std::string& name);

// The transforms that the tables ask for. Throws usage_error for a RandAugment text that makes no sense.
std::shared_ptr<const PictureTransform> make_training_transform(const DataConfig& data, const AugmentConfig& augment);
// The share of the resized picture's shorter side that the centre crop keeps.
double evaluation_crop_share(int64_t image_size, const PreprocessConfig& config);
std::shared_ptr<const EvalTransform> make_evaluation_transform(int64_t image_size, const PreprocessConfig& config,
                                                               const DecodeOptions& reading);

}  // namespace itpn
