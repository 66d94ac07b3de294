// What fine-tuning and linear probing print at their end.
#pragma once

#include "itpn/tasks/classify/finetune.h"

namespace itpn::cli {

// Steps, loss and checkpoint; accuracy at the end; the best accuracy and where it was.
void print_classification(const ClassificationResult& result);

}  // namespace itpn::cli
