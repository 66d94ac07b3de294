// `itpn predict`: which classes pictures show.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "itpn/tasks/weights/ready_model.h"

namespace itpn {

struct PredictRequest {
  ModelRequest model;
  std::vector<std::string> pictures;  // files, folders, lists (.txt)
  int64_t top = 5;                    // classes of each picture
  int64_t batch_size = 16;
};

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

struct PredictSummary {
  int64_t predicted = 0;
  int64_t unreadable = 0;
};

// Shows each picture as soon as it is done, in the order asked for. Throws a usage error where no picture is named or
// the weights tell no classes apart.
PredictSummary predict(const PredictRequest& request, const std::function<void(const PredictedPicture&)>& show);

// Ways to write it down: `head` once, then a line (or some) a picture.
struct PredictionFormat {
  std::function<std::string()> head;
  std::function<std::string(const PredictedPicture&)> row;
};
// "table", "json" (one object a line) or "csv" (one line a guess). Throws a usage error for another word.
PredictionFormat prediction_format(const std::string& name);

}  // namespace itpn
