#include "itpn/tasks/labelled_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/data/datasets/relabelled_dataset.h"
#include "itpn/data/datasets/synthetic_scene.h"
#include "itpn/data/open_dataset.h"

namespace itpn {
namespace {

constexpr size_t kMaxNames = 5;  // of a message

using Names = std::vector<std::string>;

std::shared_ptr<const Dataset> open_with_labels(const DataConfig& data, const std::string& path, uint64_t synthetic) {
  OpenDatasetOptions options;
  options.needs_labels = true;
  options.synthetic_seed = synthetic;
  return open_dataset(data, path, options);
}

// Lists and shards number their classes.
bool has_numbers(const DataConfig& data) { return data.source == "list" || data.source == "tar"; }

// Folders as messages and files of weights name them.
Names printable_names(Names names) {
  for (std::string& name : names) name = printable_name(name);
  return names;
}

// Names of `some` that `all` lacks, as a text; "" if there is none.
std::string lacking(const Names& some, const Names& all) {
  Names missing;
  for (const std::string& name : some) {
    if (std::find(all.begin(), all.end(), name) == all.end()) missing.push_back(name);
  }
  if (missing.empty()) return "";
  const size_t shown = std::min(missing.size(), kMaxNames);
  const std::string more = missing.size() > shown ? fmt::format(" and {} more", missing.size() - shown) : "";
  missing.resize(shown);
  return fmt::format("{}{}", fmt::join(missing, ", "), more);
}

void check_same_classes(const DataConfig& data, const Dataset& train, const Dataset& val) {
  const Names train_names = printable_names(train.class_names()), val_names = printable_names(val.class_names());
  const std::string only_train = lacking(train_names, val_names), only_val = lacking(val_names, train_names);
  if (only_val.empty() && (only_train.empty() || has_numbers(data))) return;
  std::string message = fmt::format("{} and {} have different classes:", data.path, data.val_path);
  if (!only_train.empty()) message += fmt::format(" only the first has {}", only_train);
  if (!only_val.empty()) message += fmt::format("{} only the second has {}", only_train.empty() ? "" : ";", only_val);
  throw data_error(message);
}

// The first sample with a label that has no place among `count` classes.
void check_labels(const Dataset& dataset, int64_t count) {
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int64_t label = dataset.label(i);
    if (label >= 0 && label < count) continue;
    throw data_error(fmt::format("{}: label {} is out of range; the model has {} classes, 0 to {} (classes.count)",
                                 printable_name(dataset.name(i)), label, count, count - 1));
  }
}

// `names` with numbers behind it until there are `count`.
Names padded(Names names, int64_t count) {
  for (auto i = static_cast<int64_t>(names.size()); i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

// Does class i of `dataset` mean output i, whatever it is called? So it is where either side has no names.
bool are_told_apart_by_number(const DataConfig& data, size_t classes, const Names& names) {
  if (has_numbers(data)) return classes <= names.size();
  return names == padded({}, static_cast<int64_t>(classes));
}

// The output of each class; nothing if one of them has none.
std::optional<std::vector<int64_t>> outputs_of(const Names& classes, const Names& names) {
  std::vector<int64_t> outputs;
  for (const std::string& name : classes) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    outputs.push_back(found - names.begin());
  }
  return outputs;
}

std::vector<int64_t> first_outputs(size_t count) {
  std::vector<int64_t> outputs(count);
  std::iota(outputs.begin(), outputs.end(), 0);
  return outputs;
}

}  // namespace

LabelledData open_labelled_data(const DataConfig& data, int64_t num_classes) {
  LabelledData result;
  result.train = open_with_labels(data, data.path, 0);
  const auto found = static_cast<int64_t>(result.train->class_names().size());
  const int64_t count = num_classes > 0 ? num_classes : found;
  check_labels(*result.train, count);
  result.class_names = padded(printable_names(result.train->class_names()), count);
  if (data.val_path.empty()) return result;
  result.val = open_with_labels(data, data.val_path, kHeldOutSyntheticSet);
  check_same_classes(data, *result.train, *result.val);
  check_labels(*result.val, count);
  return result;
}

std::shared_ptr<const Dataset> open_labelled_set(const DataConfig& data, const std::string& path, const Names& names) {
  std::shared_ptr<const Dataset> dataset = open_with_labels(data, path, kHeldOutSyntheticSet);
  const Names classes = printable_names(dataset->class_names());
  if (classes == names) return dataset;
  std::optional<std::vector<int64_t>> outputs;
  if (!has_numbers(data)) outputs = outputs_of(classes, names);
  if (!outputs && are_told_apart_by_number(data, classes.size(), names)) outputs = first_outputs(classes.size());
  if (!outputs) {
    throw data_error(fmt::format("{} has classes that the model does not know: {}", path, lacking(classes, names)));
  }
  return std::make_shared<RelabelledDataset>(std::move(dataset), std::move(*outputs), names);
}

}  // namespace itpn
