#include "itpn/data/detection_packing.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace itpn {
namespace {

void copy_into(const Image& picture, DetectionBatch& batch, size_t place) {
  const auto row_bytes = static_cast<size_t>(batch.width * batch.channels);
  uint8_t* into = batch.pixels.data() + place * static_cast<size_t>(batch.height) * row_bytes;
  const auto used = static_cast<size_t>(picture.width) * static_cast<size_t>(picture.channels);
  for (int y = 0; y < picture.height; ++y, into += row_bytes) {
    std::memcpy(into, picture.row(y), used);
    std::memset(into + used, 0, row_bytes - used);
  }
  std::memset(into, 0, static_cast<size_t>(batch.height - picture.height) * row_bytes);
}

}  // namespace

DetectionPicture describe_picture(const PictureSize& original, const DetectionPlan& plan, DetectionSample& made,
                                  int divisor) {
  DetectionPicture about;
  about.original_height = original.height;
  about.original_width = original.width;
  about.height = plan.size.height;
  about.width = plan.size.width;
  about.padded_height = padded_side(plan.size.height, divisor);
  about.padded_width = padded_side(plan.size.width, divisor);
  about.factor_x = made.factors.x;
  about.factor_y = made.factors.y;
  about.is_mirrored = plan.is_mirrored;
  about.instances = std::move(made.instances);
  return about;
}

void pack_pictures(std::vector<Image>& pictures, DetectionBatch& batch) {
  batch.height = batch.width = 0;
  for (const DetectionPicture& picture : batch.pictures) {
    batch.height = std::max(batch.height, picture.padded_height);
    batch.width = std::max(batch.width, picture.padded_width);
  }
  batch.channels = 3;
  batch.pixels.resize(batch.pictures.size() * static_cast<size_t>(batch.height * batch.width * batch.channels));
  for (size_t place = 0; place < batch.pictures.size(); ++place) {
    copy_into(pictures[place], batch, place);
    pictures[place] = {};
  }
}

DetectionBatch make_test_batch(std::vector<Image>&& pictures, const DetectionTestSize& size) {
  DetectionBatch batch;
  DetectionScratch scratch;
  for (Image& picture : pictures) {
    const PictureSize original{picture.width, picture.height};
    const DetectionPlan plan = test_plan(original, size.longest_side, size.short_side);
    DetectionSample made = carry_out(plan, std::move(picture), {}, scratch);
    batch.pictures.push_back(describe_picture(original, plan, made, size.divisor));
    picture = std::move(made.picture);
  }
  batch.count = static_cast<int64_t>(pictures.size());
  pack_pictures(pictures, batch);
  return batch;
}

DetectionBatch make_test_batch(std::span<const PixelView> parts, const DetectionTestSize& size) {
  DetectionBatch batch;
  BilinearResizer resizer;
  std::vector<Image> pictures;
  for (const PixelView& part : parts) {
    const PictureSize original{part.width, part.height};
    const DetectionPlan plan = test_plan(original, size.longest_side, size.short_side);
    Image& picture = pictures.emplace_back(plan.size.width, plan.size.height, part.channels);
    resizer.run(part, picture);
    DetectionSample made;
    made.factors = scale_factors(original, plan.size);
    batch.pictures.push_back(describe_picture(original, plan, made, size.divisor));
  }
  batch.count = static_cast<int64_t>(parts.size());
  pack_pictures(pictures, batch);
  return batch;
}

}  // namespace itpn
