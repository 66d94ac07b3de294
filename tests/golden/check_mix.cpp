// mixup_cutmix: mixed pictures, soft targets, losses and accuracies of classification.
#include <torch/torch.h>

#include "itpn/eval/topk_accuracy.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/ops/mix_images.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

constexpr double kMixing = 1e-6;

// The files name the smoothing only in "out/one_hot_smoothed_AMOUNT".
double smoothing_of(const Fixture& fixture, Comparison& comparison) {
  double amount = 0.0;
  for (const auto& [rest, expected] : fixture.below("out/")) {
    const std::string prefix = "one_hot_smoothed_";
    if (!rest.starts_with(prefix)) continue;
    amount = std::stod(rest.substr(prefix.size()));
    comparison.scaled("out/" + rest, ops::soft_targets(fixture.at("in/labels"), expected.size(1), amount), expected,
                      kMixing);
  }
  return amount;
}

ops::MixDecision decision(const json& about, const torch::Tensor& images, Comparison& comparison) {
  const double lambda = about.at("lam");
  if (about.at("kind") == "mixup") return {.lambda = lambda};
  const auto mix =
      ops::cutmix_box(lambda, about.at("center_y_x")[0], about.at("center_y_x")[1], images.size(2), images.size(3));
  comparison.holds("box", json{mix.top, mix.bottom, mix.left, mix.right} == about.at("box_top_bottom_left_right"));
  return mix;
}

void check_losses(const Fixture& fixture, const std::string& index, double smoothing, Comparison& comparison) {
  const torch::Tensor& logits = fixture.at("in" + index + "/logits");
  const std::string out = "out" + index + "/";
  comparison.scaled(out + "soft_target_loss", soft_target_cross_entropy(logits, fixture.at(out + "targets")),
                    fixture.at(out + "soft_target_loss"), kMixing);
  comparison.scaled(out + "label_smoothing_loss",
                    label_smoothing_cross_entropy(logits, fixture.at("in/labels"), smoothing),
                    fixture.at(out + "label_smoothing_loss"), kMixing);
}

void check_mixup_cutmix(const Fixture& fixture, Comparison& comparison) {
  const torch::Tensor &images = fixture.at("in/images"), &labels = fixture.at("in/labels");
  const double smoothing = smoothing_of(fixture, comparison);
  for (const auto& about : fixture.about.at("cases")) {
    const std::string index = std::to_string(about.at("index").get<int>()), out = "out" + index + "/";
    const ops::MixDecision mix = decision(about, images, comparison);
    comparison.relative(out + "lambda", mix.lambda, about.at("lam_after"), kMixing);
    comparison.scaled(out + "images", ops::mix_images(images, mix), fixture.at(out + "images"), kMixing);
    const torch::Tensor& targets = fixture.at(out + "targets");
    comparison.scaled(out + "targets", ops::soft_targets(labels, targets.size(1), smoothing, mix), targets, kMixing);
    check_losses(fixture, index, smoothing, comparison);
  }
  if (!fixture.has("in/acc_logits")) return;
  TopKAccuracy accuracy({1, 5});
  accuracy.add(fixture.at("in/acc_logits"), labels);
  comparison.scaled("out/top1_top5_percent", torch::tensor({accuracy.value(1), accuracy.value(5)}, torch::kFloat32),
                    fixture.at("out/top1_top5_percent"), kMixing);
}

const bool kAddedMix = add_kind("mixup_cutmix", check_mixup_cutmix);

}  // namespace
}  // namespace itpn::golden
