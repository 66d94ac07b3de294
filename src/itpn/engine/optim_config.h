// What the table [optim] of every recipe holds, whatever is trained: the learning rate, and the settings of AdamW.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/optim/adamw_config.h"
#include "itpn/optim/lr_schedule.h"

namespace itpn {

// A learning rate that warms up to its peak and falls along a cosine.
struct RateConfig {
  double blr = 5e-4;
  double lr = 0.0;
  double min_lr = 0.0;
  double warmup_epochs = 5.0;

  double peak_lr(int64_t global_batch_size) const { return peak_rate(lr, blr, global_batch_size); }
};

template <class V>
void visit_fields(V& v, RateConfig& c) {
  v("blr", c.blr, {.doc = "base learning rate; the peak is blr * global_batch_size / 256", .min = 0.0});
  v("lr", c.lr, {.doc = "peak learning rate itself; 0 = from blr", .min = 0.0});
  v("min_lr", c.min_lr, {.doc = "learning rate at the end", .min = 0.0});
  v("warmup_epochs", c.warmup_epochs, {.doc = "epochs of linear warm-up, may be a fraction", .min = 0.0});
}

struct AdamWRecipe : RateConfig {
  double weight_decay = 0.05;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double clip_grad = 0.0;
  std::string schedule = "fraction";  // or "iteration"

  AdamWConfig adamw() const { return {beta1, beta2, eps}; }
};

template <class V>
void visit_fields(V& v, AdamWRecipe& c) {
  visit_fields(v, static_cast<RateConfig&>(c));
  v("weight_decay", c.weight_decay,
    {.doc = "decoupled; not on biases and norms, nor on position tables outside pre-training from pixels", .min = 0.0});
  v("beta1", c.beta1, {.doc = "decay of AdamW's first moment", .min = 0.0, .max = 0.9999999});
  v("beta2", c.beta2, {.doc = "decay of AdamW's second moment", .min = 0.0, .max = 0.9999999});
  v("eps", c.eps, {.doc = "AdamW's epsilon", .min = 1e-30});
  v("clip_grad", c.clip_grad, {.doc = "largest global norm of the gradient; 0 = no clipping", .min = 0.0});
  v("schedule", c.schedule,
    {.doc =
         "the cosine by the fraction of an epoch, or by whole iterations with the peak taken twice, as the published "
         "CLIP recipes have it",
     .one_of = {"fraction", "iteration"}});
}

}  // namespace itpn
