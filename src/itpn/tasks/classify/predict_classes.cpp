#include "itpn/tasks/classify/predict_classes.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "itpn/core/csv.h"
#include "itpn/core/errors.h"
#include "itpn/core/utf8.h"
#include "itpn/tasks/classify/ready_classifier.h"
#include "itpn/tasks/features/picture_files.h"

namespace itpn {
namespace {

constexpr int64_t kShownClasses = 5;  // of each picture

// The most probable classes of one row of probabilities.
std::vector<Guess> best_guesses(const torch::Tensor& probabilities, int64_t count,
                                const std::vector<std::string>& names) {
  const auto [values, indices] = probabilities.topk(std::min(count, probabilities.size(0)));
  std::vector<Guess> guesses;
  for (int64_t i = 0; i < values.size(0); ++i) {
    const auto index = indices[i].item<int64_t>();
    guesses.push_back({index, names[static_cast<size_t>(index)], values[i].item<double>()});
  }
  return guesses;
}

// The pictures of one batch in the order of `paths`.
std::vector<PredictedPicture> predict_batch(ReadyClassifier& model, std::span<const std::string> paths, int64_t top,
                                            const PictureTransform& transform) {
  const PictureBatch pictures = read_pictures(paths, transform);
  torch::Tensor probabilities;
  if (pictures.batch.count > 0) probabilities = model.logits(pictures.batch).softmax(1).cpu();
  std::vector<PredictedPicture> result(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) result[i].path = paths[i];
  for (size_t row = 0; row < pictures.paths.size(); ++row) {
    result[pictures.batch.positions[row]].guesses =
        best_guesses(probabilities[static_cast<int64_t>(row)], top, model.class_names());
  }
  size_t next = 0;
  for (PredictedPicture& picture : result) {
    if (picture.guesses.empty()) picture.error = pictures.unreadable[next++].reason;
  }
  return result;
}

std::string table_row(const PredictedPicture& picture) {
  std::string text = printable_name(picture.path) + "\n";
  if (!picture.error.empty()) return text + fmt::format("  not a picture: {}\n", picture.error);
  for (const Guess& guess : picture.guesses) {
    text += fmt::format("  {:6.2f} %  {}\n", 100.0 * guess.probability, guess.name);
  }
  return text;
}

std::string json_row(const PredictedPicture& picture) {
  nlohmann::json out = {{"path", printable_name(picture.path)}};
  if (!picture.error.empty()) {
    out["error"] = picture.error;
  } else {
    out["predictions"] = nlohmann::json::array();
    for (const Guess& guess : picture.guesses) {
      out["predictions"].push_back({{"class", guess.name}, {"index", guess.index}, {"probability", guess.probability}});
    }
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string csv_row(const PredictedPicture& picture) {
  const std::string path = csv_field(printable_name(picture.path));
  if (!picture.error.empty()) return fmt::format("{},,,,,{}\n", path, csv_field(picture.error));
  std::string text;
  for (size_t rank = 0; rank < picture.guesses.size(); ++rank) {
    const Guess& guess = picture.guesses[rank];
    text += fmt::format("{},{},{},{},{:.6g},\n", path, rank + 1, guess.index, csv_field(guess.name), guess.probability);
  }
  return text;
}

}  // namespace

PredictSummary predict_classes(const PredictRequest& request, const std::vector<std::string>& all,
                               const ModelSource& source, const std::function<void(const PredictedPicture&)>& show) {
  ReadyClassifier model(source, request.model);
  const auto transform = model.transform();
  const std::span<const std::string> paths = all;
  const auto batch = static_cast<size_t>(request.batch_size);
  const int64_t top = request.top.value_or(kShownClasses);
  PredictSummary summary;
  for (size_t first = 0; first < paths.size(); first += batch) {
    const auto part = paths.subspan(first, std::min(batch, paths.size() - first));
    for (const PredictedPicture& picture : predict_batch(model, part, top, *transform)) {
      show(picture);
      ++(picture.error.empty() ? summary.predicted : summary.unreadable);
    }
  }
  return summary;
}

PredictionText class_text(PredictionFormat format) {
  switch (format) {
    case PredictionFormat::kJson:
      return {"", json_row};
    case PredictionFormat::kCsv:
      return {"path,rank,index,class,probability,error\n", csv_row};
    default:
      break;
  }
  return {"", table_row};
}

}  // namespace itpn
