// What has to be known of a model to use its weights: its kind, sizes, how it wants its pictures, names of its classes.
// It travels with the weights, as metadata of the safetensors file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "itpn/data/augment_config.h"
#include "itpn/data/data_config.h"
#include "itpn/data/reading_config.h"
#include "itpn/models/backbone/presets.h"

namespace itpn {

// The pictures that a model takes.
struct PictureConfig {
  ImageSize image_size = 224;
  std::vector<double> mean = imagenet_mean();  // as many entries as the model has channels
  std::vector<double> std = imagenet_std();
};

template <class V>
void visit_fields(V& v, PictureConfig& c) {
  v("image_size", c.image_size, {.doc = "size in pixels", .min = 1, .max = kLongestSide});
  v("mean", c.mean, {.doc = "mean of each channel, of values in [0, 1]"});
  v("std", c.std, {.doc = "standard deviation of each channel", .min = 0.0, .min_exclusive = true});
}

// Kinds of models: what their heads answer. A file may name another one, of a later version of the program.
inline constexpr const char* kPretrainedKind = "pretrained";  // nothing: only its features are of use
inline constexpr const char* kClassifierKind = "classifier";
inline constexpr const char* kDetectorKind = "detector";  // classes, boxes and perhaps masks of objects

inline constexpr const char* kMaskRcnn = "mask_rcnn";
inline constexpr const char* kCascadeMaskRcnn = "cascade_mask_rcnn";

// What has to be known of a detector beside that. Pictures keep their shape: PictureConfig::image_size is the size that
// its backbone's position table is made for.
struct DetectorCard {
  std::string type = kMaskRcnn;
  bool has_masks = true;
  int64_t short_side = 800;  // of a picture that is looked at, at most; pixels
  int64_t longest_side = 1333;
  int64_t proposals = 1000;  // boxes of a picture that its heads look at, at most
  bool operator==(const DetectorCard&) const = default;
};

template <class V>
void visit_fields(V& v, DetectorCard& c) {
  v("type", c.type, {.doc = "kind of detector", .one_of = {kMaskRcnn, kCascadeMaskRcnn}});
  v("has_masks", c.has_masks, {.doc = "objects have masks"});
  v("short_side", c.short_side, {.doc = "largest shorter side of a picture", .min = 1, .max = kLongestSide});
  v("longest_side", c.longest_side, {.doc = "largest longer side of a picture", .min = 1, .max = kLongestSide});
  v("proposals", c.proposals, {.doc = "most boxes of a picture that its heads look at", .min = 1});
}

struct ModelCard {
  // "" in files that were written before kinds were named. Not in visit_fields: an entry of its own, which older
  // versions of the program skip.
  std::string kind;
  ModelConfig model;
  PictureConfig pictures;
  PreprocessConfig preprocess;
  // How pictures are read. Of weights that say nothing: as all were before there was a choice. An entry of its own too.
  ReadingConfig reading;
  std::vector<std::string> class_names;  // printable; not in visit_fields: an entry of its own
  std::optional<DetectorCard> detector;  // of a detector; an entry of its own too
};

template <class V>
void visit_fields(V& v, ModelCard& c) {
  v("model", c.model, {.doc = "the model"});
  v("pictures", c.pictures, {.doc = "the pictures that it takes"});
  v("preprocess", c.preprocess, {.doc = "how they are shown"});
}

// The card as a recipe has it.
ModelCard model_card(const std::string& kind, const ModelConfig& model, const DataConfig& data,
                     const PreprocessConfig& preprocess);

using Metadata = std::map<std::string, std::string>;

Metadata to_metadata(const ModelCard& card);
// Throws a checkpoint error (exit 4) that names `file` where entries of a card make no sense; nothing where there are
// none.
std::optional<ModelCard> card_in(const Metadata& metadata, const std::string& file);

}  // namespace itpn
