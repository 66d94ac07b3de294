#include "itpn/data/datasets/annotated_dataset.h"

#include <fmt/format.h>

#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

void check_same(int width, int height, const CocoImage& image) {
  if (image.width == 0 && image.height == 0) return;  // the annotations do not say
  if (width == image.width && height == image.height) return;
  throw SampleError("wrong-size", fmt::format("the picture has {} x {} pixels, its annotations are for {} x {}", width,
                                              height, image.width, image.height));
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

std::vector<int32_t> orientations(const AnnotatedDataset& dataset) {
  std::vector<int32_t> groups;
  for (int64_t i = 0; i < dataset.size(); ++i)
    groups.push_back(dataset.image(i).width > dataset.image(i).height ? 1 : 0);
  return groups;
}

}  // namespace itpn
