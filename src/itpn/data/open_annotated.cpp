#include "itpn/data/open_annotated.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/data/datasets/coco_dataset.h"
#include "itpn/data/datasets/synthetic_annotated.h"
#include "itpn/io/coco_json.h"

namespace itpn {
namespace {

AnnotatedSet open_coco_part(Fs& fs, const AnnotatedDataConfig& data, const std::string& path, const std::string& part,
                            std::vector<std::string> class_names) {
  AnnotatedSet set;
  set.name = join_path(path, "annotations/instances_" + part + ".json");
  set.truth = std::make_shared<CocoSet>(read_coco(fs, set.name));
  CocoDatasetConfig config;
  config.name = set.name;
  config.pictures = join_path(path, part);
  config.class_names = std::move(class_names);
  config.is_for_training = part == "train";
  config.empty = data.empty == "drop" ? EmptyPictures::kDrop : EmptyPictures::kNegative;
  set.samples = std::make_shared<CocoDataset>(fs, *set.truth, config);
  return set;
}

bool is_synthetic(const AnnotatedDataConfig& data, const std::string& path) {
  return data.source == "synthetic" || (data.source == kAutoSource && path.empty());
}

AnnotatedSet open_synthetic_part(int64_t count, uint64_t seed) {
  const SyntheticOptions options{.count = count, .seed = seed};
  AnnotatedSet set;
  set.name = "built-in pictures";
  set.truth = std::make_shared<CocoSet>(synthetic_coco(options));
  set.samples = std::make_shared<SyntheticAnnotated>(options, *set.truth);
  return set;
}

// As many as `itpn data --export-synthetic` writes.
AnnotatedSet open_held_out(const AnnotatedDataConfig& data) {
  return open_synthetic_part((data.synthetic_count + 3) / 4, kHeldOutSyntheticSet);
}

}  // namespace

AnnotatedData open_annotated_data(Fs& fs, const AnnotatedDataConfig& data) {
  AnnotatedData result;
  if (is_synthetic(data, data.path)) {
    result.train = open_synthetic_part(data.synthetic_count, 0);
    result.class_names = result.train.samples->class_names();
    result.val = open_held_out(data);
    return result;
  }
  result.train = open_coco_part(fs, data, data.path, "train", {});
  result.class_names = result.train.samples->class_names();
  result.val = open_coco_part(fs, data, data.val_path.empty() ? data.path : data.val_path, "val", result.class_names);
  return result;
}

AnnotatedSet open_annotated_set(Fs& fs, const AnnotatedDataConfig& data, const std::string& path,
                                const std::vector<std::string>& class_names) {
  if (is_synthetic(data, path)) return open_held_out(data);
  return open_coco_part(fs, data, path, "val", class_names);
}

}  // namespace itpn
