#include "itpn/tasks/weights/starting_weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/log.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/load_weights.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/tasks/weights/head_rows.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {

void check_starting_weights(const RunRequest& run) {
  if (run.init.empty() || !run.resume.empty() || exists(posix_fs(), run.init)) return;
  throw io_error(fmt::format(
      "--init {}: there is no such file or directory; want a run, a checkpoint, a .safetensors or a .pth file",
      run.init));
}

std::optional<std::string> saved_config_of(const RunRequest& run) {
  if (run.resume.empty()) return std::nullopt;
  if (run.resume != "auto") return read_progress(posix_fs(), find_checkpoint(posix_fs(), run.resume)).config_toml;
  const std::string own = join_path(run.output_dir, "config.toml");
  if (!exists(posix_fs(), own)) return std::nullopt;
  return read_text_file(posix_fs(), own);
}

ModelConfig model_of_weights(const std::string& init) {
  if (init.empty()) return {};
  ModelRequest request;
  request.weights = init;
  return find_model(request).card.model;
}

void adopt_sizes(const ModelConfig& weights, ModelConfig* model) {
  model->preset = weights.preset;
  model->stage_mixer = weights.stage_mixer;
  model->patch_size = weights.patch_size;
  model->relative_position_bias |= weights.relative_position_bias;
  // Where both have one, its start value is the recipe's: the weights' own values come on top.
  const bool same = (weights.layer_scale > 0.0) == (model->layer_scale > 0.0);
  if (!same) model->layer_scale = weights.layer_scale;
}

void check_preset_fits(const std::string& preset, const RunRequest& run) {
  if (run.init.empty() || !run.resume.empty() || run.allow_partial) return;
  require_preset(sizes_of_weights(run.init), preset, run.init);
}

namespace {

LoadRules starting_rules(const RunRequest& run) {
  LoadRules rules = classifier_weight_rules();
  rules.allow_partial = run.allow_partial;
  // The head of fine-tuning and that of linear probing have other names.
  using Side = ExpectedAbsence::Side;
  const std::vector<std::string> trained = {"head.weight", "head.bias"}, probe = {"head.0.*", "head.1.*"};
  const std::vector<ExpectedAbsence> heads = {{Side::kFileOnly, trained, "another kind of head"},
                                              {Side::kModelOnly, trained, "starts at random"},
                                              {Side::kFileOnly, probe, "another kind of head"},
                                              {Side::kModelOnly, probe, "starts at random"}};
  rules.expected.insert(rules.expected.end(), heads.begin(), heads.end());
  return rules;
}

// Rows that only their place says something about.
bool loads_head_by_place(const LoadReport& report) {
  return std::any_of(report.loaded.begin(), report.loaded.end(),
                     [](const std::string& name) { return has_class_rows(name); });
}

}  // namespace

void load_starting_weights(const RunRequest& run, const NamedTensors& model,
                           const std::vector<std::string>& class_names) {
  const WeightsPath weights = find_weights(posix_fs(), run.init);
  LoadRules rules = starting_rules(run);
  const std::vector<std::string> stored = head_classes(posix_fs(), weights, model);
  const HeadMatch match = match_classes(stored, class_names);
  if (stored.empty() || match.is_same) {
    const LoadReport report = load_weights(posix_fs(), weights, model, rules);
    log_report(report);
    if (stored.empty() && loads_head_by_place(report)) {
      log::warning("the weights do not name their classes: row i of their head is taken for class i of the pictures");
    }
    return;
  }
  rules.expected.insert(rules.expected.begin(), {ExpectedAbsence::Side::kFileOnly, patterns_of(classifier_rows()),
                                                 "rows of the head are taken by class names"});
  log_report(load_weights(posix_fs(), weights, without_class_rows(model), rules));
  if (!load_head_rows(posix_fs(), weights, model, match)) return;
  for (const std::string& line : describe(match)) log::warning(line);
}

}  // namespace itpn
