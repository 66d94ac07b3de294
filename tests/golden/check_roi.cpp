// roi_align, roi_extract, mask_target, mask_paste: what lies between maps, boxes and masks.
#include <torch/torch.h>

#include "itpn/ops/mask_paste.h"
#include "itpn/ops/mask_targets.h"
#include "itpn/ops/roi_align.h"
#include "tests/golden/detection_fixtures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;
using NamedPool = std::pair<const char*, decltype(&ops::roi_align)>;

void check_roi_align_case(const Fixture& f, const json& about, Comparison& comparison) {
  const Case c{f, about.at("id")};
  const auto size = about.at("output_size").get<std::vector<int64_t>>();
  const ops::RoiAlignConfig config = {size.at(0), size.at(1), about.at("sampling_ratio"), about.at("aligned")};
  const double scale = about.at("spatial_scale");
  for (const auto& [note, pool] :
       {NamedPool{"", &ops::roi_align}, NamedPool{" (by matrix)", &ops::roi_align_by_matrix}}) {
    const at::Tensor map = leaf(c.at("input"));
    const at::Tensor out = pool(map, c.at("rois"), scale, config);
    if (c.has("out")) comparison.scaled(c.name("out") + note, out, c.at("out"));
    if (!c.has("grad_out")) continue;
    const at::Tensor gradient = torch::autograd::grad({out}, {map}, {c.at("grad_out")})[0];
    comparison.scaled(c.name("grad_in") + note, gradient, c.at("grad_in"), comparison.tolerances().gradients);
  }
}

void check_roi_align(const Fixture& fixture, Comparison& comparison) {
  for (const json& about : fixture.about.at("cases")) check_roi_align_case(fixture, about, comparison);
}

void check_roi_extract(const Fixture& f, Comparison& comparison) {
  const auto strides = f.about.at("strides").get<std::vector<int64_t>>();
  std::vector<at::Tensor> maps;
  for (size_t i = 0; i < strides.size(); ++i) maps.push_back(f.at("feat" + std::to_string(i)));
  const at::Tensor& rois = f.at("rois");
  const at::Tensor levels =
      ops::roi_levels(rois, static_cast<int64_t>(strides.size()), f.about.at("finest_scale").get<double>());
  compare_held_exactly(f, "levels", levels, comparison);
  const int64_t ratio = f.about.at("sampling_ratio");
  const bool is_aligned = f.about.at("aligned");
  compare_held(f, "out7", ops::roi_align_levels(maps, strides, rois, levels, {7, 7, ratio, is_aligned}), comparison);
  compare_held(
      f, "out14_first8",
      ops::roi_align_levels(maps, strides, rois.slice(0, 0, 8), levels.slice(0, 0, 8), {14, 14, ratio, is_aligned}),
      comparison);
}

// Polygons are compared where they are rasterised.
void check_mask_target(const Fixture& f, Comparison& comparison) {
  if (!f.has("bitmap.boxes")) return;
  const int64_t side = f.about.at("mask_size");
  const at::Tensor &masks = f.at("bitmap.gt_masks"), &boxes = f.at("bitmap.boxes"), &ids = f.at("bitmap.inds");
  const ops::PictureSize size = {static_cast<double>(masks.size(1)), static_cast<double>(masks.size(2))};
  compare_held(f, "bitmap.soft", ops::mask_coverage(masks, ops::clamp_boxes(boxes, size), ids, side), comparison);
  compare_held_exactly(f, "bitmap.target", ops::mask_targets(masks, boxes, ids, side).to(torch::kUInt8), comparison);
}

void check_paste_case(const Fixture& f, const json& about, Comparison& comparison) {
  const Case c{f, about.at("id")};
  const auto size = about.at("out_hw").get<std::vector<int64_t>>();
  const ops::PasteConfig config = {size.at(0), size.at(1), f.about.at("threshold")};
  const at::Tensor rows = torch::arange(c.at("labels").size(0), c.at("labels").options());
  const at::Tensor masks = c.at("logits").sigmoid().index({rows, c.at("labels")});
  at::Tensor boxes = c.at("boxes");
  if (about.value("rescale", true)) {
    boxes = boxes / torch::tensor(about.at("scale_factor").get<std::vector<float>>(), boxes.options());
  }
  compare_held_exactly(f, c.name("masks"), ops::paste_masks(masks, boxes, config), comparison);
  compare_held(f, c.name("prob"), ops::spread_masks(masks, boxes, config), comparison);
}

void check_mask_paste(const Fixture& fixture, Comparison& comparison) {
  for (const json& about : fixture.about.at("cases")) check_paste_case(fixture, about, comparison);
}

const bool kAddedRoi = add_kind("roi_align", {check_roi_align, Runs::kTensors}) &&
                       add_kind("roi_extract", {check_roi_extract, Runs::kTensors}) &&
                       add_kind("mask_target", {check_mask_target, Runs::kTensors}) &&
                       add_kind("mask_paste", {check_mask_paste, Runs::kTensors});

}  // namespace
}  // namespace itpn::golden
