#include "itpn/models/backbone/weight_rules.h"

#include <algorithm>

namespace itpn {
namespace {

using Side = ExpectedAbsence::Side;
using Patterns = std::vector<std::string>;

const Patterns kDecoder = {"mask_token", "decoder_*"};
const Patterns kFeatureHeads = {"mfm_head.*"};
const Patterns kClipHeads = {"lm_head.*",       "lm_cls_head.*", "norm.*",      "norm_cls.*",
                             "cls_pt_layers.*", "level_head.*",  "pixel_head.*"};
const Patterns kClassifierHead = {"fc_norm.*", "head.*"};
const Patterns kPyramid = {"align_dim_*", "split_*", "block_16to8.*", "block_8to4.*", "fpn_modules.*"};
const Patterns kBiasTables = {"*.relative_position_bias_table"};
const Patterns kBiasIndex = {"relative_position_index"};

// The index follows from the grid alone, so neither its absence nor another size matters.
void add_index_rules(std::vector<ExpectedAbsence>& rules) {
  const char* why = "follows from the grid, not learnt";
  const std::vector<ExpectedAbsence> more = {
      {Side::kFileOnly, kBiasIndex, why},
      {Side::kModelOnly, kBiasIndex, why},
      {Side::kOtherShape, kBiasIndex, why},
      {Side::kModelOnly, kBiasTables, "the file has no relative position bias; it starts at zero"}};
  rules.insert(rules.end(), more.begin(), more.end());
}

}  // namespace

LoadRules pretraining_weight_rules() {
  LoadRules rules;
  rules.expected = {
      {Side::kModelOnly, kFeatureHeads, "the file was made without masked feature modelling; starts at random"},
      {Side::kFileOnly, kFeatureHeads, "the model has no masked feature modelling"},
      {Side::kModelOnly, kDecoder, "the file has no decoder; starts at random"},
      {Side::kFileOnly, kClassifierHead, "head of a classifier"},
      {Side::kFileOnly, kClipHeads, "heads of pre-training with CLIP features"},
      {Side::kModelOnly, {"decoder_pos_embed"}, "sine-cosine table of the model's own grid, not learnt"},
      {Side::kOtherShape, {"decoder_pos_embed"}, "sine-cosine table of the model's own grid, not learnt"},
      {Side::kOtherShape, {"decoder_pred.*"}, "predicts pixels of other channels; starts at random"}};
  add_index_rules(rules.expected);
  return rules;
}

LoadRules distillation_weight_rules() {
  LoadRules rules;
  rules.expected = {
      {Side::kModelOnly, {"*.gamma_1", "*.gamma_2"}, "layer scale at its start value"},
      {Side::kModelOnly, kPyramid, "the file has no feature pyramid; starts at random"},
      {Side::kOtherShape, {"mask_token", "decoder_embed.*", "lm_head.*", "lm_cls_head.*"}, "starts at random"},
      {Side::kFileOnly, {"decoder_pos_embed", "decoder_blocks.*", "decoder_norm.*", "decoder_pred.*"}, "of pixels"},
      {Side::kFileOnly, kClassifierHead, "head of a classifier"}};
  // Which of these a model has depends on its recipe.
  for (const char* part : {"mask_token", "decoder_embed.*", "lm_head.*", "lm_cls_head.*", "norm.*", "norm_cls.*",
                           "cls_pt_layers.*", "level_head.*", "mfm_head.*", "pixel_head.*"}) {
    rules.expected.push_back({Side::kModelOnly, {part}, "not in the file; starts at random"});
    rules.expected.push_back({Side::kFileOnly, {part}, "the recipe has no such part"});
  }
  add_index_rules(rules.expected);
  return rules;
}

LoadRules used_classifier_weight_rules() {
  LoadRules rules;
  rules.expected = {{Side::kFileOnly, kDecoder, "decoder of pre-training"},
                    {Side::kFileOnly, kPyramid, "feature pyramid, which classification does not use"},
                    {Side::kFileOnly, kFeatureHeads, "heads of masked feature modelling"},
                    {Side::kFileOnly, kClipHeads, "heads of pre-training with CLIP features"}};
  add_index_rules(rules.expected);
  return rules;
}

LoadRules classifier_weight_rules() {
  LoadRules rules = used_classifier_weight_rules();
  const std::vector<ExpectedAbsence> head = {
      {Side::kModelOnly, kClassifierHead, "the file is not of a classifier; starts at random"},
      {Side::kModelOnly, {"fc_norm.*"}, "the file has no such norm; starts at random"},
      {Side::kModelOnly, {"head.*"}, "the file has no such head; starts at random"},
      {Side::kOtherShape, {"head.weight", "head.bias"}, "another number of classes; starts at random"}};
  rules.expected.insert(rules.expected.end(), head.begin(), head.end());
  return rules;
}

LoadRules dense_weight_rules(const std::vector<std::string>& heads) {
  LoadRules rules;
  rules.expected = {{Side::kFileOnly, kDecoder, "decoder of pre-training"},
                    {Side::kFileOnly, kFeatureHeads, "heads of masked feature modelling"},
                    {Side::kFileOnly, kClipHeads, "heads of pre-training with CLIP features"},
                    {Side::kFileOnly, kClassifierHead, "head of a classifier"},
                    {Side::kModelOnly, kPyramid, "the file has no feature pyramid; starts at random"},
                    {Side::kFileOnly, {"block_16to8.1.*", "block_8to4.1.*"}, "the model has one block per level"},
                    {Side::kModelOnly, heads, "head of the task; starts at random"}};
  add_index_rules(rules.expected);
  return rules;
}

LoadRules detection_weight_rules() {
  LoadRules rules = dense_weight_rules({});
  rules.expected.push_back(
      {Side::kModelOnly, {"*.rel_pos_h", "*.rel_pos_w"}, "position table by axis; starts at random"});
  rules.expected.push_back({Side::kFileOnly, kBiasTables, "relative position bias of the pre-training grid"});
  return rules;
}

LoadRules detector_weight_rules() {
  const char* const other_heads = "heads of another kind of detector";
  LoadRules rules;
  rules.expected = {{Side::kModelOnly, {"roi_head.mask_head.*"}, "the file has no such mask head; starts at random"},
                    {Side::kFileOnly, {"roi_head.mask_head.*"}, "the model has no such mask head"},
                    {Side::kModelOnly, {"roi_head.bbox_head.*"}, std::string(other_heads) + "; starts at random"},
                    {Side::kFileOnly, {"roi_head.bbox_head.*"}, other_heads},
                    {Side::kModelOnly, {"*.rel_pos_h", "*.rel_pos_w"}, "position table by axis; starts at random"},
                    {Side::kFileOnly, {"*.rel_pos_h", "*.rel_pos_w"}, "the recipe has no position tables by axis"}};
  return rules;
}

bool is_pyramid_weight(const std::string& name) {
  return std::any_of(kPyramid.begin(), kPyramid.end(),
                     [&](const std::string& pattern) { return matches_pattern(name, pattern); });
}

ExpectedAbsence pyramid_left_out(const std::string& prefix) {
  Patterns patterns;
  for (const std::string& pattern : kPyramid) patterns.push_back(prefix + pattern);
  return {Side::kFileOnly, patterns, "the pyramid starts at random, as asked for"};
}

LoadRules used_detector_weight_rules() {
  LoadRules rules = dense_weight_rules({});
  rules.expected.push_back({Side::kFileOnly, kBiasTables, "relative position bias of the pre-training grid"});
  std::erase_if(rules.expected, [](const ExpectedAbsence& rule) { return rule.side != Side::kFileOnly; });
  for (ExpectedAbsence& rule : rules.expected) {
    for (std::string& pattern : rule.patterns) pattern.insert(0, "backbone.");
  }
  rules.expected.push_back({Side::kModelOnly, {"*.num_batches_tracked"}, "a count that only training needs"});
  return rules;
}

}  // namespace itpn
