// `itpn eval`: how well a classifier does on pictures whose classes are known. Exact: every picture counts once.
#pragma once

#include <string>
#include <vector>

#include "itpn/eval/confusion_matrix.h"
#include "itpn/tasks/features/score_classifier.h"
#include "itpn/tasks/weights/ready_model.h"

namespace itpn {

struct EvaluateRequest {
  ModelRequest model;
  std::string data;        // a folder with a sub-folder for each class, a list (.txt) or tar shards
  std::string output_dir;  // for confusion.csv, confusion.png and classes.csv; "" = none
  int64_t batch_size = 64;
  int64_t workers = 0;  // 0: one fewer than the cores
};

struct EvaluateResult {
  std::string weights;
  ClassificationScore score;
  std::vector<std::string> class_names;
  ConfusionMatrix confusion{0};
  std::vector<std::string> files;  // written
};

// Throws a data error where the pictures have classes that the model does not know, or none can be read.
EvaluateResult evaluate(const EvaluateRequest& request);

// For people (the weakest classes only, if there are many), and one JSON object for programs.
std::string evaluation_table(const EvaluateResult& result);
std::string evaluation_json(const EvaluateResult& result);

}  // namespace itpn
