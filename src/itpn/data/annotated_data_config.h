// The table [data] of a recipe of detection: pictures with objects.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/data_config.h"

namespace itpn {

struct AnnotatedDataConfig {
  std::string source = kAutoSource;
  std::string path;
  std::string annotations;
  std::string val_path;
  std::string val_annotations;
  std::string empty = "negative";
  std::vector<double> mean = imagenet_mean();
  std::vector<double> std = imagenet_std();
  int64_t workers = 0;
  int64_t prefetch_mib = 512;
  double max_megapixels = 100.0;
  double max_bad_fraction = 0.001;
  int64_t synthetic_count = 256;
};

template <class V>
void visit_fields(V& v, AnnotatedDataConfig& c) {
  v("source", c.source,
    {.doc = "form of the annotations; `auto` = found by looking at data.path, and the built-in synthetic set without "
            "one",
     .one_of = {kAutoSource, "synthetic", "coco", "yolo", "voc"}});
  v("path", c.path,
    {.doc = "folder with pictures and annotations, or the file that describes them (COCO's .json, YOLO's data.yaml)",
     .is_path = true,
     .trajectory = false});
  v("annotations", c.annotations,
    {.doc = "the file of annotations, where it is not found by itself; pictures are looked for in data.path",
     .is_path = true,
     .trajectory = false});
  v("val_path", c.val_path,
    {.doc = "pictures to measure on, in the same forms; empty = the part of data.path that is for it, if there is one",
     .is_path = true,
     .trajectory = false});
  v("val_annotations", c.val_annotations,
    {.doc = "as `annotations`, of the pictures to measure on", .is_path = true, .trajectory = false});
  v("empty", c.empty,
    {.doc = "training pictures without an object: learnt from as background only, or left out as in the paper",
     .one_of = {"negative", "drop"}});
  v("mean", c.mean, {.doc = "mean of each channel, of values in [0, 1]"});
  v("std", c.std,
    {.doc = "standard deviation of each channel, of values in [0, 1]", .min = 0.0, .min_exclusive = true});
  v("workers", c.workers,
    {.doc = "loader threads; 0 = one fewer than the cores that may be used. Never changes a result",
     .min = 0,
     .trajectory = false});
  v("prefetch_mib", c.prefetch_mib,
    {.doc = "memory for pictures that are ready ahead of their step", .min = 1, .trajectory = false});
  v("max_megapixels", c.max_megapixels,
    {.doc = "larger pictures are not decoded but skipped like those that cannot be read",
     .min = 0.0,
     .max = 700.0,
     .min_exclusive = true});
  v("max_bad_fraction", c.max_bad_fraction,
    {.doc = "stop with exit code 3 when a larger share of the dataset's pictures cannot be read; rounded up to a whole "
            "picture, so that only 0 forbids a single one",
     .min = 0.0,
     .max = 1.0,
     .trajectory = false});
  v("synthetic_count", c.synthetic_count, {.doc = "pictures of the synthetic set", .min = 1});
}

}  // namespace itpn
