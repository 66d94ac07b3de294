// mixup_cutmix: mixed pictures, soft targets, losses and accuracies of classification.
#include <torch/torch.h>

#include <optional>

#include "itpn/eval/topk_accuracy.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/ops/mix_images.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

constexpr double kMixing = 1e-6;

void compare_mixing(const Fixture& fixture, const std::string& name, const torch::Tensor& found,
                    Comparison& comparison) {
  if (fixture.has(name)) comparison.scaled(name, found, fixture.at(name), kMixing);
}

// The smallest entry of targets is what smoothing gives to each class.
std::optional<double> smoothing_of_targets(const Fixture& fixture) {
  for (const auto& about : fixture.about.at("cases")) {
    const std::string name = "out" + std::to_string(about.at("index").get<int>()) + "/targets";
    if (!fixture.has(name)) continue;
    const torch::Tensor& targets = fixture.at(name);
    return targets.min().item<double>() * static_cast<double>(targets.size(1));
  }
  return std::nullopt;
}

// The files name the smoothing only in "out/one_hot_smoothed_AMOUNT"; without it, it is read off the targets.
std::optional<double> smoothing_of(const Fixture& fixture, Comparison& comparison) {
  const std::string prefix = "out/one_hot_smoothed_";
  std::optional<double> amount;
  for (const auto& [rest, expected] : fixture.below(prefix)) {
    amount = std::stod(rest);
    if (!fixture.has("in/labels")) continue;
    comparison.scaled(prefix + rest, ops::soft_targets(fixture.at("in/labels"), expected.size(1), *amount), expected,
                      kMixing);
  }
  return amount ? amount : smoothing_of_targets(fixture);
}

ops::MixDecision decision(const json& about, const torch::Tensor& images, Comparison& comparison) {
  const double lambda = about.at("lam");
  if (about.at("kind") == "mixup") return {.lambda = lambda};
  const auto mix =
      ops::cutmix_box(lambda, about.at("center_y_x")[0], about.at("center_y_x")[1], images.size(2), images.size(3));
  comparison.holds("box", json{mix.top, mix.bottom, mix.left, mix.right} == about.at("box_top_bottom_left_right"));
  return mix;
}

void check_losses(const Fixture& fixture, const std::string& index, std::optional<double> smoothing,
                  Comparison& comparison) {
  if (!fixture.has("in" + index + "/logits")) return;
  const torch::Tensor& logits = fixture.at("in" + index + "/logits");
  const std::string out = "out" + index + "/";
  if (fixture.has(out + "targets")) {
    compare_mixing(fixture, out + "soft_target_loss", soft_target_cross_entropy(logits, fixture.at(out + "targets")),
                   comparison);
  }
  if (!fixture.has("in/labels") || !smoothing) return;
  compare_mixing(fixture, out + "label_smoothing_loss",
                 label_smoothing_cross_entropy(logits, fixture.at("in/labels"), *smoothing), comparison);
}

// One mixed batch: its pictures, and, where the fixture tells of classes, its targets and losses.
void check_case(const Fixture& fixture, const json& about, std::optional<double> smoothing, Comparison& comparison) {
  const std::string index = std::to_string(about.at("index").get<int>()), out = "out" + index + "/";
  const torch::Tensor& images = fixture.at("in/images");
  const ops::MixDecision mix = decision(about, images, comparison);
  if (about.contains("lam_after")) comparison.relative(out + "lambda", mix.lambda, about["lam_after"], kMixing);
  compare_mixing(fixture, out + "images", ops::mix_images(images, mix), comparison);
  if (smoothing && fixture.has("in/labels") && fixture.has(out + "targets")) {
    const int64_t classes = fixture.at(out + "targets").size(1);
    compare_mixing(fixture, out + "targets", ops::soft_targets(fixture.at("in/labels"), classes, *smoothing, mix),
                   comparison);
  }
  check_losses(fixture, index, smoothing, comparison);
}

void check_mixup_cutmix(const Fixture& fixture, Comparison& comparison) {
  const std::optional<double> smoothing = smoothing_of(fixture, comparison);
  for (const auto& about : fixture.about.at("cases")) check_case(fixture, about, smoothing, comparison);
  if (!fixture.has("in/acc_logits") || !fixture.has("in/labels")) return;
  TopKAccuracy accuracy({1, 5});
  accuracy.add(fixture.at("in/acc_logits"), fixture.at("in/labels"));
  compare_mixing(fixture, "out/top1_top5_percent",
                 torch::tensor({accuracy.value(1), accuracy.value(5)}, torch::kFloat32), comparison);
}

const bool kAddedMix = add_kind("mixup_cutmix", {check_mixup_cutmix, Runs::kTensors});

}  // namespace
}  // namespace itpn::golden
