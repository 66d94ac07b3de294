// In which format predictions are written.
#pragma once

#include <string>

#include "itpn/tasks/weights/model_request.h"

namespace itpn {

// As `word` says (table, json, csv, coco, yolo; "": nothing), or as the name of `output` ends ("": standard output):
// .txt, .jsonl, .csv, .json (coco), or a folder (yolo); a table where neither says anything. Throws a usage error
// (exit 2) where they contradict each other, for another word, for a file of another ending without a word, and for
// yolo without a folder to write to.
PredictionFormat prediction_format(const std::string& word, const std::string& output);

}  // namespace itpn
