// ema, grad_clip, lr_schedules: what the optimiser is made of.
#include <torch/torch.h>

#include "itpn/optim/ema.h"
#include "itpn/optim/grad_norm.h"
#include "itpn/optim/lr_schedule.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

constexpr double kSchedule = 1e-9;

// Rest of `name` behind `prefix`, or nothing where it does not begin so.
std::optional<std::string> behind(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  return name.substr(prefix.size());
}

// Tensors of step 0, 1, ... are averaged in turn, starting from "in/initial/", for each decay of "out/decayD/stepK/".
void check_average(const Fixture& fixture, const std::string& decay, Comparison& comparison) {
  std::map<std::string, at::Tensor> averages;
  for (const auto& [name, value] : fixture.below("in/initial/")) averages[name] = value.clone();
  for (int step = 0;; ++step) {
    const std::string values = "in/step" + std::to_string(step) + "/";
    const auto inputs = fixture.below(values);
    if (inputs.empty()) return;
    std::vector<EmaEntry> entries;
    for (const auto& [name, value] : inputs) entries.push_back({value, averages.at(name), {}});
    update_ema(entries, std::stod(decay));
    const std::string expected = "out/decay" + decay + "/step" + std::to_string(step) + "/";
    for (const auto& [name, value] : fixture.below(expected)) {
      comparison.scaled(expected + name, averages.at(name), value, kRelative);
    }
  }
}

void check_ema(const Fixture& fixture, Comparison& comparison) {
  std::vector<std::string> decays;
  for (const auto& [name, tensor] : fixture.tensors) {
    const auto rest = behind(name, "out/decay");
    if (!rest) continue;
    const std::string decay = rest->substr(0, rest->find('/'));
    if (decays.empty() || decays.back() != decay) decays.push_back(decay);  // names come sorted
  }
  for (const std::string& decay : decays) check_average(fixture, decay, comparison);
}

void check_grad_clip(const Fixture& fixture, Comparison& comparison) {
  const auto inputs = fixture.below("in/");
  std::vector<at::Tensor> gradients;
  for (const auto& [name, gradient] : inputs) gradients.push_back(gradient);
  const double norm = grad_norm(gradients).item<double>();
  for (const auto& [name, expected] : fixture.tensors) {
    const auto rest = behind(name, "out/max");
    if (!rest) continue;
    const size_t slash = rest->find('/');
    const std::string what = rest->substr(slash + 1);
    if (what == "norm") {
      comparison.relative(name, norm, expected.item<double>(), kRelative);
    } else {
      const double factor = clip_factor(norm, std::stod(rest->substr(0, slash)));
      comparison.scaled(name, inputs.at(what) * factor, expected, kRelative);
    }
  }
}

void check_pixel_schedule(const json& example, const std::string& name, Comparison& comparison) {
  const json& args = example.at("args");
  const CosineSchedule schedule = {args.at("lr"), args.at("min_lr"), args.at("warmup_epochs"), args.at("epochs")};
  for (const json& sample : example.at("samples_epoch_lr_scaledlr")) {
    const double lr = value_at(schedule, sample[0].get<double>());
    const std::string where = name + " at epoch " + sample[0].dump();
    comparison.relative(where, lr, sample[1], kSchedule);
    comparison.relative(where + ", scaled", lr * args.at("lr_scale").get<double>(), sample[2], kSchedule);
  }
}

void check_table(const json& example, const std::string& name, Comparison& comparison) {
  const json& args = example.at("args");
  const CosineTable table = {args.at("base_value"),
                             args.at("final_value"),
                             args.at("epochs"),
                             args.at("niter_per_ep"),
                             args.value("warmup_epochs", int64_t{0}),
                             args.value("warmup_steps", int64_t{0})};
  int64_t iteration = 0;
  for (const json& expected : example.at("values")) {
    comparison.relative(name + " at " + std::to_string(iteration), value_at(table, iteration), expected, kSchedule);
    ++iteration;
  }
}

void check_schedules(const Fixture& fixture, Comparison& comparison) {
  const auto examples = [&](const char* family) { return fixture.about.value(family, json::array()); };
  for (const json& example : examples("pixel")) check_pixel_schedule(example, "pixel", comparison);
  for (const json& example : examples("clip")) check_table(example, "clip", comparison);
}

const bool kAddedOptim = add_kind("ema", {check_ema, Runs::kTensors}) &&
                         add_kind("grad_clip", {check_grad_clip, Runs::kTensors}) &&
                         add_kind("lr_schedules", {check_schedules, Runs::kOnHost});

}  // namespace
}  // namespace itpn::golden
