// Which classes pictures show.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "itpn/tasks/weights/model_source.h"

namespace itpn {

struct Guess {
  int64_t index = 0;
  std::string name;
  double probability = 0.0;
};

// What is known of one picture.
struct PredictedPicture {
  std::string path;
  std::vector<Guess> guesses;  // the most probable first
  std::string error;           // why it could not be read, or ""
};

// Shows each of `paths` as soon as it is done, in their order. `source` is what find_model says of the weights. Throws
// a usage error where they tell no classes apart.
PredictSummary predict_classes(const PredictRequest& request, const std::vector<std::string>& paths,
                               const ModelSource& source, const std::function<void(const PredictedPicture&)>& show);

// A way to write it down: `head` once, then a line (or some) a picture.
struct PredictionText {
  std::string head;
  std::function<std::string(const PredictedPicture&)> row;
};
PredictionText class_text(PredictionFormat format);

}  // namespace itpn
