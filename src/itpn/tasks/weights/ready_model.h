// Trained models, ready to be used on pictures.
#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "itpn/data/transforms/picture_transform.h"
#include "itpn/io/load_plan.h"
#include "itpn/models/backbone/itpn.h"
#include "itpn/structures/host_batch.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {

// What all kinds know.
class ReadyModel {
 public:
  explicit ReadyModel(const ModelRequest& request);
  // `source` is what find_model(request) says.
  ReadyModel(ModelSource source, const ModelRequest& request);

  const ModelSource& source() const { return source_; }
  const ImageSize& image_size() const { return source_.card.pictures.image_size; }
  // How the model wants its pictures to be shown.
  std::shared_ptr<const PictureTransform> transform() const;

 protected:
  // Loads the file's weights, logs what became of each, and rounds those of the matrix products to the precision asked
  // for. Throws a checkpoint error (exit 4) where `rules` do not let one be absent that does not fit.
  void load_into(torch::nn::Module& model, const LoadRules& rules) const;
  BackboneConfig backbone() const;
  torch::Tensor images_of(const HostBatch& batch) const;
  PixelLimit pixel_limit() const { return limit_; }
  const torch::Device& device() const { return device_; }

 private:
  ModelSource source_;
  PixelLimit limit_;
  std::string precision_;
  torch::Device device_;
};

// Levels of the feature pyramid, finest first: "p2", "p3", "p4" with strides 4, 8, 16 where patches have 16
// pixels. The mean over the last feature of
// the backbone is "pooled".
class ReadyBackbone : public ReadyModel {
 public:
  explicit ReadyBackbone(const ModelRequest& request);
  // (B, E) fp32: the mean over the patches.
  torch::Tensor pooled(const HostBatch& batch);
  // (B, C, H / stride, W / stride) fp32 of one level. Throws a usage error for one that the model does not have.
  torch::Tensor level(const HostBatch& batch, const std::string& name);
  // Those that the model has.
  std::vector<std::string> level_names() const;
  // Pixels from one entry of a level to the next.
  int64_t stride_of(const std::string& level) const;

 private:
  Itpn model_{nullptr};
};

}  // namespace itpn
