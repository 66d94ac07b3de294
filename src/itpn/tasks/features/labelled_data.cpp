#include "itpn/tasks/features/labelled_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/data/datasets/class_checks.h"
#include "itpn/data/datasets/relabelled_dataset.h"
#include "itpn/data/datasets/synthetic_scene.h"
#include "itpn/data/open_dataset.h"

namespace itpn {
namespace {

using Names = std::vector<std::string>;

std::shared_ptr<const Dataset> open_with_labels(const DataConfig& data, const std::string& path, uint64_t synthetic) {
  OpenDatasetOptions options;
  options.needs_labels = true;
  options.synthetic_seed = synthetic;
  return open_dataset(data, path, options);
}

// `names` with numbers behind it until there are `count`.
Names padded(Names names, int64_t count) {
  for (auto i = static_cast<int64_t>(names.size()); i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

// Does class i of `dataset` mean output i, whatever it is called? So it is where either side has no names.
bool are_told_apart_by_number(const Dataset& dataset, const Names& names) {
  const size_t classes = dataset.class_names().size();
  if (dataset.has_numbered_classes()) return classes <= names.size();
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
  check_same_classes(*result.train, *result.val);
  check_labels(*result.val, count);
  return result;
}

std::shared_ptr<const Dataset> open_labelled_set(const DataConfig& data, const std::string& path, const Names& names) {
  std::shared_ptr<const Dataset> dataset = open_with_labels(data, path, kHeldOutSyntheticSet);
  const Names classes = printable_names(dataset->class_names());
  if (classes == names) return dataset;
  std::optional<std::vector<int64_t>> outputs;
  if (!dataset->has_numbered_classes()) outputs = outputs_of(classes, names);
  if (!outputs && are_told_apart_by_number(*dataset, names)) outputs = first_outputs(classes.size());
  if (!outputs) {
    throw data_error(
        fmt::format("{} has classes that the model does not know: {}", path, names_only_in(classes, names)));
  }
  return std::make_shared<RelabelledDataset>(std::move(dataset), std::move(*outputs), names);
}

}  // namespace itpn
