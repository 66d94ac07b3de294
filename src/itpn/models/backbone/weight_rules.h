// Which weights need not be in both a file and a model, and why: published files hold more than a task wants, or less.
// Torch-free.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/load_plan.h"

namespace itpn {

// For the pre-training model. The file may be any pre-training checkpoint, or a backbone with its pyramid.
LoadRules pretraining_weight_rules();
// The same for pre-training with CLIP features.
LoadRules distillation_weight_rules();

// For the classifier, fine-tuning and linear probing: from any pre-training, or from another classifier, whose head is
// left out where it has another number of classes.
LoadRules classifier_weight_rules();
// For a classifier that is used as it is: all of it has to be in the file, in its shape. The file may hold more.
LoadRules used_classifier_weight_rules();

// For backbone and pyramid below a dense task's heads: `heads` are patterns of the names that the task adds.
LoadRules dense_weight_rules(const std::vector<std::string>& heads);

// The same below a detector: relative position bias by pairs is left out, tables by axis may start at random.
LoadRules detection_weight_rules();
// For a detector from one that was trained: heads may have been made without masks, or with several stages.
LoadRules detector_weight_rules();

// Whether a weight is of the feature pyramid, by its name in a pre-trained model.
bool is_pyramid_weight(const std::string& name);
// For a model that leaves the pyramid of a file alone; `prefix` is in front of its names there.
ExpectedAbsence pyramid_left_out(const std::string& prefix = "");

// For a detector that is used as it is: all of it has to be in the file, in its shape. The file may hold more.
LoadRules used_detector_weight_rules();

}  // namespace itpn
