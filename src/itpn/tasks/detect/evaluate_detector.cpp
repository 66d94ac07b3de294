#include "itpn/tasks/detect/evaluate_detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/progress.h"
#include "itpn/engine/distributed.h"
#include "itpn/io/coco_json.h"
#include "itpn/tasks/detect/detection_report.h"
#include "itpn/tasks/detect/ready_detector.h"

namespace itpn {
namespace {

constexpr int64_t kMostAtOnce = 8;

AnnotatedDataConfig data_config(const EvaluateRequest& request) {
  AnnotatedDataConfig data;
  data.path = request.data;
  data.workers = request.workers;
  data.max_bad_fraction = 1.0;  // counted and told at the end
  return data;
}

void write(const std::string& name, const std::string& text, const EvaluateRequest& request,
           DetectorEvaluation* result) {
  result->files.push_back(join_path(request.output_dir, name));
  write_file_atomically(posix_fs(), result->files.back(), text);
}

void write_files(const EvaluateRequest& request, const FoundObjects& found, DetectorEvaluation* result) {
  if (request.output_dir.empty()) return;
  for (const ReportFile& file : detection_report(result->score)) write(file.name, file.content, request, result);
  std::vector<CocoResult> boxes = found.results;
  for (CocoResult& box : boxes) box.mask = {};
  write("results.json", coco_results_text(boxes), request, result);
  if (!result->score.masks) return;
  write("results_segm.json", coco_results_text(masks_alone(found.results)), request, result);
}

nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) && value >= 0.0 ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json classes_json(const DetectionScore& score) {
  nlohmann::ordered_json classes = nlohmann::ordered_json::array();
  for (size_t i = 0; i < score.boxes.classes.size(); ++i) {
    const DetectionClassScore& box = score.boxes.classes[i];
    nlohmann::ordered_json row = {{"name", box.name},
                                  {"objects", box.objects},
                                  {"bbox_AP", number_or_null(box.ap)},
                                  {"bbox_AP50", number_or_null(box.ap50)}};
    if (score.masks) {
      row["segm_AP"] = number_or_null(score.masks->classes[i].ap);
      row["segm_AP50"] = number_or_null(score.masks->classes[i].ap50);
    }
    classes.push_back(row);
  }
  return classes;
}

}  // namespace

DetectorEvaluation evaluate_detector(const EvaluateRequest& request, const ModelSource& source, ProcessGroup& group) {
  ReadyDetector model(source, request.model);
  const AnnotatedDataConfig data = data_config(request);
  const AnnotatedSet set = open_annotated_set(posix_fs(), data, request.data, model.class_names());
  ProgressBar bar({.label = "eval", .total = set.samples->size(), .unit = "pictures"});
  FindObjectsConfig pass{model.test_size(), loader_resources(data), std::min(kMostAtOnce, request.batch_size),
                         [&](int64_t pictures) { bar.update(pictures * group.size()); }};
  const FoundObjects found = find_objects([&](const DetectionBatch& batch) { return model.detect(batch); }, set,
                                          model.class_names(), pass, group);
  bar.finish();
  if (found.pictures == 0) throw data_error(fmt::format("{}: no picture can be read", request.data));
  DetectorEvaluation result{model.source().path, set.name, score_objects(*set.truth, found, model.has_masks()), {}};
  if (group.is_first()) write_files(request, found, &result);
  return result;
}

std::string evaluation_table(const DetectorEvaluation& result) {
  std::string text = fmt::format("{}\n{}\npictures   {}\n", result.weights, result.data, result.score.pictures);
  if (result.score.unreadable > 0) {
    text += fmt::format("unreadable {} (count as pictures in which nothing was found)\n", result.score.unreadable);
  }
  text += "\n" + result.score.table() + "\n" + threshold_table(result.score);
  for (const std::string& file : result.files) text += fmt::format("{}\n", file);
  return text;
}

std::string evaluation_json(const DetectorEvaluation& result) {
  nlohmann::ordered_json json = {{"weights", result.weights},
                                 {"data", result.data},
                                 {"pictures", result.score.pictures},
                                 {"unreadable", result.score.unreadable}};
  for (const auto& [name, value] : result.score.numbers()) json[name] = value;
  json["classes"] = classes_json(result.score);
  json["files"] = result.files;
  return json.dump() + "\n";
}

}  // namespace itpn
