// A trained classifier, ready to be used on pictures.
#pragma once

#include <string>
#include <vector>

#include "itpn/models/classification/classifier.h"
#include "itpn/tasks/weights/ready_model.h"

namespace itpn {

class ReadyClassifier : public ReadyModel {
 public:
  // Throws a usage error where the file has no classes.
  ReadyClassifier(ModelSource source, const ModelRequest& request);
  // (B, classes) fp32
  torch::Tensor logits(const HostBatch& batch);
  const std::vector<std::string>& class_names() const { return source().card.class_names; }

 private:
  Classifier model_{nullptr};
};

}  // namespace itpn
