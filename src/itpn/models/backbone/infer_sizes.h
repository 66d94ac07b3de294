// The sizes of the model that a file of weights is of, from names and shapes alone. Torch-free.
#pragma once

#include <optional>
#include <span>

#include "itpn/io/tensor_info.h"
#include "itpn/models/backbone/presets.h"

namespace itpn {

struct InferredSizes {
  BackboneConfig backbone;  // layer_scale: 0.1 where there is one, its start value leaves no trace
  PyramidConfig pyramid;    // num_outs 1 without a pyramid
  std::optional<DecoderConfig> decoder;
  std::optional<int64_t> classes;
  bool is_probe = false;               // the head that tells them apart is that of linear probing
  std::optional<int64_t> teacher_dim;  // of pre-training with CLIP features: channels that its heads predict
  bool has_feature_heads = false;      // of masked feature modelling
  // Heads leave a trace only in relative position bias tables. False: taken from the preset of the same sizes, or from
  // the head widths of the published models (64, in the decoder 32).
  bool are_heads_certain = false;
  std::string preset;  // the named model of these sizes, or empty

  // "pre-training (pixels)", "pre-training (CLIP)", "classifier", "linear probe", "backbone and pyramid",
  // "backbone".
  std::string kind() const;
};

// Throws a checkpoint error (exit 4) that names `where` if these are not the weights of an iTPN, or contradict
// themselves.
InferredSizes infer_sizes(std::span<const TensorInfo> tensors, const std::string& where);

// Throws a checkpoint error (exit 4) that shows both sides of every size in which the file differs from the preset.
void require_preset(const InferredSizes& sizes, const std::string& preset_name, const std::string& where);

}  // namespace itpn
