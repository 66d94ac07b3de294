// resize_sizes, image_ops, detr_crop: pictures and annotations on their way into a detector.
#include <torch/torch.h>

#include "itpn/data/transforms/detection_transform.h"
#include "itpn/data/transforms/instance_ops.h"
#include "tests/golden/golden.h"
#include "tests/golden/pictures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

constexpr double kDetectorInput = 1e-6;
constexpr int kDivisor = 32;

PictureSize size_of(const json& height_width) { return {height_width.at(1), height_width.at(0)}; }

void check_resize_sizes(const Fixture& fixture, Comparison& comparison) {
  for (const auto& row : fixture.about.at("rows")) {
    const PictureSize from{row.at(1), row.at(0)};
    const PictureSize to = keep_ratio_size(from, row.at(2), row.at(3));
    const ScaleFactors factors = scale_factors(from, to);
    comparison.holds("size", to == PictureSize{row.at(5), row.at(4)});
    comparison.holds("factors", factors == ScaleFactors{row.at(6), row.at(7)});
    comparison.holds("padded", padded_side(to.height, kDivisor) == row.at(8).get<int>() &&
                                   padded_side(to.width, kDivisor) == row.at(9).get<int>());
  }
}

// (C, H, W) of a picture in the order RGB.
torch::Tensor normalised(const Image& picture, const Normalisation& constants, const PictureSize& padded) {
  auto out = torch::empty({picture.channels, padded.height, padded.width});
  normalise_padded(picture, constants, padded, out.data_ptr<float>());
  return out;
}

Image in_rgb(const at::Tensor& bgr) { return to_image(bgr.flip(2)); }

Normalisation constants_of(const json& about) {
  Normalisation constants;
  for (size_t c = 0; c < 3; ++c) {
    constants.mean[c] = about.at("mean").at(c);
    constants.deviation[c] = about.at("std").at(c);
  }
  return constants;
}

torch::Tensor nearest(const at::Tensor& label, const PictureSize& size) {
  MaskGeometry geometry({static_cast<int>(label.size(1)), static_cast<int>(label.size(0))});
  geometry.resize(size);
  Bitmap mask(label.size(0), label.size(1));
  std::copy_n(label.contiguous().const_data_ptr<uint8_t>(), label.numel(), mask.values.begin());
  const Bitmap found = geometry.apply(mask);
  return torch::tensor(c10::ArrayRef<uint8_t>(found.values), torch::kUInt8).reshape({found.height, found.width});
}

void check_image_ops(const Fixture& fixture, Comparison& comparison) {
  const Image picture = to_image(fixture.at("img_bgr"));
  for (size_t i = 0; i < fixture.about.at("sizes").size(); ++i) {
    const PictureSize size = size_of(fixture.about.at("sizes").at(i));
    Image into(size.width, size.height, picture.channels);
    BilinearResizer().run(view_of(picture), into);
    compare_held_exactly(fixture, "linear" + std::to_string(i), to_tensor(into), comparison);
    if (fixture.has("label")) {
      compare_held_exactly(fixture, "nearest" + std::to_string(i), nearest(fixture.at("label"), size), comparison);
    }
  }
  Image mirrored = picture;
  mirror_rows(mirrored);
  compare_held_exactly(fixture, "flip_bgr", to_tensor(mirrored), comparison);
  const Image rgb = in_rgb(fixture.at("img_bgr"));
  const Normalisation constants = constants_of(fixture.about);
  if (fixture.has("normalized_hwc_rgb")) {
    comparison.absolute("normalized_hwc_rgb", normalised(rgb, constants, {rgb.width, rgb.height}).permute({1, 2, 0}),
                        fixture.at("normalized_hwc_rgb"), kDetectorInput);
  }
  if (fixture.has("padded_chw")) {
    const auto& padded = fixture.at("padded_chw");
    const PictureSize size{static_cast<int>(padded.size(2)), static_cast<int>(padded.size(1))};
    comparison.absolute("padded_chw", normalised(rgb, constants, size), padded, kDetectorInput);
  }
}

Instances instances_of(const Fixture& fixture, const std::string& id) {
  Instances instances;
  const auto boxes = fixture.at(id + ".boxes").contiguous(), labels = fixture.at(id + ".labels").contiguous();
  const auto masks = fixture.at(id + ".masks").contiguous();
  for (int64_t i = 0; i < boxes.size(0); ++i) {
    const float* const box = boxes.const_data_ptr<float>() + 4 * i;
    instances.boxes.push_back({box[0], box[1], box[2], box[3]});
    instances.labels.push_back(labels.const_data_ptr<int64_t>()[i]);
    Bitmap mask(masks.size(1), masks.size(2));
    std::copy_n(masks.const_data_ptr<uint8_t>() + i * masks.size(1) * masks.size(2), mask.values.size(),
                mask.values.begin());
    instances.masks.push_back(std::move(mask));
  }
  return instances;
}

// Masks are padded with 0 to the size of the expected ones.
void compare_instances(const Fixture& fixture, const std::string& id, const Instances& found, Comparison& comparison) {
  auto boxes = torch::empty({found.count(), 4});
  auto labels = torch::empty({found.count()}, torch::kInt64);
  for (int64_t i = 0; i < found.count(); ++i) {
    const Box& box = found.boxes[static_cast<size_t>(i)];
    boxes[i] = torch::tensor({box.x1, box.y1, box.x2, box.y2});
    labels[i] = found.labels[static_cast<size_t>(i)];
  }
  compare_held(fixture, id + ".out_boxes", boxes, comparison);
  compare_held_exactly(fixture, id + ".out_labels", labels, comparison);
  if (!fixture.has(id + ".out_masks")) return;
  const auto& expected = fixture.at(id + ".out_masks");
  auto masks = torch::zeros({found.count(), expected.size(1), expected.size(2)}, torch::kUInt8);
  for (int64_t i = 0; i < found.count(); ++i) {
    const Bitmap& mask = std::get<Bitmap>(found.masks[static_cast<size_t>(i)]);
    masks[i]
        .narrow(0, 0, mask.height)
        .narrow(1, 0, mask.width)
        .copy_(torch::tensor(c10::ArrayRef<uint8_t>(mask.values), torch::kUInt8).reshape({mask.height, mask.width}));
  }
  comparison.exact(id + ".out_masks", masks, expected);
}

Rect part_of(const json& about) {
  return {about.at("offset_yx").at(1), about.at("offset_yx").at(0), about.at("crop_hw").at(1),
          about.at("crop_hw").at(0)};
}

void check_ranges(const json& about, Comparison& comparison) {
  for (const auto& one : about.value("ranges", json::array())) {
    const PictureSize size = size_of(one.at("img_hw"));
    const CropSides h = crop_sides(size.height, {}), w = crop_sides(size.width, {});
    comparison.holds("ranges", json{h.least, h.most} == one.at("crop_h") && json{w.least, w.most} == one.at("crop_w"));
  }
}

void check_chain(const Fixture& fixture, const json& about, const Normalisation& constants, Comparison& comparison) {
  const std::string id = about.at("id");
  Image picture = in_rgb(fixture.at(id + ".img"));
  const Instances instances = instances_of(fixture, id);
  DetectionPlan plan;
  plan.is_mirrored = about.at("flip");
  plan.first_size =
      keep_ratio_size({picture.width, picture.height}, about.at("scale1").at(1), about.at("scale1").at(0));
  plan.part = part_of(about);
  plan.size =
      keep_ratio_size({plan.part->width, plan.part->height}, about.at("scale2").at(1), about.at("scale2").at(0));
  DetectionScratch scratch;
  const DetectionSample sample = carry_out(plan, std::move(picture), instances, scratch);
  comparison.holds(id + " size", plan.size == size_of(about.at("final_img_hw")));
  comparison.holds(id + " factors",
                   sample.factors == ScaleFactors{about.at("scale_factor").at(0), about.at("scale_factor").at(1)});
  compare_instances(fixture, id, sample.instances, comparison);
  if (fixture.has(id + ".out_img")) {
    comparison.absolute(id + ".out_img", normalised(sample.picture, constants, size_of(about.at("pad_hw"))),
                        fixture.at(id + ".out_img"), kDetectorInput);
  }
}

void check_detr_crop(const Fixture& fixture, Comparison& comparison) {
  check_ranges(fixture.about, comparison);
  for (const auto& one : fixture.about.value("crops", json::array())) {
    const std::string id = one.at("id");
    const Instances original = instances_of(fixture, id);
    MovingInstances moving(original, size_of(one.at("img_hw")));
    moving.crop(part_of(one));
    compare_instances(fixture, id, std::move(moving).finish(), comparison);
  }
  for (const auto& one : fixture.about.value("chains", json::array())) check_chain(fixture, one, {}, comparison);
}

const bool kAddedDetectionImages = add_kind("resize_sizes", {check_resize_sizes, Runs::kOnHost}) &&
                                   add_kind("image_ops", {check_image_ops, Runs::kOnHost}) &&
                                   add_kind("detr_crop", {check_detr_crop, Runs::kOnHost});

}  // namespace
}  // namespace itpn::golden
