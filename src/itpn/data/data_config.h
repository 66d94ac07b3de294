// The table [data] of a recipe: where the pictures come from and what is done to them before the model sees them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/core/image_size.h"
#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {

inline constexpr const char* kAutoSource = "auto";
inline constexpr int64_t kGreyChannels = 1, kColourChannels = kRgbChannels;

// Mean and deviation of ImageNet's pictures, of values in [0, 1]: of red, green and blue, or of their luma (0.299 R +
// 0.587 G + 0.114 B of each, to three digits).
std::vector<double> imagenet_mean(int64_t channels = kColourChannels);
std::vector<double> imagenet_std(int64_t channels = kColourChannels);

struct DataConfig {
  std::string source = kAutoSource;
  std::string path;
  std::string val_path;
  ImageSize image_size = 128;
  int64_t channels = kColourChannels;
  std::vector<double> crop_scale = {0.2, 1.0};
  std::vector<double> crop_ratio = {0.75, 4.0 / 3.0};
  double flip = 0.5;
  std::vector<double> mean = imagenet_mean();
  std::vector<double> std = imagenet_std();
  int64_t workers = 0;
  int64_t prefetch_mib = 512;
  std::string alpha = "white";
  std::string exif = "apply";
  std::string damaged = "use";
  double max_megapixels = 100.0;
  double max_bad_fraction = 0.001;
  bool allow_empty_classes = false;
  std::string cache_dir;
  int64_t synthetic_count = 4096;
};

template <class V>
void visit_fields(V& v, DataConfig& c) {
  v("source", c.source,
    {.doc =
         "where the pictures come from: a folder with or without sub-folders, a file that lists them, tar shards, or "
         "the built-in synthetic set; `auto` = what data.path is, found by looking at it, and synthetic without one",
     .one_of = {kAutoSource, "synthetic", "folder", "list", "tar"}});
  v("path", c.path,
    {.doc = "the folder, the list, or the shards (name-{000000..000012}.tar)", .is_path = true, .trajectory = false});
  v("val_path", c.val_path,
    {.doc = "pictures to measure loss and accuracy on: a folder, a list or shards; empty = none",
     .is_path = true,
     .trajectory = false});
  v("image_size", c.image_size,
    {.doc = "size of the crop in pixels, of any sides that model.patch_size divides; on the command line also 96x160 "
            "(height x width)",
     .min = 1,
     .max = kLongestSide});
  v("channels", c.channels,
    {.doc = "3 = colour, 1 = grey (a coloured picture becomes its luma); model.in_channels must be the same",
     .min = kGreyChannels,
     .max = kColourChannels});
  v("crop_scale", c.crop_scale,
    {.doc = "smallest and largest share of the picture's area that a crop takes",
     .min = 0.0,
     .max = 1.0,
     .min_exclusive = true,
     .count = 2});
  v("crop_ratio", c.crop_ratio,
    {.doc = "smallest and largest width / height of a crop, over that of image_size",
     .min = 0.0,
     .min_exclusive = true,
     .count = 2});
  v("flip", c.flip, {.doc = "share of the pictures that is mirrored", .min = 0.0, .max = 1.0});
  v("mean", c.mean, {.doc = "mean of each channel, of values in [0, 1]; the default becomes 0.459 for grey"});
  v("std", c.std,
    {.doc = "standard deviation of each channel, of values in [0, 1]; the default becomes 0.226 for grey",
     .min = 0.0,
     .min_exclusive = true});
  v("workers", c.workers,
    {.doc = "loader threads; 0 = one fewer than the cores that may be used. Never changes a result",
     .min = 0,
     .trajectory = false});
  v("prefetch_mib", c.prefetch_mib,
    {.doc = "memory for pictures that are ready ahead of their step", .min = 1, .trajectory = false});
  v("alpha", c.alpha,
    {.doc =
         "what shines through transparent pixels (PNG, WebP): white, black, or drop = nothing, their stored colour is "
         "taken as loaders on Pillow do",
     .one_of = {"white", "black", "drop"},
     .unrecorded = "drop"});
  v("exif", c.exif,
    {.doc = "turn and mirror pictures as their EXIF orientation says (JPEG, PNG, WebP), or ignore it as loaders on "
            "Pillow do",
     .one_of = {"apply", "ignore"},
     .unrecorded = "ignore"});
  v("damaged", c.damaged,
    {.doc = "pictures of which a part is lost though they can be decoded: use them, counted and listed, or skip them "
            "like those that cannot be read (looking for damage outside of each crop too takes time)",
     .one_of = {"use", "skip"}});
  v("max_megapixels", c.max_megapixels,
    {.doc = "larger pictures are not decoded but skipped like those that cannot be read; ten bytes a pixel is what "
            "decoding takes at most",
     .min = 0.0,
     .max = 700.0,
     .min_exclusive = true});
  v("max_bad_fraction", c.max_bad_fraction,
    {.doc = "stop with exit code 3 when a larger share of the dataset's pictures cannot be read; rounded up to a whole "
            "picture, so that only 0 forbids a single one",
     .min = 0.0,
     .max = 1.0,
     .trajectory = false});
  v("allow_empty_classes", c.allow_empty_classes,
    {.doc = "let a sub-folder without a picture be a class, where a task needs classes", .trajectory = false});
  v("cache_dir", c.cache_dir,
    {.doc = "where the index of a folder's or of shards' pictures is kept between runs; empty = ~/.cache/itpn, `off` = "
            "nowhere",
     .is_path = true,
     .trajectory = false});
  v("synthetic_count", c.synthetic_count, {.doc = "pictures of the synthetic set", .min = 1});
}

// Replaces the statistics of colour that a recipe has by default with those of grey, where grey is asked for.
void settle_statistics(DataConfig* data);

}  // namespace itpn
