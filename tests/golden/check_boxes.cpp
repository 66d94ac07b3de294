// iou_giou, box_coder, nms, soft_nms: arithmetic of boxes. Tensors are named CASE.field.
#include <torch/torch.h>

#include "itpn/ops/box_coder.h"
#include "itpn/ops/box_losses.h"
#include "itpn/ops/box_overlap.h"
#include "itpn/ops/nms.h"
#include "itpn/ops/soft_nms.h"
#include "tests/golden/detection_fixtures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;
using ops::Overlap;

void compare_overlaps(const Fixture& f, Comparison& comparison) {
  const std::pair<const char*, Overlap> kinds[] = {
      {"iou", Overlap::kIou}, {"iof", Overlap::kIof}, {"giou", Overlap::kGiou}};
  for (const auto& [name, kind] : kinds) {
    compare_held(f, name, ops::pairwise_overlap(f.at("a"), f.at("b"), kind), comparison);
    compare_held(f, std::string("pair.") + name, ops::aligned_overlap(f.at("pair.pred"), f.at("pair.target"), kind),
                 comparison);
  }
}

void compare_giou_loss(const Fixture& f, Comparison& comparison) {
  const double weight = f.about.at("giou_loss_weight");
  const at::Tensor prediction = leaf(f.at("pair.pred"));
  const at::Tensor each = 1 - ops::aligned_overlap(prediction, f.at("pair.target"), Overlap::kGiou);
  const at::Tensor loss = weight * ops::giou_loss(prediction, f.at("pair.target"), f.at("loss.weight").mean(-1),
                                                  f.about.at("pair_avg_factor"));
  compare_scalar(f, "loss.value", loss, comparison);
  compare_held(f, "loss.each", each, comparison);
  compare_gradient(f, "loss.grad_pred", loss, prediction, comparison);
}

void compare_decoded_loss(const Fixture& f, Comparison& comparison) {
  const auto stds = f.about.at("dec_stds").get<std::array<double, 4>>();
  const at::Tensor deltas = leaf(f.at("dec.deltas"));
  const at::Tensor boxes = ops::BoxCoder{stds}.decode(f.at("dec.rois"), deltas);
  compare_held(f, "dec.boxes", boxes, comparison);
  const at::Tensor loss = f.about.at("giou_loss_weight").get<double>() *
                          ops::giou_loss(boxes, f.at("dec.targets"), {}, f.about.at("dec_avg_factor"));
  compare_scalar(f, "dec.loss", loss, comparison);
  compare_gradient(f, "dec.grad_deltas", loss, deltas, comparison);
}

void compare_delta_losses(const Fixture& f, Comparison& comparison) {
  const double divisor = f.about.at("l_avg_factor");
  const auto compare = [&](const std::string& name, auto loss_of) {
    const at::Tensor prediction = leaf(f.at("l.pred"));
    const at::Tensor loss = loss_of(prediction, f.at("l.target"), f.at("l.weight"));
    compare_scalar(f, name + ".value", loss, comparison);
    compare_gradient(f, name + ".grad", loss, prediction, comparison);
  };
  compare("l1", [&](const auto&... a) { return ops::l1_loss(a..., divisor); });
  compare("sl1_beta1", [&](const auto&... a) { return ops::smooth_l1_loss(a..., divisor, {1.0}); });
  compare("sl1_beta1_9", [&](const auto&... a) { return ops::smooth_l1_loss(a..., divisor, {1.0 / 9.0}); });
}

void check_iou_giou(const Fixture& fixture, Comparison& comparison) {
  compare_overlaps(fixture, comparison);
  compare_giou_loss(fixture, comparison);
  compare_decoded_loss(fixture, comparison);
  compare_delta_losses(fixture, comparison);
}

void check_box_coder(const Fixture& f, Comparison& comparison) {
  for (const json& about : f.about.at("cases")) {
    const Case c{f, about.at("id")};
    const ops::BoxCoder coder{about.at("stds").get<std::array<double, 4>>()};
    const auto clip = picture_size(about.at("clip_hw"));
    const at::Tensor& from = c.at("proposals");
    const at::Tensor encoded = coder.encode(from, c.at("targets"));
    compare_held(f, c.name("encoded"), encoded, comparison);
    compare_held(f, c.name("decoded"), coder.decode(from, c.at("deltas")), comparison);
    compare_held(f, c.name("decoded_clipped"), coder.decode(from, c.at("deltas"), clip), comparison);
    compare_held(f, c.name("roundtrip"), coder.decode(from, encoded), comparison);
  }
  if (!f.has("multi.rois")) return;
  const json& about = f.about.at("multi");
  const ops::BoxCoder coder{about.at("stds").get<std::array<double, 4>>()};
  compare_held(f, "multi.decoded_clipped",
               coder.decode(f.at("multi.rois"), f.at("multi.deltas"), picture_size(about.at("clip_hw"))), comparison);
}

void check_nms_case(const Fixture& f, const json& about, Comparison& comparison) {
  const Case c{f, about.at("id")};
  const double threshold = about.at("iou_threshold");
  const at::Tensor &boxes = c.at("boxes"), &scores = c.at("scores");
  const bool is_batched = about.value("batched", false);
  const at::Tensor keep =
      is_batched ? ops::batched_nms(boxes, scores, c.at("ids"), threshold) : ops::nms(boxes, scores, threshold);
  compare_held_exactly(f, c.name("keep"), keep, comparison);
  if (!is_batched && f.has(c.name("keep"))) {
    comparison.exact(c.name("keep (by matrix)"), ops::nms_by_matrix(boxes, scores, threshold), f.at(c.name("keep")));
  }
}

void check_nms(const Fixture& fixture, Comparison& comparison) {
  for (const json& about : fixture.about.at("cases")) {
    if (about.value("kind", "") == "multiclass") {
      check_multiclass_case(fixture, about, comparison);
    } else {
      check_nms_case(fixture, about, comparison);
    }
  }
}

ops::SoftNmsConfig soft_nms_config(const json& about) {
  const std::map<std::string, ops::Decay> decays = {
      {"naive", ops::Decay::kNaive}, {"linear", ops::Decay::kLinear}, {"gaussian", ops::Decay::kGaussian}};
  return {decays.at(about.at("method")), about.at("iou_threshold"), about.at("sigma"), about.at("min_score")};
}

void check_soft_nms(const Fixture& f, Comparison& comparison) {
  for (const json& about : f.about.at("cases")) {
    const Case c{f, about.at("id")};
    const at::Tensor &boxes = c.at("boxes"), &scores = c.at("scores");
    const ops::SoftNmsConfig config = soft_nms_config(about);
    const ops::SoftNmsResult found = about.value("batched", false)
                                         ? ops::batched_soft_nms(boxes, scores, c.at("ids"), config)
                                         : ops::soft_nms(boxes, scores, config);
    compare_held_exactly(f, c.name("inds"), found.indices, comparison);
    const at::Tensor picked = boxes.index_select(0, found.indices);
    compare_held(f, c.name("dets"), torch::cat({picked, found.scores.unsqueeze(1)}, 1), comparison);
  }
}

const bool kAddedBoxes = add_kind("iou_giou", {check_iou_giou, Runs::kTensors}) &&
                         add_kind("box_coder", {check_box_coder, Runs::kTensors}) &&
                         add_kind("nms", {check_nms, Runs::kTensors}) &&
                         add_kind("soft_nms", {check_soft_nms, Runs::kTensors});

}  // namespace
}  // namespace itpn::golden
