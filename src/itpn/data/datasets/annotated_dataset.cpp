#include "itpn/data/datasets/annotated_dataset.h"

#include <fmt/format.h>

#include <string_view>

#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

void check_same(int width, int height, const CocoImage& image) {
  if (image.width == 0 && image.height == 0) return;  // the annotations do not say
  if (width == image.width && height == image.height) return;
  throw SampleError("wrong-size", fmt::format("the picture has {} x {} pixels, its annotations are for {} x {}", width,
                                              height, image.width, image.height));
}

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

void add_mask(FingerprintHasher& hasher, const Segmentation& mask) {
  const auto add = [&](const auto& values, int64_t kind) {
    hasher.add(bytes_of(values), kind, bytes_of(values).size());
  };
  if (const auto* outlines = std::get_if<std::vector<Polygon>>(&mask)) {
    for (const Polygon& outline : *outlines) add(outline, 1);
  } else if (const auto* runs = std::get_if<Rle>(&mask)) {
    add(runs->counts, 2);
  } else if (const auto* bitmap = std::get_if<Bitmap>(&mask)) {
    add(bitmap->values, 3);
  }
}

void add_objects(FingerprintHasher& hasher, const Instances& objects) {
  for (size_t i = 0; i < objects.boxes.size(); ++i) {
    const Box& box = objects.boxes[i];
    hasher.add(fmt::format("{} {} {} {}", box.x1, box.y1, box.x2, box.y2), objects.labels[i], 0);
    if (!objects.masks.empty()) add_mask(hasher, objects.masks[i]);
  }
}

}  // namespace

Image decode_annotated(const StoredPicture& picture, const CocoImage& image) {
  if (picture.bytes.empty()) {
    check_same(picture.image.width, picture.image.height, image);
    return picture.image;
  }
  const ImageInfo info = read_image_info(picture.bytes);
  const bool fits_as_stored = info.width == image.width && info.height == image.height;
  DecodeOptions reading;
  reading.applies_exif = true;
  const auto [width, height] = shown_size(info, reading);
  reading.applies_exif = !fits_as_stored && width == image.width && height == image.height;
  if (!reading.applies_exif) check_same(info.width, info.height, image);
  return decode_shown(picture.bytes, info, reading).image;
}

DatasetFingerprint fingerprint(const AnnotatedDataset& dataset) {
  FingerprintHasher hasher;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const CocoImage& image = dataset.image(i);
    const Instances& objects = dataset.truth(i);
    hasher.add(fmt::format("{} {} {}", image.width, image.height, image.file_name), objects.count(), 0);
    add_objects(hasher, objects);
  }
  DatasetFingerprint print = hasher.fingerprint();
  print.count = dataset.size();
  return print;
}

std::vector<int32_t> orientations(const AnnotatedDataset& dataset) {
  std::vector<int32_t> groups;
  for (int64_t i = 0; i < dataset.size(); ++i)
    groups.push_back(dataset.image(i).width > dataset.image(i).height ? 1 : 0);
  return groups;
}

}  // namespace itpn
