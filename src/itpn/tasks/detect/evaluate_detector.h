// `itpn eval` of a detector: COCO's measures, tables and pictures.
#pragma once

#include <string>
#include <vector>

#include "itpn/tasks/detect/score_detector.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {

class ProcessGroup;

struct DetectorEvaluation {
  std::string weights;
  std::string data;  // name of the annotations
  DetectionScore score;
  std::vector<std::string> files;  // written
};

// Measures with all processes of `group`; each gets the numbers of all, the first writes the files of the report.
// `source` is what find_model says of the weights. Throws a data error (exit 3) where the annotations have classes that
// the detector does not know, or no picture can be read.
DetectorEvaluation evaluate_detector(const EvaluateRequest& request, const ModelSource& source, ProcessGroup& group);

// For people, and one JSON object for programs.
std::string evaluation_table(const DetectorEvaluation& result);
std::string evaluation_json(const DetectorEvaluation& result);

}  // namespace itpn
