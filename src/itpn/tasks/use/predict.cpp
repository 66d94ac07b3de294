#include "itpn/tasks/use/predict.h"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "itpn/core/atomic_file.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/output_place.h"
#include "itpn/core/utf8.h"
#include "itpn/tasks/classify/predict_classes.h"
#include "itpn/tasks/detect/object_files.h"
#include "itpn/tasks/detect/object_text.h"
#include "itpn/tasks/detect/output_names.h"
#include "itpn/tasks/detect/predict_objects.h"
#include "itpn/tasks/features/picture_files.h"
#include "itpn/tasks/use/of_kind.h"

namespace itpn {
namespace {

constexpr int64_t kLeastTile = 32;  // pixels

using Print = std::function<void(const std::string&)>;
using Predictor = PredictSummary (*)(const PredictRequest&, const std::vector<std::string>& paths, const ModelSource&,
                                     const Print&);

// What only a detector can do is no wish that may be passed over.
void refuse_objects(const PredictRequest& request, const ModelSource& source) {
  const bool is_of_objects = request.format == PredictionFormat::kCoco || request.format == PredictionFormat::kYolo;
  if (!is_of_objects && !request.objects.asks_for_something()) return;
  throw usage_error(fmt::format(
      "{}: a classifier, which finds no objects; --threshold, --tiles, --draw and the formats coco and yolo are for "
      "detectors",
      source.path));
}

PredictSummary print_classes(const PredictRequest& request, const std::vector<std::string>& paths,
                             const ModelSource& source, const Print& print) {
  refuse_objects(request, source);
  const PredictionText text = class_text(request.format);
  bool has_begun = false;
  return predict_classes(request, paths, source, [&](const PredictedPicture& picture) {
    if (!has_begun) print(text.head);
    has_begun = true;
    print(text.row(picture));
    if (!picture.error.empty()) log::warning(fmt::format("{}: {}", printable_name(picture.path), picture.error));
  });
}

PredictSummary print_objects(const PredictRequest& request, const std::vector<std::string>& paths,
                             const ModelSource& source, const Print& print) {
  const std::vector<std::string>& names = source.card.class_names;
  std::vector<std::unique_ptr<ObjectSink>> sinks;
  if (request.format == PredictionFormat::kYolo) {
    sinks.push_back(make_yolo_files({request.output, paths, names}));
  } else {
    ObjectTextOptions options{request.format, names, {}};
    if (request.format == PredictionFormat::kCoco) options.file_names = names_below_common_folder(paths);
    sinks.push_back(make_object_text(options, print));
  }
  if (!request.objects.draw_dir.empty()) sinks.push_back(make_drawings({request.objects.draw_dir, paths, names}));
  return predict_objects(request, paths, source, sinks);
}

void check(const PredictRequest& request) {
  if (request.pictures.empty()) throw usage_error("no picture given; name files, folders or lists");
  if (request.top.value_or(1) < 1 || request.batch_size < 1) {
    throw usage_error("--top and --batch-size must be at least 1");
  }
  const ObjectRequest& objects = request.objects;
  const double threshold = objects.threshold.value_or(0.0);
  if (!(threshold >= 0.0 && threshold <= 1.0)) throw usage_error("--threshold must be from 0 to 1");
  if (objects.tile_size && !objects.tiles) throw usage_error("--tile-size is the size of --tiles; give both");
  if (objects.tile_size.value_or(kLeastTile) < kLeastTile) {
    throw usage_error(fmt::format("--tile-size must be at least {}", kLeastTile));
  }
}

// Before the work whose result they take.
void prepare_places(const PredictRequest& request) {
  if (!request.objects.draw_dir.empty()) prepare_output_directory(posix_fs(), request.objects.draw_dir);
  if (request.output.empty()) return;
  if (request.format == PredictionFormat::kYolo) {
    prepare_output_directory(posix_fs(), request.output);
  } else {
    prepare_output_file(posix_fs(), request.output);
  }
}

}  // namespace

PredictSummary predict(const PredictRequest& request, const Print& print) {
  static const std::map<std::string, Predictor> kPredictors = {{kClassifierKind, print_classes},
                                                               {kDetectorKind, print_objects}};
  check(request);
  prepare_places(request);
  const ExpandedPictures pictures = expand_pictures(request.pictures);
  const ModelSource source = find_model(request.model);
  const Predictor predictor = of_kind(kPredictors, source);
  PredictSummary summary;
  if (request.output.empty() || request.format == PredictionFormat::kYolo) {
    summary = predictor(request, pictures.paths, source, print);
  } else {
    AtomicFile file(posix_fs(), request.output);
    summary = predictor(request, pictures.paths, source, [&](const std::string& text) { file.write(text); });
    file.commit();
  }
  summary.lost = pictures.lost;
  return summary;
}

}  // namespace itpn
