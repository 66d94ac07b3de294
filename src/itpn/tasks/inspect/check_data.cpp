#include "itpn/tasks/inspect/check_data.h"

#include <cmath>

#include "itpn/data/datasets/class_checks.h"
#include "itpn/data/open_dataset.h"
#include "itpn/data/path_kind.h"

namespace itpn {
namespace {

void count_classes(const Dataset& dataset, DataReport& report) {
  report.class_names = dataset.class_names();
  report.class_counts.resize(report.class_names.size());
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int64_t label = dataset.label(i);
    if (label >= 0) ++report.class_counts[label];
  }
}

// What a person would ask before an epoch is spent on it.
std::vector<std::string> questions_about(const Dataset& dataset, const std::string& path) {
  std::vector<std::string> questions;
  if (dataset.class_names().empty() && dataset.size() > 0)
    questions.push_back("no classes: " + dataset.why_no_classes());
  for (const std::string& question : {question_about_parts(dataset, path), question_about_one_class(dataset, path),
                                      question_about_numbers(dataset)}) {
    if (!question.empty()) questions.push_back(question);
  }
  return questions;
}

}  // namespace

PixelLimit pixel_limit(const CheckDataOptions& options) {
  return {std::llround(options.max_megapixels * 1e6), "--max-megapixels here and data.max_megapixels in training"};
}

DataReport check_data(const CheckDataOptions& options) {
  DataReport report;
  report.path = options.path;
  DataConfig config;
  config.source = report.source = source_of_path(posix_fs(), options.path);
  config.path = options.path;
  config.cache_dir = "off";  // a check looks for itself
  const auto dataset = open_dataset(config, options.path, {.shows_progress = options.shows_progress});
  const auto read = [&](int64_t i, StoredPicture& into) { dataset->read(i, into); };
  report.pictures = pictures_report(
      inspect_pictures(dataset->size(), read, {options.threads, pixel_limit(options), options.shows_progress}),
      [&](int64_t i) { return dataset->name(i); });
  const DatasetFingerprint print = fingerprint(*dataset);
  report.images = print.count;
  report.total_bytes = print.total_bytes;
  report.names_hash = print.names_hash;
  report.skipped = dataset->skipped();
  report.questions = questions_about(*dataset, options.path);
  count_classes(*dataset, report);
  return report;
}

}  // namespace itpn
