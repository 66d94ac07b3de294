// Settings of a training run that no model and no dataset knows: its length, its batch, its checkpoints and its logs.
#pragma once

#include <cstdint>
#include <string>

namespace itpn {

// How long to train, on what, in which arithmetic. One optimiser step uses `global_batch_size` samples, gathered over
// global_batch_size / micro_batch_size forward passes of all processes.
struct TrainConfig {
  int64_t epochs = 10;
  int64_t max_steps = 0;
  int64_t global_batch_size = 64;
  int64_t micro_batch_size = 0;
  std::string precision = "fp32";
  std::string device = "auto";
  int64_t threads = 0;
  int64_t seed = 0;
  bool deterministic = true;
  bool activation_checkpointing = false;
  std::string on_non_finite = "skip";
  int64_t max_skipped_steps = 5;
  int64_t skip_window = 100;
  int64_t max_rewinds = 3;
  // Not keys of the recipe: which of how many processes this one is.
  int64_t rank = 0;
  int64_t processes = 1;

  int64_t micro_batch() const { return micro_batch_size > 0 ? micro_batch_size : global_batch_size / processes; }
  // Forward passes of one process in a step.
  int64_t accumulation() const { return global_batch_size / (micro_batch() * processes); }
};

template <class V>
void visit_fields(V& v, TrainConfig& c) {
  v("epochs", c.epochs, {.doc = "passes over the data", .min = 1});
  v("max_steps", c.max_steps,
    {.doc = "stop after this many optimiser steps; 0 = after `epochs`. The schedule still spans `epochs`",
     .min = 0,
     .trajectory = false});
  v("global_batch_size", c.global_batch_size,
    {.doc =
         "samples of one optimiser step; 0 = the usual one (fine-tuning 1024, linear probing 16384, else 64), or for "
         "few pictures what gives an epoch of 20 steps",
     .min = 0});
  v("micro_batch_size", c.micro_batch_size,
    {.doc = "samples of one forward pass, which bounds the memory; times the number of processes it divides the global "
            "batch; 0 = all at once",
     .min = 0,
     .trajectory = false});
  v("precision", c.precision,
    {.doc = "arithmetic of the matrix products; weights are kept in fp32 besides (fp16 needs a GPU)",
     .one_of = {"fp32", "bf16", "fp16"}});
  v("device", c.device,
    {.doc = "auto | cpu | cuda | cuda:N; auto takes the accelerator if there is one", .trajectory = false});
  v("threads", c.threads,
    {.doc =
         "CPU threads of the model; 0 = OMP_NUM_THREADS, or the cores that may be used, shared by the processes of a "
         "machine. Results are bit-equal only for equal threads",
     .min = 0,
     .max = 4096,
     .trajectory = false});
  v("seed", c.seed, {.doc = "start of every random decision of the run", .min = 0});
  v("deterministic", c.deterministic,
    {.doc = "on a GPU: only algorithms whose result is the same in every run", .trajectory = false});
  v("activation_checkpointing", c.activation_checkpointing,
    {.doc = "compute the blocks' activations again in the backward pass: less memory, about a third slower",
     .trajectory = false});
  v("on_non_finite", c.on_non_finite,
    {.doc = "a step whose loss or gradient is not finite changes nothing, and its pictures are listed in "
            "skipped_steps/. skip: go on, and stop with exit code 6 after too many of them; rewind: then return to the "
            "last checkpoint before them and go on with the rest of the epoch in another order; stop: at the first one",
     .one_of = {"skip", "rewind", "stop"},
     .trajectory = false});
  v("max_skipped_steps", c.max_skipped_steps,
    {.doc = "too many are more than this, within `skip_window` steps", .min = 0, .trajectory = false});
  v("skip_window", c.skip_window, {.doc = "steps over which max_skipped_steps counts", .min = 1, .trajectory = false});
  v("max_rewinds", c.max_rewinds,
    {.doc = "with on_non_finite = rewind: returns to one and the same checkpoint before the run stops with exit code 6",
     .min = 1,
     .trajectory = false});
}

// Several processes that train one model; started by torchrun or `itpn launch`.
struct DistributedConfig {
  double timeout_seconds = 600.0;
  bool overlap = true;
  double bucket_mib = 25.0;
  bool shard_optimizer = false;
};

template <class V>
void visit_fields(V& v, DistributedConfig& c) {
  v("timeout_seconds", c.timeout_seconds,
    {.doc =
         "longest that a process waits for the others, or spends in one part of a step, before the run ends with exit "
         "code 8",
     .min = 1.0});
  v("overlap", c.overlap, {.doc = "sum gradients over the processes while the backward pass goes on"});
  v("bucket_mib", c.bucket_mib, {.doc = "MiB of gradients that are summed at once", .min = 0.001});
  v("shard_optimizer", c.shard_optimizer,
    {.doc = "each process keeps the optimiser's state of its share of the parameters only: less memory, more to send"});
}

// When a checkpoint is written, besides the end of the run and a signal, and which stay.
struct CheckpointConfig {
  int64_t every_steps = 0;
  double every_minutes = 30.0;
  int64_t keep = 2;
  int64_t keep_every_steps = 0;
  bool background = true;
};

template <class V>
void visit_fields(V& v, CheckpointConfig& c) {
  v("every_steps", c.every_steps, {.doc = "steps between two checkpoints; 0 = by time only", .min = 0});
  v("every_minutes", c.every_minutes, {.doc = "minutes between two checkpoints; 0 = by steps only", .min = 0.0});
  v("keep", c.keep, {.doc = "newest verified checkpoints to keep", .min = 2});
  v("keep_every_steps", c.keep_every_steps,
    {.doc = "also keep every checkpoint whose step this number divides; 0 = none", .min = 0});
  v("background", c.background, {.doc = "write while training goes on"});
}

// What is written down while training.
struct LogConfig {
  int64_t every_steps = 10;
  int64_t validate_every_epochs = 1;
  bool tensorboard = true;
  double spike_factor = 3.0;
};

template <class V>
void visit_fields(V& v, LogConfig& c) {
  v("every_steps", c.every_steps,
    {.doc = "steps between two lines of metrics.jsonl; the first and the last step always have one", .min = 1});
  v("validate_every_epochs", c.validate_every_epochs,
    {.doc = "epochs between two passes over data.val_path; 0 = only at the end", .min = 0});
  v("tensorboard", c.tensorboard, {.doc = "also write TensorBoard events"});
  v("spike_factor", c.spike_factor,
    {.doc = "warn of a loss that is more than this times the median of the last 100 steps; 0 = never", .min = 0.0});
}

// The tables with which every recipe of a training run ends.
template <class V, class Recipe>
void visit_run_tables(V& v, Recipe& c) {
  v("distributed", c.distributed, {.doc = "several processes", .trajectory = false});
  v("checkpoint", c.checkpoint, {.doc = "when the state is saved", .trajectory = false});
  v("log", c.log, {.doc = "what is written down", .trajectory = false});
}

}  // namespace itpn
