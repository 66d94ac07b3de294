// layer_decay, lars, linear_probe_head: what fine-tuning and linear probing optimise with.
#include <torch/torch.h>

#include "itpn/models/backbone/layer_ids.h"
#include "itpn/models/classification/probe_head.h"
#include "itpn/optim/lars.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

constexpr double kScales = 1e-9;

LayerRule rule_named(const std::string& kind) {
  if (kind == "seg") return LayerRule::kSegmentation;
  if (kind == "det") return LayerRule::kDetection;
  return LayerRule::kClassification;
}

// Depths of the stages, read off the list of names: a merge is the entry with a reduction.
BackboneConfig sizes_of(const json& model) {
  std::vector<int64_t> merges;
  int64_t last = 0;
  for (const auto& [name, row] : model.at("parameters").items()) {
    const size_t start = name.find("blocks.");
    if (start == std::string::npos || (start > 0 && name[start - 1] != '.')) continue;
    const int64_t index = std::stoll(name.substr(start + std::string("blocks.").size()));
    last = std::max(last, index);
    if (name.ends_with(".reduction.weight")) merges.push_back(index);
  }
  if (merges.size() != 2) throw std::runtime_error("a listing of parameters without two merges");
  std::sort(merges.begin(), merges.end());
  BackboneConfig sizes;
  sizes.stage1_depth = merges[0];
  sizes.stage2_depth = merges[1] - merges[0] - 1;
  sizes.depth = last - merges[1];
  return sizes;
}

// A stand-in of the parameter: only its name and its number of axes matter, and names tell vectors from the rest.
at::Tensor stand_in(const std::string& name) {
  const bool is_vector =
      name.ends_with(".bias") || name.find("norm") != std::string::npos || name.find("gamma_") != std::string::npos;
  return torch::zeros(is_vector ? std::vector<int64_t>{1} : std::vector<int64_t>{1, 1}, torch::requires_grad());
}

double weight_decay_of(const json& model) {
  double most = 0.0;
  for (const auto& [name, row] : model.at("parameters").items()) most = std::max(most, row.at(2).get<double>());
  return most;
}

void check_listing(const json& model, Comparison& comparison) {
  const json& config = model.at("config");
  const std::string title = config.at("kind").get<std::string>() + "/" + config.at("size").get<std::string>() + "/";
  const LayerRule rule = rule_named(config.at("kind"));
  const BackboneConfig sizes = sizes_of(model);
  const double decay = config.at("decay");
  comparison.holds(title + "num_layers", layer_count(sizes, rule) == model.at("num_layers").get<int64_t>());
  NamedParameters parameters;
  for (const auto& [name, row] : model.at("parameters").items()) {
    comparison.holds(title + name + " (layer)", layer_id(name, sizes, rule) == row.at(0).get<int64_t>());
    parameters.emplace_back(name, stand_in(name));
  }
  const auto scale = [&](const std::string& name) {
    return layer_lr_scale(layer_id(name, sizes, rule), decay, sizes, rule);
  };
  for (const ParamGroup& group :
       layer_decay_groups(parameters, {weight_decay_of(model), names_spared_from_decay(rule), scale})) {
    for (const std::string& name : group.names) {
      const json& row = model.at("parameters").at(name);
      comparison.relative(title + name, group.lr_scale, row.at(1), kScales);
      comparison.holds(title + name + " (weight decay)", group.weight_decay == row.at(2).get<double>());
    }
  }
}

void check_layer_decay(const Fixture& fixture, Comparison& comparison) {
  for (const json& model : fixture.about.at("models")) check_listing(model, comparison);
}

// Named tensors as parameters of a module of their own.
struct Parameters : torch::nn::Module {
  explicit Parameters(const std::map<std::string, at::Tensor>& values) {
    for (const auto& [name, value] : values) register_parameter(name, value.clone());
  }
};

LarsConfig lars_config(const json& config) {
  LarsConfig result;
  result.momentum = config.value("momentum", result.momentum);
  result.trust_coefficient = config.value("trust_coefficient", result.trust_coefficient);
  return result;
}

std::vector<ParamGroup> one_group(const MasterWeights& weights, const json& config) {
  std::vector<ParamGroup> groups = {{.weight_decay = config.value("weight_decay", 0.0)}};
  for (const MasterWeight& weight : weights.weights()) groups[0].names.push_back(weight.name);
  return groups;
}

std::string step_name(int step) { return "step" + std::to_string(step); }

void check_lars_config(const Fixture& fixture, const std::string& title, const json& config, Comparison& comparison) {
  std::map<std::string, at::Tensor> start = fixture.below("in/");
  std::erase_if(start, [](const auto& item) { return item.first.find('/') != std::string::npos; });
  Parameters model(start);
  const MasterWeights weights(model);
  Lars lars(weights, one_group(weights, config), lars_config(config));
  for (int step = 0; !fixture.below("in/" + step_name(step) + "/").empty(); ++step) {
    std::vector<at::Tensor> gradients;
    for (const std::string& name : lars.names())
      gradients.push_back(fixture.at("in/" + step_name(step) + "/grad_" + name));
    lars.step(gradients, {.learning_rate = config.at("lr").get<double>()});
    const std::string prefix = "out/" + title + "/" + step_name(step) + "/";
    for (const auto& [name, expected] : fixture.below(prefix)) {
      comparison.scaled(prefix + name, weights.at(name).master, expected, kRelative);
    }
  }
}

void check_lars(const Fixture& fixture, Comparison& comparison) {
  for (const auto& [title, config] : fixture.about.at("configs").items()) {
    check_lars_config(fixture, title, config, comparison);
  }
}

// One step on recorded features; returns what the fixture may have recorded of it.
std::map<std::string, at::Tensor> probe_step(ProbeHead& head, Optimizer& optimiser, const Fixture& fixture,
                                             const std::string& step, double learning_rate) {
  const at::Tensor logits = head->forward(fixture.at("in/" + step + "/features"));
  const at::Tensor loss = torch::nn::functional::cross_entropy(logits, fixture.at("in/" + step + "/labels"));
  head->zero_grad();
  loss.backward();
  optimiser.step(optimiser.model_gradients(), {.learning_rate = learning_rate});
  return {{"logits", logits.detach()},
          {"loss", loss.detach()},
          {"weight", head->linear->weight.detach()},
          {"bias", head->linear->bias.detach()},
          {"running_mean", head->norm->running_mean},
          {"running_var", head->norm->running_var}};
}

// Tensors "out/eval_logits_on_STEP_features": with the statistics of training.
void compare_evaluation(const Fixture& fixture, ProbeHead& head, Comparison& comparison) {
  const std::string prefix = "out/eval_logits_on_", end = "_features";
  const torch::NoGradGuard no_grad;
  for (const auto& [name, expected] : fixture.below(prefix)) {
    const std::string step = name.substr(0, name.size() - end.size());
    comparison.scaled(prefix + name, head->forward(fixture.at("in/" + step + "/features")), expected);
  }
}

void check_probe_head(const Fixture& fixture, Comparison& comparison) {
  const json& config = fixture.about.at("config");
  const at::Tensor &weight = fixture.at("in/weight"), &bias = fixture.at("in/bias");
  ProbeHead head(weight.size(1), weight.size(0));
  head->to(fixture.setting.device);
  {
    const torch::NoGradGuard no_grad;
    head->linear->weight.copy_(weight);
    head->linear->bias.copy_(bias);
  }
  if (config.contains("bn_eps")) comparison.relative("bn_eps", head->norm->options.eps(), config["bn_eps"], kScales);
  if (config.contains("bn_momentum")) {
    comparison.relative("bn_momentum", *head->norm->options.momentum(), config["bn_momentum"], kScales);
  }
  const MasterWeights weights(*head);
  Lars lars(weights, one_group(weights, config), lars_config(config));
  for (int i = 0; fixture.has("in/" + step_name(i) + "/features"); ++i) {
    const auto observed = probe_step(head, lars, fixture, step_name(i), config.at("lr"));
    compare_observed("out/" + step_name(i), observed, fixture, comparison);
  }
  head->eval();
  compare_evaluation(fixture, head, comparison);
}

const bool kAddedFinetune = add_kind("layer_decay", {check_layer_decay, Runs::kOnHost}) &&
                            add_kind("lars", {check_lars, Runs::kTensors}) &&
                            add_kind("linear_probe_head", {check_probe_head, Runs::kTensors});

}  // namespace
}  // namespace itpn::golden
