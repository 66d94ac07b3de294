#include "itpn/tasks/classify/classification_config.h"

namespace itpn {
namespace {

ModelConfig classifier_model() {
  ModelConfig model;
  model.preset = kInferredPreset;
  model.may_infer_preset = true;
  return model;
}

}  // namespace

ClassificationConfig::ClassificationConfig() : model(classifier_model()), data(classification_data()) {}

FinetuneConfig::FinetuneConfig() {
  model.relative_position_bias = true;
  model.drop_path = 0.1;
  train.epochs = 100;
  train.global_batch_size = 0;
  train.micro_batch_size = 32;
}

LinprobeConfig::LinprobeConfig() {
  augment = probing_augmentation();
  classes.head_std = 0.01;
  train.epochs = 90;
  train.global_batch_size = 0;
  train.micro_batch_size = 64;
}

}  // namespace itpn
