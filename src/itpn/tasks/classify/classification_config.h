// The recipes of classification: fine-tuning from end to end, and linear probing of frozen features.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/data/augment_config.h"
#include "itpn/data/data_config.h"
#include "itpn/engine/optim_config.h"
#include "itpn/engine/run_config.h"
#include "itpn/models/backbone/presets.h"
#include "itpn/ops/mix_decision.h"

namespace itpn {

// What the model is asked to tell apart, and how it starts.
struct ClassesConfig {
  int64_t count = 0;
  double head_std = 2e-5;
};

template <class V>
void visit_fields(V& v, ClassesConfig& c) {
  v("count", c.count,
    {.doc = "outputs of the model; 0 = as many as the training pictures have classes", .min = 0, .max = 1000000});
  v("head_std", c.head_std,
    {.doc = "deviation of the head's start weights: 2e-5 as published for pixel weights, 0.02 for CLIP ones; linear "
            "probing has 0.01",
     .min = 0.0});
}

// The loss of fine-tuning.
struct LossConfig {
  double label_smoothing = 0.1;
};

template <class V>
void visit_fields(V& v, LossConfig& c) {
  v("label_smoothing", c.label_smoothing,
    {.doc = "share of each target that is spread evenly over all classes",
     .min = 0.0,
     .max = 1.0,
     .max_exclusive = true});
}

// Training pictures of linear probing.
struct ProbeConfig {
  bool cache_features = false;
};

template <class V>
void visit_fields(V& v, ProbeConfig& c) {
  v("cache_features", c.cache_features,
    {.doc =
         "show training pictures as in evaluation, without [augment], crops and flips, so that the backbone sees each "
         "once and its features stay in memory"});
}

// A moving average of the weights, evaluated beside them.
struct EmaConfig {
  double decay = 0.0;
};

template <class V>
void visit_fields(V& v, EmaConfig& c) {
  v("decay", c.decay,
    {.doc = "share of the average that stays at each update, such as 0.9999; 0 = no average",
     .min = 0.0,
     .max = 1.0,
     .max_exclusive = true});
}

// AdamW with layer-wise decay of the rate, cosine schedule after a linear warm-up (paper, section 4.2). Defaults are
// those of the paper for iTPN-base.
struct FinetuneOptimConfig : AdamWRecipe {
  FinetuneOptimConfig() { min_lr = 5e-6; }
  double layer_decay = 0.55;
};

template <class V>
void visit_fields(V& v, FinetuneOptimConfig& c) {
  visit_fields(v, static_cast<AdamWRecipe&>(c));
  v("layer_decay", c.layer_decay,
    {.doc = "factor on the rate, and on min_lr, from one layer to the one below, of 13 layers; deeper models spread "
            "the same range over theirs; 1 = none",
     .min = 0.0,
     .max = 1.0,
     .min_exclusive = true});
}

// Batches of one optimiser step as published, where there are pictures enough.
inline constexpr int64_t kUsualFinetuneBatch = 1024;
inline constexpr int64_t kUsualLinprobeBatch = 16384;

// The tables that both recipes have. The model is by default that of the weights which a run starts from.
struct ClassificationConfig {
  ClassificationConfig();

  ModelConfig model;
  ClassesConfig classes;
  DataConfig data;
  AugmentConfig augment;
  PreprocessConfig preprocess;
  TrainConfig train;
  DistributedConfig distributed;
  CheckpointConfig checkpoint;
  LogConfig log;
};

struct FinetuneConfig : ClassificationConfig {
  FinetuneConfig();

  ops::MixConfig mix;
  LossConfig loss;
  FinetuneOptimConfig optim;
  EmaConfig ema;
};

template <class V>
void visit_fields(V& v, FinetuneConfig& c) {
  v("model", c.model, {.doc = "the model"});
  v("classes", c.classes, {.doc = "what is told apart"});
  v("data", c.data, {.doc = "the pictures that are learnt from"});
  v("augment", c.augment, {.doc = "what is done to each training picture"});
  v("mix", c.mix, {.doc = "what is done to training pictures and targets in pairs"});
  v("loss", c.loss, {.doc = "what is minimised"});
  v("preprocess", c.preprocess, {.doc = "how pictures are shown that are not learnt from"});
  v("train", c.train, {.doc = "length, batch and arithmetic of the run"});
  v("optim", c.optim, {.doc = "the optimiser"});
  v("ema", c.ema, {.doc = "a moving average of the weights"});
  visit_run_tables(v, c);
}

// LARS (paper, section 4.2; spec of the recipes, 6).
struct LinprobeOptimConfig : RateConfig {
  LinprobeOptimConfig() {
    blr = 0.1;
    warmup_epochs = 10.0;
  }
  double weight_decay = 0.0;
  double momentum = 0.9;
  double trust_coefficient = 0.001;
};

template <class V>
void visit_fields(V& v, LinprobeOptimConfig& c) {
  visit_fields(v, static_cast<RateConfig&>(c));
  v("weight_decay", c.weight_decay, {.doc = "of the matrix of the linear layer", .min = 0.0});
  v("momentum", c.momentum, {.doc = "momentum of LARS", .min = 0.0, .max = 1.0, .max_exclusive = true});
  v("trust_coefficient", c.trust_coefficient,
    {.doc = "size of an update over the size of its weight, before the rate", .min = 0.0, .min_exclusive = true});
}

struct LinprobeConfig : ClassificationConfig {
  LinprobeConfig();

  ProbeConfig probe;
  LinprobeOptimConfig optim;
};

template <class V>
void visit_fields(V& v, LinprobeConfig& c) {
  v("model", c.model, {.doc = "the frozen model"});
  v("classes", c.classes, {.doc = "what is told apart"});
  v("probe", c.probe, {.doc = "what the backbone is shown"});
  v("data", c.data, {.doc = "the pictures that are learnt from"});
  v("augment", c.augment, {.doc = "what is done to each training picture"});
  v("preprocess", c.preprocess, {.doc = "how pictures are shown that are not learnt from"});
  v("train", c.train, {.doc = "length, batch and arithmetic of the run"});
  v("optim", c.optim, {.doc = "the optimiser"});
  visit_run_tables(v, c);
}

}  // namespace itpn
