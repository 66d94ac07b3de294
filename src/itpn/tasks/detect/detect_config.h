// The recipe of detection: Mask R-CNN or Cascade Mask R-CNN on the pre-trained backbone and pyramid (paper,
// section 4.3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/annotated_data_config.h"
#include "itpn/data/transforms/detection_transform.h"
#include "itpn/engine/optim_config.h"
#include "itpn/engine/run_config.h"
#include "itpn/models/backbone/presets.h"
#include "itpn/models/detection/detector.h"

namespace itpn {

// What is put on top of backbone and pyramid.
struct DetectorRecipe {
  std::string type = "mask_rcnn";
  std::string masks = "auto";
  std::string pyramid = "load";
  int64_t position_size = 0;
  int64_t samples = 512;
  int64_t proposals = 1000;
};

template <class V>
void visit_fields(V& v, DetectorRecipe& c) {
  v("type", c.type,
    {.doc = "the heads: Mask R-CNN, or Cascade Mask R-CNN with three stages",
     .one_of = {"mask_rcnn", "cascade_mask_rcnn"}});
  v("masks", c.masks,
    {.doc = "whether objects are segmented too; auto = where a training object has a mask",
     .one_of = {"auto", "on", "off"}});
  v("pyramid", c.pyramid,
    {.doc = "take the feature pyramid from the weights of --init, or start it at random (paper, Table 5)",
     .one_of = {"load", "fresh"}});
  v("position_size", c.position_size,
    {.doc = "side of the pictures that the table of positions is made for, pixels; pictures of any size are seen "
            "through it; 0 = that of the weights, or 224",
     .min = 0});
  v("samples", c.samples, {.doc = "boxes of a training picture that the heads learn from in a step", .min = 1});
  v("proposals", c.proposals,
    {.doc = "boxes of a picture that the heads look at when it is measured or used; those with the best scores",
     .min = 1});
}

// What is done to each training picture (spec of detection, 3).
struct DetectionAugmentConfig {
  std::vector<int64_t> short_sides = {480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800};
  int64_t longest_side = 1333;
  double flip = 0.5;
  double crop = 0.5;
  std::vector<int64_t> crop_short_sides = {400, 500, 600};
  int64_t smallest_crop = 384;
  int64_t largest_crop = 600;
};

template <class V>
void visit_fields(V& v, DetectionAugmentConfig& c) {
  v("short_sides", c.short_sides,
    {.doc = "shorter side of a training picture, pixels: one of these at random", .min = 1});
  v("longest_side", c.longest_side, {.doc = "its longer side is at most this", .min = 1});
  v("flip", c.flip, {.doc = "share of the pictures that is mirrored", .min = 0.0, .max = 1.0});
  v("crop", c.crop,
    {.doc = "share of the pictures of which a part is cut out between two resizes", .min = 0.0, .max = 1.0});
  v("crop_short_sides", c.crop_short_sides, {.doc = "shorter side in front of the cut: one of these", .min = 1});
  v("smallest_crop", c.smallest_crop, {.doc = "least side of the part, pixels", .min = 1});
  v("largest_crop", c.largest_crop, {.doc = "largest side of the part, pixels", .min = 1});
}

// How pictures are shown that are not learnt from.
struct DetectionPreprocessConfig {
  int64_t short_side = 800;
  int64_t longest_side = 1333;
};

template <class V>
void visit_fields(V& v, DetectionPreprocessConfig& c) {
  v("short_side", c.short_side, {.doc = "shorter side of a picture, pixels; both sides are scaled alike", .min = 1});
  v("longest_side", c.longest_side, {.doc = "its longer side is at most this", .min = 1});
}

// AdamW with layer-wise decay of the rate, which falls in steps (spec of detection, 13).
struct DetectOptimConfig {
  double lr = 2e-4;
  double weight_decay = 0.05;
  double layer_decay = 0.9;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double clip_grad = 0.0;
  std::vector<int64_t> steps = {};
  double gamma = 0.1;
  int64_t warmup_steps = 500;
  double warmup_ratio = 0.001;

  AdamWConfig adamw() const { return {beta1, beta2, eps}; }
};

template <class V>
void visit_fields(V& v, DetectOptimConfig& c) {
  v("lr", c.lr, {.doc = "learning rate of a global batch, after the warm-up", .min = 0.0});
  v("weight_decay", c.weight_decay, {.doc = "decoupled; not on biases, norms and the position table", .min = 0.0});
  v("layer_decay", c.layer_decay,
    {.doc = "factor on the rate from one block of the backbone to the one below; 1 = none",
     .min = 0.0,
     .max = 1.0,
     .min_exclusive = true});
  v("beta1", c.beta1, {.doc = "decay of AdamW's first moment", .min = 0.0, .max = 0.9999999});
  v("beta2", c.beta2, {.doc = "decay of AdamW's second moment", .min = 0.0, .max = 0.9999999});
  v("eps", c.eps, {.doc = "AdamW's epsilon", .min = 1e-30});
  v("clip_grad", c.clip_grad, {.doc = "largest global norm of the gradient; 0 = no clipping", .min = 0.0});
  v("steps", c.steps,
    {.doc = "epochs after which the rate falls, in ascending order; empty = after 3/4 and 11/12 of train.epochs",
     .min = 1});
  v("gamma", c.gamma, {.doc = "what the rate is multiplied with there", .min = 0.0, .max = 1.0});
  v("warmup_steps", c.warmup_steps, {.doc = "steps of linear warm-up", .min = 0});
  v("warmup_ratio", c.warmup_ratio, {.doc = "share of the rate where the warm-up starts", .min = 0.0, .max = 1.0});
}

// Measuring while training.
struct DetectionEvalConfig {
  int64_t every_epochs = 1;
  std::string best = "auto";
  int64_t samples = 4;
};

template <class V>
void visit_fields(V& v, DetectionEvalConfig& c) {
  v("every_epochs", c.every_epochs, {.doc = "epochs between two measurements; 0 = only at the end", .min = 0});
  v("best", c.best,
    {.doc = "the number by which the best checkpoint is chosen: AP of boxes or of masks; auto = of masks where there "
            "are some",
     .one_of = {"auto", "bbox_AP", "bbox_AP50", "segm_AP", "segm_AP50"}});
  v("samples", c.samples,
    {.doc = "pictures of the set to measure on that are drawn with labels and predictions in samples/; 0 = none",
     .min = 0,
     .max = 64});
}

struct DetectConfig {
  DetectConfig();

  ModelConfig model;
  DetectorRecipe detector;
  AnnotatedDataConfig data;
  DetectionAugmentConfig augment;
  DetectionPreprocessConfig preprocess;
  TrainConfig train;
  DetectOptimConfig optim;
  DetectionEvalConfig eval;
  DistributedConfig distributed;
  CheckpointConfig checkpoint;
  LogConfig log;
};

template <class V>
void visit_fields(V& v, DetectConfig& c) {
  v("model", c.model, {.doc = "backbone and pyramid; relative_position_bias is by axis here"});
  v("detector", c.detector, {.doc = "what is put on top of them"});
  v("data", c.data, {.doc = "the pictures that are learnt from, and measured on"});
  v("augment", c.augment, {.doc = "what is done to each training picture"});
  v("preprocess", c.preprocess, {.doc = "how pictures are shown that are not learnt from"});
  v("train", c.train, {.doc = "length, batch and arithmetic of the run"});
  v("optim", c.optim, {.doc = "the optimiser"});
  v("eval", c.eval, {.doc = "measuring while training", .trajectory = false});
  visit_run_tables(v, c);
}

// Pictures of one optimiser step where there are pictures enough and the recipe leaves it open.
inline constexpr int64_t kUsualDetectBatch = 16;

// The recipe of a file, or for "" a tiny detector of the built-in pictures, with overrides "a.b=c".
DetectConfig load_detect_config(const std::string& recipe, const std::vector<std::string>& overrides);

// Throws a usage error (exit 2) that names the keys that do not fit each other.
void check_detect_config(const DetectConfig& config);

// The detector of a settled recipe (no "auto", no 0) for so many classes.
DetectorConfig detector_config(const DetectConfig& config, int64_t classes);

DetectionTransformConfig transform_config(const DetectionAugmentConfig& augment);

// The epochs of optim.steps, or where it is empty those of its default.
std::vector<int64_t> rate_steps(const DetectConfig& config);

}  // namespace itpn
