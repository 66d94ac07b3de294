#include "itpn/tasks/classify/ready_classifier.h"

#include <torch/torch.h>

#include <utility>

#include "itpn/models/backbone/weight_rules.h"

namespace itpn {

ReadyClassifier::ReadyClassifier(ModelSource source, const ModelRequest& request)
    : ReadyModel(std::move(source), request) {
  if (this->source().classes == 0) throw no_head_error(this->source());
  ClassifierConfig config;
  config.backbone = backbone();
  config.num_classes = this->source().classes;
  config.is_probe = this->source().is_probe;
  model_ = Classifier(config, 0);
  load_into(*model_, used_classifier_weight_rules());
}

torch::Tensor ReadyClassifier::logits(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  BackboneInput input;
  input.images = images_of(batch);
  return model_->forward(input).logits.to(torch::kFloat32);
}

}  // namespace itpn
