// A file of weights that a user names, and what is known of the model in it before it is built.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/models/backbone/infer_sizes.h"
#include "itpn/tasks/weights/model_card.h"
#include "itpn/tasks/weights/model_request.h"

namespace itpn {

struct DetectorConfig;  // models/detection/detector.h

struct ModelSource {
  WeightsPath weights;    // the file, found sound where it is part of a checkpoint
  std::string path;       // of the file, or of the checkpoint's directory: for people
  std::string key;        // entry of it that holds the weights
  ModelCard card;         // as the file says, its kind too; from names and shapes where it says nothing
  int64_t classes = 0;    // outputs of the head, 0: there is none
  bool is_probe = false;  // the head is that of linear probing
  PyramidConfig pyramid;  // num_outs 1: the file has none
  // Of a file with a detector's heads: its sizes. card.detector is then there too.
  std::shared_ptr<const DetectorConfig> detector = {};
};

// Takes what programs have wrapped around the names of a model off; of a detector its backbone's own "backbone." stays.
// Returns what it took off. Throws as WeightsFile::strip_prefix.
std::string strip_model_prefix(WeightsFile& file);

// What a detector's file without a card is taken for: used as published.
DetectorCard card_of(const DetectorConfig& detector);
// The names that COCO gives to so many classes of a detector without a card; none where COCO has another number.
std::vector<std::string> names_of_classes(int64_t classes);

// The sizes that names and shapes tell, of a run, a checkpoint or a file; of a detector those of its backbone and
// pyramid. `key` as in find_weights. Throws an input/output error (exit 5) where there is no such file, a checkpoint
// error (exit 4) where it cannot be read or holds no iTPN.
InferredSizes sizes_of_weights(const std::string& path, const std::string& key = "");

// Throws as sizes_of_weights, and a checkpoint error (exit 4) where the sizes are of no known model.
ModelSource find_model(const ModelRequest& request);

// Throws a usage error (exit 2) for a model that takes neither colour nor grey: pictures are read in no other way.
void require_readable_channels(const ModelConfig& model, const std::string& path);

// For weights of pre-training where a head is needed: a usage error (exit 2) that says what to do.
Error no_head_error(const ModelSource& source);

}  // namespace itpn
