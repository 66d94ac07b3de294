// The recipe of pre-training: one struct per table of the TOML file, each owned by the component that it sets up.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/data/augment_config.h"
#include "itpn/data/data_config.h"
#include "itpn/engine/optim_config.h"
#include "itpn/engine/run_config.h"
#include "itpn/models/clip/teacher_config.h"
#include "itpn/models/mim/distill_config.h"

namespace itpn {

// Integral pre-training: with `pyramid` the feature pyramid and the decoder see what downstream heads will see; without
// it only the backbone is trained (paper, Table 5).
struct IntegralConfig {
  std::string supervision = "pixels";  // or "clip"
  bool pyramid = true;
  int64_t num_outs = 3;
  double color_jitter = 0.0;

  bool has_clip_teacher() const { return supervision == "clip"; }
};

template <class V>
void visit_fields(V& v, IntegralConfig& c) {
  v("supervision", c.supervision,
    {.doc =
         "what is predicted: the pixels of hidden patches, or the features of a CLIP model (tables teacher, distill)",
     .one_of = {"pixels", "clip"}});
  v("pyramid", c.pyramid,
    {.doc = "train the feature pyramid too; false trains the backbone only and means num_outs 1"});
  v("num_outs", c.num_outs, {.doc = "levels of the pyramid that the decoder reads", .min = 1, .max = 3});
  v("color_jitter", c.color_jitter,
    {.doc = "largest change of brightness, contrast and saturation of a picture, as a share", .min = 0.0, .max = 1.0});
}

// The optimiser of pre-training: AdamW with a cosine schedule after a linear warm-up (paper, section 4.1). Defaults are
// the paper's.
struct PretrainOptimConfig : AdamWRecipe {
  PretrainOptimConfig() {
    blr = 1.5e-4;
    beta2 = 0.95;
    warmup_epochs = 40.0;
  }
};

struct PretrainLogConfig : LogConfig {
  int64_t panel_every_steps = 0;
  int64_t panel_images = 8;
  int64_t knn_every_epochs = 0;
};

template <class V>
void visit_fields(V& v, PretrainLogConfig& c) {
  visit_fields(v, static_cast<LogConfig&>(c));
  v("panel_every_steps", c.panel_every_steps,
    {.doc = "steps between two panels of pictures in samples/; 0 = only at the end", .min = 0});
  v("panel_images", c.panel_images, {.doc = "rows of a panel; 0 = no panels", .min = 0, .max = 64});
  v("knn_every_epochs", c.knn_every_epochs,
    {.doc =
         "epochs between two k-NN accuracies of the frozen features; needs classes in data.path and data.val_path; 0 "
         "= never",
     .min = 0});
}

struct PretrainConfig {
  ModelConfig model;
  IntegralConfig pretrain;
  MaskConfig mask;
  MfmConfig mfm;
  TeacherConfig teacher;
  DistillConfig distill;
  DataConfig data;
  PreprocessConfig preprocess;
  TrainConfig train;
  PretrainOptimConfig optim;
  DistributedConfig distributed;
  CheckpointConfig checkpoint;
  PretrainLogConfig log;
};

template <class V>
void visit_fields(V& v, PretrainConfig& c) {
  v("model", c.model, {.doc = "the model"});
  v("pretrain", c.pretrain, {.doc = "what is pre-trained"});
  v("mask", c.mask, {.doc = "what is hidden"});
  v("mfm", c.mfm, {.doc = "masked feature modelling"});
  v("teacher", c.teacher, {.doc = "the CLIP model of pretrain.supervision = \"clip\""});
  v("distill", c.distill, {.doc = "what is learnt from the teacher"});
  v("data", c.data, {.doc = "the pictures that are learnt from"});
  v("preprocess", c.preprocess, {.doc = "how pictures are shown that are not learnt from", .trajectory = false});
  v("train", c.train, {.doc = "length, batch and arithmetic of the run"});
  v("optim", c.optim, {.doc = "the optimiser"});
  visit_run_tables(v, c);
}

}  // namespace itpn
