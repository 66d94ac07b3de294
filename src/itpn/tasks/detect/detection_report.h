// The files that a measurement of a detector leaves: tables for programs, curves to look at.
#pragma once

#include <string>
#include <vector>

#include "itpn/tasks/detect/score_detector.h"

namespace itpn {

struct ReportFile {
  std::string name, content;
};

// per_class.csv, thresholds.csv, pr_curve.png and f1_curve.png (boxes, overlap 0.5: all classes together and, where
// they are few, each).
std::vector<ReportFile> detection_report(const DetectionScore& score);

// Lines for people: the thresholds of all classes together.
std::string threshold_table(const DetectionScore& score);

}  // namespace itpn
