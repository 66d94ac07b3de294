// anchors, assigner, rpn_head: the region proposal network.
#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/models/detection/proposals.h"
#include "itpn/models/detection/rpn_loss.h"
#include "tests/golden/detection_fixtures.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

at::Tensor as_bytes(const at::Tensor& flags) { return flags.to(torch::kUInt8); }

void check_anchor_case(const Fixture& f, const json& about, Comparison& comparison) {
  const Case c{f, about.at("id")};
  AnchorConfig config;
  config.scale = f.about.at("scales").at(0);
  config.ratios = f.about.at("ratios").get<std::vector<double>>();
  const auto strides = f.about.at("strides").get<std::vector<int64_t>>();
  std::vector<at::Tensor> anchors, valid;
  for (size_t i = 0; i < strides.size(); ++i) {
    const json& size = about.at("feat_hw").at(i);
    const MapSize cells = {size.at(0), size.at(1)};
    anchors.push_back(grid_anchors(config, strides[i], cells, f.setting.device));
    compare_held(f, c.name("grid" + std::to_string(i)), anchors.back(), comparison);
    valid.push_back(are_on_picture(config, strides[i], cells, picture_size(about.at("pad_hw")), f.setting.device));
  }
  const at::Tensor all = torch::cat(anchors), are_valid = torch::cat(valid);
  const auto within = [&](double border) {
    return as_bytes(are_valid.logical_and(are_within(all, picture_size(about.at("img_hw")), border)));
  };
  compare_held_exactly(f, c.name("valid"), as_bytes(are_valid), comparison);
  compare_held_exactly(f, c.name("inside_b0"), within(0.0), comparison);
  compare_held_exactly(f, c.name("inside_bneg"), within(-1.0), comparison);
}

void check_anchors(const Fixture& f, Comparison& comparison) {
  AnchorConfig config;
  config.scale = f.about.at("scales").at(0);
  config.ratios = f.about.at("ratios").get<std::vector<double>>();
  const auto strides = f.about.at("strides").get<std::vector<int64_t>>();
  for (size_t i = 0; i < strides.size(); ++i) {
    compare_held(f, "base" + std::to_string(i), base_anchors(config, strides[i]).to(f.setting.device), comparison);
  }
  for (const json& about : f.about.at("cases")) check_anchor_case(f, about, comparison);
}

void check_assigner_case(const Fixture& f, const json& about, Comparison& comparison) {
  const Case c{f, about.at("id")};
  const json& cfg = about.at("cfg");
  AssignerConfig config;
  config.positive = cfg.at("pos_iou_thr");
  config.negative = cfg.at("neg_iou_thr");
  config.least_best = cfg.at("min_pos_iou");
  config.keep_best = cfg.at("match_low_quality");
  config.all_best = cfg.at("gt_max_assign_all");
  config.ignored = cfg.at("ignore_iof_thr");
  config.is_share_of_box = cfg.at("ignore_wrt_candidates");
  const Assignment found = assign(c.at("boxes"), c.at("gts"), config, c.has("ignore") ? c.at("ignore") : at::Tensor());
  compare_held_exactly(f, c.name("gt_inds"), found.objects, comparison);
  compare_held(f, c.name("max_overlaps"), found.overlaps, comparison);
  if (!c.has("labels")) return;
  const at::Tensor labels = torch::cat({c.at("gt_labels"), torch::full({1}, -1, c.at("gt_labels").options())});
  const at::Tensor object = torch::where(found.objects > 0, found.objects - 1, labels.size(0) - 1);
  compare_held_exactly(f, c.name("labels"), labels.index_select(0, object), comparison);
}

// Only the numbers are fixed; which of the candidates are taken is drawn.
void check_sampling(const json& about, size_t row, Comparison& comparison) {
  const int64_t positives = about.at("candidates_pos"), negatives = about.at("candidates_neg");
  const at::Tensor objects =
      torch::cat({torch::ones({positives}, torch::kInt64), torch::zeros({negatives}, torch::kInt64)});
  RandomStream stream(1, Purpose::kTest, 0, row);
  const Sample found = sample(objects, {about.at("num"), about.at("pos_fraction")}, stream);
  const std::string name = "sampling." + std::to_string(row);
  comparison.holds(name + " (positives)", found.positives.size(0) == about.at("sampled_pos").get<int64_t>());
  comparison.holds(name + " (negatives)", found.negatives.size(0) == about.at("sampled_neg").get<int64_t>());
}

void check_assigner(const Fixture& f, Comparison& comparison) {
  for (const json& about : f.about.at("cases")) check_assigner_case(f, about, comparison);
  const json sampling = f.about.value("sampling", json::array());
  for (size_t i = 0; i < sampling.size(); ++i) check_sampling(sampling[i], i, comparison);
}

// The head on the fixture's maps, which are leaves.
struct RpnRun {
  RpnHead head{nullptr};
  std::vector<at::Tensor> maps;
  std::vector<int64_t> strides;
  std::vector<PictureInfo> pictures;
  RpnMaps raw;
  RpnOutput output;
};

RpnRun run_rpn(const Fixture& f, Comparison& comparison) {
  RpnRun run;
  RpnConfig config;
  config.channels = f.about.at("channels");
  run.head = RpnHead(config);
  load_case_weights(*run.head, f, "w.", comparison);
  place(*run.head, f.setting);
  for (int64_t i = 0; f.has("feat" + std::to_string(i)); ++i) {
    run.maps.push_back(leaf(f.at("feat" + std::to_string(i))));
    run.strides.push_back(int64_t{4} << i);
  }
  for (const json& picture : f.about.at("imgs")) {
    run.pictures.push_back({picture_size(picture.at("img_hw")), picture_size(picture.at("pad_hw"))});
  }
  run.raw = run.head(run.maps);
  run.output = run.head->by_anchor(run.raw, run.strides);
  return run;
}

RpnLossConfig rpn_loss_config(const json& about) {
  RpnLossConfig config;
  config.border = about.at("allowed_border");
  config.sampler = {.count = 1 << 30, .positive = 0.5, .adds_objects = false};
  double beta = 0.0, divisor = 1.0;
  const auto loss = about.at("bbox_loss").get<std::string>();
  if (std::sscanf(loss.c_str(), "smooth_l1 beta %lf/%lf", &beta, &divisor) >= 1)
    config.smooth = ops::SmoothL1{beta / divisor};
  return config;
}

void compare_rpn_targets(const Case& c, const RpnRun& run, const std::vector<RpnTargets>& targets,
                         Comparison& comparison) {
  const int64_t A = run.output.anchors.size(0), B = static_cast<int64_t>(targets.size());
  const auto bytes = run.output.anchors.options().dtype(torch::kUInt8);
  at::Tensor labels = torch::ones({B, A}, bytes), weights = torch::zeros({B, A}, bytes);
  at::Tensor boxes = torch::zeros({B, A, 4}, run.output.anchors.options());
  for (int64_t b = 0; b < B; ++b) {
    const RpnTargets& t = targets[static_cast<size_t>(b)];
    labels[b].index_fill_(0, t.positives, 0);
    weights[b].index_fill_(0, t.positives, 1).index_fill_(0, t.negatives, 1);
    boxes[b].index_copy_(0, t.positives,
                         ops::BoxCoder{}.encode(run.output.anchors.index_select(0, t.positives), t.boxes));
  }
  compare_held_exactly(c.fixture, c.name("labels"), labels, comparison);
  compare_held_exactly(c.fixture, c.name("label_weights"), weights, comparison);
  compare_held(c.fixture, c.name("bbox_targets"), boxes, comparison);
}

void check_rpn_case(const Fixture& f, const json& about, const RpnRun& run, Comparison& comparison) {
  const Case c{f, about.at("id")};
  const RpnLossConfig config = rpn_loss_config(about);
  std::vector<RpnTargets> targets;
  for (size_t i = 0; i < run.pictures.size(); ++i) {
    RandomStream unused(0, Purpose::kTest, 0, 0);
    const at::Tensor usable =
        usable_anchors(run.output, run.head->config.anchors, run.strides, run.pictures[i], config.border);
    targets.push_back(rpn_targets(run.output, usable, f.at("gt" + std::to_string(i)), config, unused));
  }
  compare_rpn_targets(c, run, targets, comparison);
  const RpnLosses losses = rpn_losses(run.output, targets, config);
  compare_held(f, c.name("loss_cls"), losses.scores, comparison);
  compare_held(f, c.name("loss_bbox"), losses.boxes, comparison);
  const at::Tensor total = losses.scores.sum() + losses.boxes.sum();
  for (size_t i = 0; i < run.maps.size(); ++i) {
    compare_gradient(f, c.name("grad_feat" + std::to_string(i)), total, run.maps[i], comparison);
  }
  compare_gradient(f, c.name("grad_conv_w"), total, run.head->rpn_conv->weight, comparison);
  compare_gradient(f, c.name("grad_cls_w"), total, run.head->rpn_cls->weight, comparison);
  compare_gradient(f, c.name("grad_reg_w"), total, run.head->rpn_reg->weight, comparison);
}

void check_rpn_head(const Fixture& f, Comparison& comparison) {
  const RpnRun run = run_rpn(f, comparison);
  for (size_t i = 0; i < run.maps.size(); ++i) {
    compare_held(f, "cls" + std::to_string(i), run.raw.scores[i], comparison);
    compare_held(f, "reg" + std::to_string(i), run.raw.deltas[i], comparison);
  }
  for (const json& about : f.about.at("cases")) check_rpn_case(f, about, run, comparison);
  const json& cfg = f.about.at("proposal_cfg");
  const auto proposals =
      propose(run.output, run.pictures, {cfg.at("nms_pre"), cfg.at("max_per_img"), cfg.at("iou_threshold")});
  for (size_t i = 0; i < proposals.size(); ++i) {
    compare_held(f, "proposals" + std::to_string(i),
                 torch::cat({proposals[i].boxes, proposals[i].scores.unsqueeze(1)}, 1), comparison);
  }
}

const bool kAddedRpn = add_kind("anchors", {check_anchors, Runs::kTensors}) &&
                       add_kind("assigner", {check_assigner, Runs::kTensors}) &&
                       add_kind("rpn_head", {check_rpn_head, Runs::kTensors});

}  // namespace
}  // namespace itpn::golden
