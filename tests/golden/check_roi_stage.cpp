// bbox_head, mask_head, mask_rcnn_roi, cascade_roi, det_tta_merge: the second part of a detector.
#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/models/detection/test_views.h"
#include "itpn/ops/mask_paste.h"
#include "tests/golden/detection_fixtures.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

BoxHeadConfig box_head_config(const json& about, const std::map<std::string, at::Tensor>& weights) {
  BoxHeadConfig config;
  config.classes = about.at("num_classes");
  config.channels = about.at("channels");
  config.is_agnostic = about.value("reg_class_agnostic", false);
  config.convs = config.fcs = 0;
  while (weights.contains(fmt::format("shared_convs.{}.conv.weight", config.convs))) ++config.convs;
  while (weights.contains(fmt::format("shared_fcs.{}.weight", config.fcs))) ++config.fcs;
  if (config.fcs > 0) config.fc_dim = weights.at("shared_fcs.0.weight").size(0);
  return config;
}

BoxLossConfig box_loss_config(const json& about) {
  BoxLossConfig config;
  config.coder = {about.at("stds").get<std::array<double, 4>>()};
  config.is_giou = about.at("decoded_giou");
  config.weight = config.is_giou ? 10.0 : 1.0;
  return config;
}

// The boxes that the fixture calls sampled.
RoiSamples fixed_samples(const Case& c, int64_t background) {
  std::vector<at::Tensor> rois, labels, boxes, positive;
  for (int64_t b = 0; c.has("pos" + std::to_string(b)); ++b) {
    const std::string n = std::to_string(b);
    const at::Tensor& pos_labels = c.at("pos_gt_labels" + n);
    const at::Tensor own = torch::cat({c.at("pos" + n), c.at("neg" + n)});
    const int64_t negatives = c.at("neg" + n).size(0);
    rois.push_back(torch::cat({torch::full({own.size(0), 1}, static_cast<double>(b), own.options()), own}, 1));
    labels.push_back(torch::cat({pos_labels, torch::full({negatives}, background, pos_labels.options())}));
    boxes.push_back(torch::cat({c.at("pos_gt" + n), torch::zeros({negatives, 4}, own.options())}));
    positive.push_back(labels.back() < background);
  }
  const at::Tensor all = torch::cat(labels);
  return {torch::cat(rois),       all,
          torch::zeros_like(all), torch::cat(boxes),
          torch::cat(positive),   torch::zeros_like(all, torch::kBool)};
}

void compare_box_losses(const Case& c, const BoxPrediction& found, const RoiSamples& samples, const json& about,
                        const BoxHeadConfig& head, Comparison& comparison) {
  const Fixture& f = c.fixture;
  const BoxLossConfig config = box_loss_config(about);
  compare_held_exactly(f, c.name("labels"), samples.labels, comparison);
  compare_held(f, c.name("bbox_targets"), box_targets(samples, config), comparison);
  compare_held(f, c.name("bbox_weights"),
               samples.is_positive.to(torch::kFloat32).unsqueeze(1).expand({-1, 4}).contiguous(), comparison);
  const BoxLosses losses = box_losses(found, samples, head, config);
  compare_scalar(f, c.name("loss_cls"), losses.labels, comparison);
  compare_scalar(f, c.name("loss_bbox"), losses.boxes, comparison);
  compare_scalar(f, c.name("acc"), losses.accuracy.to(torch::kFloat32), comparison);
  const at::Tensor total = losses.labels + losses.boxes;
  compare_gradient(f, c.name("grad_cls"), total, found.logits, comparison);
  compare_gradient(f, c.name("grad_reg"), total, found.deltas, comparison);
}

void check_box_head_case(const Fixture& f, const json& about, Comparison& comparison) {
  const Case c{f, about.at("id")};
  const BoxHeadConfig config = box_head_config(about, f.below(c.name("w.")));
  BoxHead head(config);
  load_case_weights(*head, f, c.name("w."), comparison);
  place(*head, f.setting);
  head->eval();
  const BoxPrediction eval = head(c.at("x"));
  compare_held(f, c.name("eval.cls"), eval.logits, comparison);
  compare_held(f, c.name("eval.reg"), eval.deltas, comparison);
  head->train();
  const at::Tensor x = leaf(c.at("x"));
  const BoxPrediction found = head(x);
  compare_held(f, c.name("train.cls"), found.logits, comparison);
  compare_held(f, c.name("train.reg"), found.deltas, comparison);
  for (const auto& item : head->named_buffers())
    compare_held(f, c.name("after_train." + item.key()), item.value(), comparison);
  const RoiSamples samples = fixed_samples(c, config.background());
  compare_box_losses(c, found, samples, about, config, comparison);
  const BoxLosses losses = box_losses(found, samples, config, box_loss_config(about));
  compare_gradient(f, c.name("grad_x"), losses.labels + losses.boxes, x, comparison);
  const int64_t images = static_cast<int64_t>(samples.rois.select(1, 0).max().item<double>()) + 1;
  const std::vector<PictureInfo> pictures(static_cast<size_t>(images),
                                          PictureInfo{picture_size(about.at("clip_hw")), {}});
  const at::Tensor labels = torch::where(samples.is_positive, samples.labels, best_labels(found.logits));
  compare_held(f, c.name("refined_rois"),
               refine_rois(samples.rois, labels, found, pictures, config, box_loss_config(about).coder), comparison);
}

void check_box_head(const Fixture& fixture, Comparison& comparison) {
  for (const json& about : fixture.about.at("cases")) check_box_head_case(fixture, about, comparison);
}

MaskHeadConfig mask_head_config(const json& about) {
  MaskHeadConfig config;
  config.classes = about.at("num_classes");
  config.channels = about.at("channels");
  return config;
}

void check_mask_head(const Fixture& f, Comparison& comparison) {
  MaskHead head(mask_head_config(f.about));
  load_case_weights(*head, f, "w.", comparison);
  place(*head, f.setting);
  const at::Tensor x = leaf(f.at("x")), logits = head(x);
  compare_held(f, "logits", logits, comparison);
  const at::Tensor loss = mask_loss(logits, f.at("targets"), f.at("labels"));
  compare_scalar(f, "loss", loss, comparison);
  compare_gradient(f, "grad_logits", loss, logits, comparison);
  compare_gradient(f, "grad_x", loss, x, comparison);
}

// The stages of the fixture on its maps, which are leaves.
struct RoiRun {
  RoiHead head{nullptr};
  RoiTrainingInput input;
};

RoiRun make_run(const Fixture& f, const DetectorConfig& defaults, Comparison& comparison) {
  RoiRun run;
  RoiHeadConfig config = defaults.roi;
  const auto weights = f.below("w.");
  config.box.channels = config.mask.channels = f.about.at("channels");
  for (const auto& [name, tensor] : weights) {
    if (name.ends_with("shared_fcs.0.bias")) config.box.fc_dim = tensor.size(0);
  }
  const json& test = f.about.at("test_cfg");
  config.detection = {test.at("score_thr"), test.at("iou_threshold"), test.at("max_per_img"), {}};
  run.head = RoiHead(config);
  load_case_weights(*run.head, f, "w.", comparison);
  place(*run.head, f.setting);
  for (int64_t i = 0; f.has("feat" + std::to_string(i)); ++i) {
    run.input.maps.push_back(leaf(f.at("feat" + std::to_string(i))));
    run.input.strides.push_back(int64_t{4} << i);
  }
  for (size_t i = 0; i < f.about.at("imgs").size(); ++i) {
    const json& about = f.about.at("imgs")[i];
    const std::string n = std::to_string(i);
    run.input.pictures.push_back(
        {picture_size(about.at("img_hw")), {}, about.at("scale_factor").get<std::array<float, 4>>()});
    run.input.proposals.push_back(f.at("proposals" + n).slice(1, 0, 4));
    run.input.objects.push_back({f.at("gt" + n), f.at("gt_labels" + n), f.at("gt_masks" + n)});
  }
  return run;
}

void compare_recorded(const json& losses, const std::string& name, const at::Tensor& found, Comparison& comparison) {
  if (losses.contains(name))
    comparison.relative(name, found.item<double>(), losses.at(name), comparison.tolerances().outputs);
}

void compare_training(const Fixture& f, RoiRun& run, Comparison& comparison) {
  run.head->train();
  std::vector<RandomStream> streams(run.input.pictures.size(), RandomStream(0, Purpose::kTest, 0, 0));
  const std::vector<RoiLosses> stages = run.head->losses(run.input, streams);
  at::Tensor total = torch::zeros({}, run.input.maps[0].options());
  for (size_t i = 0; i < stages.size(); ++i) {
    const std::string stage = stages.size() == 1 ? "" : "s" + std::to_string(i) + ".";
    compare_recorded(f.about.at("losses"), stage + "loss_cls", stages[i].labels, comparison);
    compare_recorded(f.about.at("losses"), stage + "loss_bbox", stages[i].boxes, comparison);
    compare_recorded(f.about.at("losses"), stage + "loss_mask", stages[i].masks, comparison);
    compare_recorded(f.about.at("losses"), stage + "acc", stages[i].accuracy, comparison);
    total = total + stages[i].labels + stages[i].boxes + stages[i].masks;
  }
  compare_recorded(f.about, "total", total, comparison);
  for (size_t i = 0; i < run.input.maps.size(); ++i) {
    compare_gradient(f, "train.grad_feat" + std::to_string(i), total, run.input.maps[i], comparison);
  }
}

// Run lengths of a mask, column by column, in the compressed form of COCO.
std::string compressed_runs(const at::Tensor& mask) {
  const at::Tensor columns = mask.t().contiguous().flatten();
  const uint8_t* pixels = columns.const_data_ptr<uint8_t>();
  std::vector<int64_t> runs = {0};
  for (int64_t i = 0; i < columns.numel(); ++i) {
    if (static_cast<size_t>(pixels[i] != 0) != (runs.size() - 1) % 2) runs.push_back(0);
    ++runs.back();
  }
  std::string text;
  for (size_t i = 0; i < runs.size(); ++i) {
    int64_t value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    for (bool more = true; more;) {
      int64_t group = value & 31;
      value >>= 5;
      more = (group & 16) != 0 ? value != -1 : value != 0;
      if (more) group |= 32;
      text.push_back(static_cast<char>(group + 48));
    }
  }
  return text;
}

void compare_found(const Fixture& f, size_t image, const Detections& found, Comparison& comparison) {
  const std::string n = std::to_string(image);
  const at::Tensor order = std::get<1>(found.labels.sort(/*stable=*/true, 0, /*descending=*/false));
  const at::Tensor boxes = found.boxes.index_select(0, order);
  compare_held(f, "test.dets" + n, torch::cat({boxes, found.scores.index_select(0, order).unsqueeze(1)}, 1),
               comparison);
  compare_held_exactly(f, "test.labels" + n, found.labels.index_select(0, order), comparison);
  const auto size = f.about.at("imgs")[image].at("ori_hw").get<std::vector<int64_t>>();
  const at::Tensor masks = ops::paste_masks(found.masks.index_select(0, order), boxes, {size.at(0), size.at(1)}).cpu();
  const json& expected = f.about.at("test_masks_rle").at(image);
  comparison.holds("test_masks_rle" + n + " (count)", static_cast<size_t>(masks.size(0)) == expected.size());
  for (size_t i = 0; i < std::min(expected.size(), static_cast<size_t>(masks.size(0))); ++i) {
    comparison.holds(fmt::format("test_masks_rle{}.{}", n, i),
                     compressed_runs(masks[static_cast<int64_t>(i)]) == expected[i].at("counts").get<std::string>());
  }
}

void check_roi_stages(const Fixture& f, const DetectorConfig& config, Comparison& comparison) {
  RoiRun run = make_run(f, config, comparison);
  run.head->eval();
  const auto found = run.head->detect(run.input.maps, run.input.strides, run.input.proposals, run.input.pictures);
  for (size_t i = 0; i < found.size(); ++i) compare_found(f, i, found[i], comparison);
  compare_training(f, run, comparison);
}

void check_mask_rcnn_roi(const Fixture& f, Comparison& comparison) {
  check_roi_stages(f, mask_rcnn_config({}, {}, f.about.at("num_classes")), comparison);
}

void check_cascade_roi(const Fixture& f, Comparison& comparison) {
  check_roi_stages(f, cascade_rcnn_config({}, {}, f.about.at("num_classes")), comparison);
}

void check_tta_merge(const Fixture& f, Comparison& comparison) {
  std::vector<TestView> views;
  std::vector<ScoredBoxes> proposals;
  std::vector<BoxScores> scored;
  std::vector<at::Tensor> masks;
  for (const json& about : f.about.at("views")) {
    const std::string n = std::to_string(views.size());
    views.push_back({{picture_size(about.at("img_hw")), {}, about.at("scale_factor").get<std::array<float, 4>>()},
                     about.at("flip")});
    proposals.push_back({f.at("props" + n).slice(1, 0, 4), f.at("props" + n).select(1, 4)});
    scored.push_back({f.at("boxes" + n), f.at("scores" + n)});
    masks.push_back(f.at("masks" + n));
  }
  const ScoredBoxes merged =
      merge_proposals(proposals, views, {f.about.at("proposal_nms"), f.about.at("proposal_max")});
  compare_held(f, "props_merged", torch::cat({merged.boxes, merged.scores.unsqueeze(1)}, 1), comparison);
  const BoxScores mean = merge_scores(scored, views);
  compare_held(f, "boxes_merged", mean.boxes, comparison);
  compare_held(f, "scores_merged", mean.scores, comparison);
  compare_held(f, "masks_merged", merge_masks(masks, views), comparison);
}

const bool kAddedRoiStage = add_kind("bbox_head", {check_box_head, Runs::kTensors}) &&
                            add_kind("mask_head", {check_mask_head, Runs::kTensors}) &&
                            add_kind("mask_rcnn_roi", {check_mask_rcnn_roi, Runs::kTensors}) &&
                            add_kind("cascade_roi", {check_cascade_roi, Runs::kTensors}) &&
                            add_kind("det_tta_merge", {check_tta_merge, Runs::kTensors});

}  // namespace

void check_multiclass_case(const Fixture& f, const json& about, Comparison& comparison) {
  const Case c{f, about.at("id")};
  const Detections found =
      select_detections(c.at("multi_boxes"), c.at("multi_scores"),
                        {about.at("score_thr"), about.at("iou_threshold"), about.at("max_per_img"), {}});
  compare_held(f, c.name("dets"), torch::cat({found.boxes, found.scores.unsqueeze(1)}, 1), comparison);
  compare_held_exactly(f, c.name("labels"), found.labels, comparison);
}

}  // namespace itpn::golden
