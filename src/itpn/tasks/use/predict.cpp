#include "itpn/tasks/use/predict.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/utf8.h"
#include "itpn/tasks/classify/predict_classes.h"
#include "itpn/tasks/features/picture_files.h"
#include "itpn/tasks/use/of_kind.h"

namespace itpn {
namespace {

using Print = std::function<void(const std::string&)>;
using Predictor = PredictSummary (*)(const PredictRequest&, const std::vector<std::string>& paths, const ModelSource&,
                                     const Print&);

PredictSummary print_classes(const PredictRequest& request, const std::vector<std::string>& paths,
                             const ModelSource& source, const Print& print) {
  const PredictionText text = class_text(request.format);
  bool has_begun = false;
  return predict_classes(request, paths, source, [&](const PredictedPicture& picture) {
    if (!has_begun) print(text.head);
    has_begun = true;
    print(text.row(picture));
    if (!picture.error.empty()) log::warning(fmt::format("{}: {}", printable_name(picture.path), picture.error));
  });
}

}  // namespace

PredictionFormat prediction_format(const std::string& name) {
  if (name == "table") return PredictionFormat::kTable;
  if (name == "json") return PredictionFormat::kJson;
  if (name == "csv") return PredictionFormat::kCsv;
  throw usage_error(fmt::format("--format {}: want table, json or csv", name));
}

PredictSummary predict(const PredictRequest& request, const Print& print) {
  static const std::map<std::string, Predictor> kPredictors = {{kClassifierKind, print_classes}};
  if (request.pictures.empty()) throw usage_error("no picture given; name files, folders or lists");
  if (request.top < 1 || request.batch_size < 1) throw usage_error("--top and --batch-size must be at least 1");
  const ExpandedPictures pictures = expand_pictures(request.pictures);
  const ModelSource source = find_model(request.model);
  PredictSummary summary = of_kind(kPredictors, source)(request, pictures.paths, source, print);
  summary.lost = pictures.lost;
  return summary;
}

}  // namespace itpn
