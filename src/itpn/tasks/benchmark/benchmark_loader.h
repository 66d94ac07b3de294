// `itpn benchmark loader`: how many pictures a second the loader gives, and where its time goes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/core/image_size.h"

namespace itpn {

struct BenchmarkLoaderOptions {
  std::string data;  // a folder of pictures
  int64_t threads = 1;
  ImageSize image_size = 224;
  int64_t batch_size = 64;
  double seconds = 10.0;           // of each transform, in five windows
  std::string transform = "both";  // "train", "eval", "both" of them, or "finetune"
};

// One transform.
struct LoaderSpeed {
  std::string transform;
  double images_per_second = 0.0;  // median of the windows
  double slowest = 0.0;            // of the windows
  double fastest = 0.0;
  // Shares of the threads' time; they add up to 1.
  double read_share = 0.0;
  double decode_share = 0.0;
  double resize_share = 0.0;
  double augment_share = 0.0;
  double rest_share = 0.0;
};

// "finetune" is the whole way of fine-tuning's pictures: crop, mirror image, RandAugment, then normalised floats of
// which parts are erased; the floats are made by the calling thread and count as augmentation.
//
// Pictures are shuffled without end, as in training; files come from the page cache after the first pass, which is not
// measured. Throws data_error where there is no picture.
std::vector<LoaderSpeed> benchmark_loader(const BenchmarkLoaderOptions& options);

// A table for people, or one JSON object.
std::string loader_speed_table(const BenchmarkLoaderOptions& options, const std::vector<LoaderSpeed>& speeds);
std::string loader_speed_json(const BenchmarkLoaderOptions& options, const std::vector<LoaderSpeed>& speeds);

}  // namespace itpn
