#include "itpn/data/datasets/synthetic_annotated.h"

#include <span>
#include <utility>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/parallel_for.h"
#include "itpn/data/datasets/synthetic_dataset.h"
#include "itpn/data/datasets/training_objects.h"

namespace itpn {
namespace {

CocoAnnotation annotation_of(const SyntheticObject& object, const SyntheticScene& scene) {
  CocoAnnotation annotation;
  annotation.category_id = object.label + 1;
  annotation.box = {static_cast<double>(object.box.left), static_cast<double>(object.box.top),
                    static_cast<double>(object.box.width), static_cast<double>(object.box.height)};
  Bitmap mask(scene.image.height, scene.image.width);
  mask.values = object.mask;
  Rle runs = encode_bitmap(mask);
  annotation.area = static_cast<double>(rle_area(runs));
  annotation.mask = std::move(runs);
  return annotation;
}

std::vector<CocoAnnotation> visible_shapes(const SyntheticScene& scene) {
  std::vector<CocoAnnotation> shapes;
  for (const SyntheticObject& object : scene.objects) {
    if (object.box.width > 0) shapes.push_back(annotation_of(object, scene));
  }
  return shapes;
}

}  // namespace

CocoSet synthetic_coco(const SyntheticOptions& options) {
  const SyntheticDataset pictures(options);
  CocoSet set;
  for (const std::string& name : synthetic_class_names())
    set.categories.push_back({static_cast<int64_t>(set.categories.size()) + 1, name});
  std::vector<std::vector<CocoAnnotation>> shapes(static_cast<size_t>(options.count));
  for_each_parallel(options.count, usable_cores(),
                    [&](int64_t i) { shapes[static_cast<size_t>(i)] = visible_shapes(synthetic_scene(options, i)); });
  for (int64_t i = 0; i < options.count; ++i) {
    set.images.push_back({i + 1, options.width, options.height, pictures.name(i)});
    for (CocoAnnotation& shape : shapes[static_cast<size_t>(i)]) {
      shape.id = static_cast<int64_t>(set.annotations.size()) + 1;
      shape.image_id = i + 1;
      set.annotations.push_back(std::move(shape));
    }
  }
  return set;
}

SyntheticAnnotated::SyntheticAnnotated(const SyntheticOptions& options, const CocoSet& set)
    : options_(options), images_(set.images) {
  class_names_ = synthetic_class_names();
  const CategoryLabels labels = category_labels(set.categories);
  std::vector<std::vector<const CocoAnnotation*>> of_image(images_.size());
  for (const CocoAnnotation& annotation : set.annotations)
    of_image.at(static_cast<size_t>(annotation.image_id - 1)).push_back(&annotation);
  for (size_t i = 0; i < images_.size(); ++i)
    truth_.push_back(training_objects(images_[i], of_image[i], labels).instances);
}

void SyntheticAnnotated::read(int64_t index, StoredPicture& into) const {
  into.bytes.clear();
  into.image = synthetic_scene(options_, index).image;
}

}  // namespace itpn
