#include "itpn/tasks/classify/evaluate_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "itpn/core/csv.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/progress.h"
#include "itpn/data/open_dataset.h"
#include "itpn/engine/distributed.h"
#include "itpn/tasks/classify/confusion_picture.h"
#include "itpn/tasks/classify/ready_classifier.h"
#include "itpn/tasks/features/labelled_data.h"
#include "itpn/tasks/run/loaders.h"

namespace itpn {
namespace {

constexpr size_t kMaxTableRows = 20;

DataConfig data_config(const EvaluateRequest& request) {
  DataConfig data;
  data.path = request.data;
  data.workers = request.workers;
  data.max_bad_fraction = 1.0;  // counted and told at the end
  return data;
}

void write(const std::string& name, const std::string& text, const EvaluateRequest& request,
           ClassifierEvaluation* result) {
  result->files.push_back(join_path(request.output_dir, name));
  write_file_atomically(posix_fs(), result->files.back(), text);
}

std::string classes_csv(const ClassifierEvaluation& result) {
  std::string text = "class,pictures,accuracy\n";
  for (int64_t i = 0; i < result.confusion.classes(); ++i) {
    const int64_t count = result.confusion.count_of(i);
    text += fmt::format("{},{},{}\n", csv_field(result.class_names[static_cast<size_t>(i)]), count,
                        count > 0 ? fmt::format("{:.4f}", result.confusion.accuracy_of(i)) : "");
  }
  return text;
}

void write_files(const EvaluateRequest& request, ClassifierEvaluation* result) {
  if (request.output_dir.empty()) return;
  write("confusion.csv", to_csv(result->confusion, result->class_names), request, result);
  write("classes.csv", classes_csv(*result), request, result);
  result->files.push_back(join_path(request.output_dir, "confusion.png"));
  write_file_atomically(posix_fs(), result->files.back(),
                        draw_confusion(result->confusion, result->class_names).file());
}

// Classes with pictures, the least accurate first.
std::vector<int64_t> weakest_first(const ConfusionMatrix& confusion) {
  std::vector<int64_t> order;
  for (int64_t i = 0; i < confusion.classes(); ++i) {
    if (confusion.count_of(i) > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return confusion.accuracy_of(a) < confusion.accuracy_of(b); });
  return order;
}

void add_up(ProcessGroup& group, ConfusionMatrix* confusion) {
  if (group.is_alone()) return;
  const std::vector<int64_t>& own = confusion->sums();
  const std::vector<double> sums = group.sum(std::vector<double>(own.begin(), own.end()));
  confusion->set_sums({sums.begin(), sums.end()});
}

}  // namespace

ClassifierEvaluation evaluate_classifier(const EvaluateRequest& request, const ModelSource& source,
                                         ProcessGroup& group) {
  ReadyClassifier model(source, request.model);
  ClassifierEvaluation result;
  result.weights = model.source().path;
  result.class_names = model.class_names();
  result.confusion = ConfusionMatrix(model.source().classes);
  const DataConfig data = data_config(request);
  const auto dataset = open_labelled_set(data, request.data, result.class_names);
  const auto loader = evaluation_loader(data, dataset, model.transform(), request.batch_size, group.place());
  ProgressBar bar({.label = "eval", .total = dataset->size(), .unit = "pictures"});
  const auto logits_of = [&](const HostBatch& batch) { return model.logits(batch); };
  const auto count = [&](const at::Tensor& logits, const at::Tensor& labels) {
    const at::Tensor predicted = logits.argmax(1);
    for (int64_t i = 0; i < labels.size(0); ++i) {
      result.confusion.add(labels[i].item<int64_t>(), predicted[i].item<int64_t>());
    }
    bar.update(result.confusion.total());
  };
  result.score = score_classifier(*loader, logits_of, group, count);
  add_up(group, &result.confusion);
  bar.finish();
  if (result.score.count == 0) throw data_error(fmt::format("{}: no picture can be read", request.data));
  if (group.is_first()) write_files(request, &result);
  return result;
}

std::string evaluation_table(const ClassifierEvaluation& result) {
  const ClassificationScore& score = result.score;
  std::string text = fmt::format("{}\npictures   {}\n", result.weights, score.count);
  if (score.unreadable > 0) text += fmt::format("unreadable {} (left out)\n", score.unreadable);
  text += fmt::format("top-1      {:.3f} %\ntop-5      {:.3f} %\nloss       {:.5f}\n\n", score.top1, score.top5,
                      score.loss);
  const std::vector<int64_t> order = weakest_first(result.confusion);
  const size_t rows = std::min(order.size(), kMaxTableRows);
  text += rows < order.size() ? fmt::format("the {} weakest of {} classes:\n", rows, order.size()) : "classes:\n";
  for (size_t i = 0; i < rows; ++i) {
    text += fmt::format("  {:6.2f} %  of {:>6}  {}\n", result.confusion.accuracy_of(order[i]),
                        result.confusion.count_of(order[i]), result.class_names[static_cast<size_t>(order[i])]);
  }
  for (const std::string& file : result.files) text += fmt::format("{}\n", file);
  return text;
}

std::string evaluation_json(const ClassifierEvaluation& result) {
  const ClassificationScore& score = result.score;
  nlohmann::json classes = nlohmann::json::array(), confusion = nlohmann::json::array();
  for (int64_t i = 0; i < result.confusion.classes(); ++i) {
    // An accuracy of no picture is NaN, which becomes null.
    classes.push_back({{"name", result.class_names[static_cast<size_t>(i)]},
                       {"pictures", result.confusion.count_of(i)},
                       {"accuracy", result.confusion.accuracy_of(i)}});
    std::vector<int64_t> row;
    for (int64_t j = 0; j < result.confusion.classes(); ++j) row.push_back(result.confusion.count(i, j));
    confusion.push_back(row);
  }
  const nlohmann::json out = {{"weights", result.weights}, {"pictures", score.count}, {"unreadable", score.unreadable},
                              {"top1", score.top1},        {"top5", score.top5},      {"loss", score.loss},
                              {"classes", classes},        {"confusion", confusion},  {"files", result.files}};
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
