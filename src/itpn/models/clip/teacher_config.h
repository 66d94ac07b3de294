// The frozen teacher of a recipe. Torch-free.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/core/image_size.h"

namespace itpn {

struct TeacherConfig {
  std::string weights;
  std::string sha256;
  ImageSize image_size = 224;
  bool halve_contrast = true;
  std::string precision = "bf16";
  std::string cache_dir;
};

template <class V>
void visit_fields(V& v, TeacherConfig& c) {
  v("weights", c.weights,
    {.doc = "file of the CLIP model (ViT-B-16.pt, model.safetensors, ...) whose features are the targets, or a run of "
            "`itpn teacher`",
     .is_path = true,
     .trajectory = false});
  v("sha256", c.sha256, {.doc = "what that file must be; empty = any, and the run writes down which one it was"});
  v("image_size", c.image_size,
    {.doc = "size of the pictures that the teacher sees; it must make as many patches as the student's",
     .min = 1,
     .max = kLongestSide});
  v("halve_contrast", c.halve_contrast,
    {.doc =
         "the published code's scaling layer: it takes pictures in [0, 1] for [-1, 1], so that the teacher sees them "
         "bright and of half the contrast; false = as CLIP was trained"});
  v("precision", c.precision, {.doc = "arithmetic of the teacher's products", .one_of = {"fp32", "bf16"}});
  v("cache_dir", c.cache_dir,
    {.doc =
         "where the teacher's features are kept, by its weights and the pixels that it sees; pays where crops repeat; "
         "empty = nowhere",
     .is_path = true,
     .trajectory = false});
}

}  // namespace itpn
