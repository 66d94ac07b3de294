// itpn_det_*, det_pixel_*, det_clip_*: the pyramid as maps at strides 4 to 64. pos_resample: the tables behind it.
// layer_decay_det, lr_step_det: how a detector is trained.
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "itpn/models/backbone/layer_ids.h"
#include "itpn/models/detection/detector.h"
#include "itpn/ops/relative_position.h"
#include "itpn/ops/resample_positions.h"
#include "itpn/optim/lr_schedule.h"
#include "itpn/optim/param_groups.h"
#include "tests/golden/detection_fixtures.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;
using Tensors = std::map<std::string, at::Tensor>;

constexpr double kTables = 1e-9;

// The grids of the tables are those of the weights: the published classes have some of them hard-wired.
Itpn load_pyramid(const Fixture& fixture, const json& config, const std::string& prefix, Comparison& comparison) {
  Tensors weights = fixture.below(prefix);
  weights.erase("relative_position_index");  // of pairs of patches, which this class does not read
  BackboneConfig backbone = backbone_config(config);
  backbone.norm_eps = config.value("norm_eps", 1e-5);
  backbone.rpe = false;
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(weights.at("absolute_pos_embed").size(1))));
  backbone.image_size = side * backbone.patch_size;
  for (const auto& [name, tensor] : weights) {
    if (name.ends_with(".rel_pos_h")) backbone.axis_grid = (tensor.size(0) + 1) / 2;
  }
  PyramidConfig pyramid = pyramid_config(config);
  pyramid.num_outs = 3;
  Itpn model(backbone, pyramid);
  load_weights(*model, weights, comparison);
  place(*model, fixture.setting);
  return model;
}

std::vector<at::Tensor> maps_of(Itpn& model, const at::Tensor& images) {
  BackboneInput input;
  input.images = images;
  return detection_maps(model->forward(input), images.size(3) / model->backbone.config.patch_size);
}

void check_itpn_det(const Fixture& f, Comparison& comparison) {
  Itpn model = load_pyramid(f, f.about.at("cfg"), "w.", comparison);
  const at::Tensor images = leaf(f.at("x"));
  const std::vector<at::Tensor> maps = maps_of(model, images);
  at::Tensor sum = torch::zeros({}, images.options());
  for (size_t i = 0; i < maps.size(); ++i) {
    compare_held(f, "out" + std::to_string(i), maps[i], comparison);
    const std::string weight = "grad_out" + std::to_string(i);
    if (f.has(weight)) sum = sum + (maps[i] * f.at(weight)).sum();
  }
  if (!sum.requires_grad()) return;
  sum.backward();
  if (f.has("grad_x")) {
    comparison.scaled("grad_x", images.grad(), f.at("grad_x"), comparison.tolerances().gradients);
  }
  compare_gradients(*model, f, "grad.", comparison);
}

void check_maps(const Fixture& f, Comparison& comparison) {
  const torch::NoGradGuard no_grad;
  Itpn model = load_pyramid(f, f.about.at("config"), "weights/", comparison);
  for (int picture = 0; f.has("in/images" + std::to_string(picture)); ++picture) {
    const std::vector<at::Tensor> maps = maps_of(model, f.at("in/images" + std::to_string(picture)));
    for (size_t i = 0; i < maps.size(); ++i)
      compare_held(f, fmt::format("out{}/map{}", picture, i), maps[i], comparison);
  }
}

void check_pos_resample(const Fixture& f, Comparison& comparison) {
  const auto grids = [&](const char* key) { return f.about.value(key, std::vector<std::vector<int64_t>>{}); };
  for (size_t i = 0; i < grids("abs").size(); ++i) {
    const std::vector<int64_t> grid = grids("abs")[i];
    const at::Tensor table = f.at("abs.table");
    // On its own grid a table is used as it is.
    const bool is_own = grid[0] == grid[1] && grid[0] * grid[1] == table.size(1);
    compare_held(f, "abs" + std::to_string(i),
                 is_own ? table : ops::resample_positions_at_run_time(table, grid[0], grid[1]), comparison);
  }
  for (size_t i = 0; i < grids("table").size(); ++i) {
    const std::string name = "table" + std::to_string(i);
    compare_held(f, name + ".out", ops::resample_bias_table(f.at(name + ".in"), (grids("table")[i][1] + 1) / 2),
                 comparison);
  }
  const auto lengths = f.about.value("rel1d", std::vector<int64_t>{});
  for (size_t i = 0; i < lengths.size(); ++i) {
    compare_held(f, "rel1d" + std::to_string(i), ops::gather_axis_table(f.at("rel1d.table"), lengths[i]), comparison);
  }
}

// A detector with the blocks, stages and optional parts that the names tell of, as narrow as can be.
Detector detector_named(const std::vector<std::string>& names) {
  std::vector<int64_t> merges;
  int64_t last = 0, stages = 1;
  BackboneConfig backbone;
  backbone.embed_dim = 16;
  backbone.num_heads = 2;
  for (const std::string& name : names) {
    int64_t index = 0;
    if (std::sscanf(name.c_str(), "backbone.blocks.%ld.", &index) == 1) last = std::max(last, index);
    if (name.ends_with(".reduction.weight") && name.starts_with("backbone.blocks.")) merges.push_back(index);
    if (std::sscanf(name.c_str(), "roi_head.bbox_head.%ld.", &index) == 1) stages = std::max(stages, index + 1);
    if (name.ends_with(".gamma_1")) backbone.layer_scale = 0.1;
    if (name.ends_with(".rel_pos_h")) backbone.axis_grid = 14;
  }
  if (merges.size() != 2) throw std::runtime_error("a listing of parameters without two merges");
  std::sort(merges.begin(), merges.end());
  backbone.stage1_depth = merges[0];
  backbone.stage2_depth = merges[1] - merges[0] - 1;
  backbone.depth = last - merges[1];
  const PyramidConfig pyramid = {.num_outs = 3, .fpn_dim = 8, .fpn_depth = 1};
  DetectorConfig config =
      stages > 1 ? cascade_rcnn_config(backbone, pyramid, 2) : mask_rcnn_config(backbone, pyramid, 2);
  config.roi.box.fc_dim = 8;
  return Detector(config, 0);
}

void compare_detector_groups(const std::string& title, const json& listing, Comparison& comparison) {
  std::vector<std::string> names;
  for (const json& group : listing.at("groups")) {
    for (const json& name : group.at("params")) names.push_back(name.get<std::string>());
  }
  const Detector detector = detector_named(names);
  const BackboneConfig& sizes = detector->config.backbone;
  NamedParameters parameters;
  for (const auto& item : detector->named_parameters()) parameters.emplace_back(item.key(), item.value());
  const auto scale = [&](const std::string& name) {
    return layer_lr_scale(layer_id(name, sizes, LayerRule::kDetection), listing.at("rate"), sizes,
                          LayerRule::kDetection);
  };
  const auto groups = layer_decay_groups(parameters, {0.05, names_spared_from_decay(LayerRule::kDetection), scale});
  comparison.holds(title + " (groups)", groups.size() == listing.at("groups").size());
  for (size_t i = 0; i < std::min(groups.size(), listing.at("groups").size()); ++i) {
    const json& expected = listing.at("groups")[i];
    const std::string name = title + " " + expected.at("name").get<std::string>();
    comparison.holds(name + " (names)", groups[i].names == expected.at("params").get<std::vector<std::string>>());
    comparison.relative(name + " (scale)", groups[i].lr_scale, expected.at("lr_scale"), kTables);
    comparison.relative(name + " (rate)", listing.at("base_lr").get<double>() * groups[i].lr_scale, expected.at("lr"),
                        kTables);
    comparison.holds(name + " (weight decay)", groups[i].weight_decay == expected.at("weight_decay").get<double>());
  }
}

void check_layer_decay_det(const Fixture& fixture, Comparison& comparison) {
  for (const auto& [title, listing] : fixture.about.items()) {
    if (listing.is_object() && listing.contains("groups")) compare_detector_groups(title, listing, comparison);
  }
}

void check_lr_step_det(const Fixture& f, Comparison& comparison) {
  const StepSchedule schedule = {f.about.at("base_lr"), f.about.at("steps").get<std::vector<int64_t>>(),
                                 f.about.at("gamma"), f.about.at("warmup_iters"), f.about.at("warmup_ratio")};
  for (const json& row : f.about.at("rows")) {
    comparison.relative("lr at " + row.at(0).dump(),
                        value_at(schedule, row.at(0).get<int64_t>(), row.at(1).get<int64_t>()), row.at(2), kTables);
  }
}

const bool kAddedDetectionMaps = add_kind("itpn_det", {check_itpn_det, Runs::kModels}) &&
                                 add_kind("det_pixel", {check_maps, Runs::kModels}) &&
                                 add_kind("det_clip", {check_maps, Runs::kModels}) &&
                                 add_kind("pos_resample", {check_pos_resample, Runs::kTensors}) &&
                                 add_kind("layer_decay_det", {check_layer_decay_det, Runs::kOnHost}) &&
                                 add_kind("layer_decay_seg", {}) &&  // not there yet, and no kind of layer_decay
                                 add_kind("lr_step_det", {check_lr_step_det, Runs::kOnHost});

}  // namespace
}  // namespace itpn::golden
