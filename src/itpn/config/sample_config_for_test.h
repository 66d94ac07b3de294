// A configuration with every type of field, for the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "itpn/config/fields.h"

namespace itpn::test {

struct SampleOptim {
  double blr = 1.5e-4;
  double weight_decay = 0.05;
  std::vector<double> betas = {0.9, 0.95};
};

struct SampleData {
  std::string source = "synthetic";
  std::string path;
  int64_t image_size = 224;
  std::vector<std::string> names = {};
};

struct SampleLog {
  int64_t every_steps = 20;
  std::vector<int64_t> milestones = {1, 2};
  double ceiling = 1.0;
};

struct SampleConfig {
  int64_t seed = 0;
  SampleOptim optim;
  SampleData data;
  SampleLog log;
  bool verbose = false;
};

template <class V>
void visit_fields(V& v, SampleOptim& c) {
  v("blr", c.blr, {.doc = "base learning rate", .min = 0.0, .min_exclusive = true});
  v("weight_decay", c.weight_decay, {.doc = "decoupled decay", .min = 0.0, .max = 1.0});
  v("betas", c.betas, {.doc = "momenta", .min = 0.0, .max = 1.0, .max_exclusive = true, .count = 2});
}

template <class V>
void visit_fields(V& v, SampleData& c) {
  v("source", c.source, {.doc = "where pictures come from", .one_of = {"folder", "list", "synthetic"}});
  v("path", c.path, {.doc = "folder | list", .is_path = true, .trajectory = false});
  v("image_size", c.image_size, {.doc = "pixels", .min = 16, .max = 4096});
  v("names", c.names, {.doc = "class names"});
}

template <class V>
void visit_fields(V& v, SampleLog& c) {
  v("every_steps", c.every_steps, {.doc = "steps", .min = 1});
  v("milestones", c.milestones, {.doc = "steps", .min = 0});
  v("ceiling", c.ceiling, {.doc = "largest value", .allow_non_finite = true});
}

template <class V>
void visit_fields(V& v, SampleConfig& c) {
  v("seed", c.seed, {.doc = "of all random decisions", .min = 0});
  v("optim", c.optim, {.doc = "The optimiser."});
  v("data", c.data);
  v("log", c.log, {.trajectory = false});
  v("verbose", c.verbose, {.doc = "more words"});
}

// A recipe that sets every key, one per line.
inline std::string sample_recipe() {
  return R"(seed = 7
verbose = true
[optim]
blr = 1e-3
weight_decay = 0.1
betas = [0.9, 0.98]
[data]
source = "folder"
path = "/pictures"
image_size = 128
names = ["cat", "dog"]
[log]
every_steps = 5
milestones = [3, 4]
ceiling = inf
)";
}

}  // namespace itpn::test
