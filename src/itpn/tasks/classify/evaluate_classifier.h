// How well a classifier does on pictures whose classes are known. Exact: every picture counts once.
#pragma once

#include <string>
#include <vector>

#include "itpn/eval/confusion_matrix.h"
#include "itpn/tasks/features/score_classifier.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {

class ProcessGroup;

struct ClassifierEvaluation {
  std::string weights;
  ClassificationScore score;
  std::vector<std::string> class_names;
  ConfusionMatrix confusion{0};
  std::vector<std::string> files;  // written
};

// Measures with all processes of `group`; each gets the numbers of all, the first writes confusion.csv, confusion.png
// and classes.csv. `source` is what find_model says of the weights. Throws a usage error where they have no classes, a
// data error where the pictures have classes that the model does not know, or none can be read.
ClassifierEvaluation evaluate_classifier(const EvaluateRequest& request, const ModelSource& source,
                                         ProcessGroup& group);

// For people (the weakest classes only, if there are many), and one JSON object for programs.
std::string evaluation_table(const ClassifierEvaluation& result);
std::string evaluation_json(const ClassifierEvaluation& result);

}  // namespace itpn
