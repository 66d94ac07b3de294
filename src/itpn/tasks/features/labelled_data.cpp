#include "itpn/tasks/features/labelled_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/data/datasets/class_checks.h"
#include "itpn/data/datasets/relabelled_dataset.h"
#include "itpn/data/datasets/synthetic_scene.h"
#include "itpn/data/open_dataset.h"

namespace itpn {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kMaxTableRows = 10;

std::shared_ptr<const Dataset> open_with_labels(const DataConfig& data, const std::string& path, uint64_t synthetic,
                                                bool takes_keys) {
  OpenDatasetOptions options;
  options.needs_labels = true;
  options.takes_keys = takes_keys;
  options.synthetic_seed = synthetic;
  return open_dataset(data, path, options);
}

// `names` with numbers behind it until there are `count`.
Names padded(Names names, int64_t count) {
  for (auto i = static_cast<int64_t>(names.size()); i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

// Does class i of `dataset` mean output i, whatever it is called? So it is where either side has numbers for names.
bool are_told_apart_by_number(const Dataset& dataset, const Names& names) {
  const auto count = static_cast<int64_t>(dataset.class_names().size());
  const bool model_has_numbers = names == padded({}, static_cast<int64_t>(names.size()));
  if (dataset.has_numbered_classes()) return count <= static_cast<int64_t>(names.size());
  return model_has_numbers && count == static_cast<int64_t>(names.size());
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

// A table of what is taken for what where names do not say it.
void tell_places(const Names& classes, const Names& names, const std::string& path) {
  std::string table;
  for (size_t i = 0; i < std::min(classes.size(), kMaxTableRows); ++i) {
    table += fmt::format("{}{} is {}", i == 0 ? "" : ", ", classes[i], names[i]);
  }
  log::warning(
      fmt::format("{}: its classes have no names in common with the model's, so they are taken by their place: {}{}",
                  path, table, classes.size() > kMaxTableRows ? ", ..." : ""));
}

// What is very likely a mistake, unless the recipe says how many classes there are.
void check_training_classes(const Dataset& dataset, const std::string& path, int64_t num_classes, bool takes_keys) {
  if (num_classes > 0) return;
  const std::string one = question_about_one_class(dataset, path), numbers = question_about_numbers(dataset);
  if (!one.empty()) {
    throw data_error(
        fmt::format("{}: {}{}", path, one, takes_keys ? "; classes.count=2 trains on it all the same" : ""));
  }
  if (!numbers.empty()) throw data_error(fmt::format("{}: {}", path, numbers));
}

// `val` with the numbers that the classes of the same names have in training.
std::shared_ptr<const Dataset> in_order_of(const Dataset& train, std::shared_ptr<const Dataset> val) {
  const Names known = printable_names(train.class_names()), names = printable_names(val->class_names());
  const bool is_subset = val->has_numbered_classes() || train.has_numbered_classes();
  if (names == known || (names.size() != known.size() && !is_subset)) return val;
  auto outputs = outputs_of(names, known);
  if (!outputs) return val;
  return std::make_shared<RelabelledDataset>(std::move(val), std::move(*outputs), train.class_names());
}

}  // namespace

LabelledData open_labelled_data(const DataConfig& data, int64_t num_classes, bool takes_keys) {
  LabelledData result;
  result.train = open_with_labels(data, data.path, 0, takes_keys);
  check_training_classes(*result.train, data.path, num_classes, takes_keys);
  const auto found = static_cast<int64_t>(result.train->class_names().size());
  const int64_t count = num_classes > 0 ? num_classes : found;
  check_labels(*result.train, count);
  result.class_names = padded(printable_names(result.train->class_names()), count);
  if (data.val_path.empty()) return result;
  result.val = in_order_of(*result.train, open_with_labels(data, data.val_path, kHeldOutSyntheticSet, takes_keys));
  check_same_classes(*result.train, *result.val);
  check_labels(*result.val, count);
  return result;
}

std::shared_ptr<const Dataset> open_labelled_set(const DataConfig& data, const std::string& path, const Names& names) {
  std::shared_ptr<const Dataset> dataset = open_with_labels(data, path, kHeldOutSyntheticSet, /*takes_keys=*/false);
  const Names classes = printable_names(dataset->class_names());
  if (classes == names) return dataset;
  std::optional<std::vector<int64_t>> outputs = outputs_of(classes, names);
  if (!outputs && are_told_apart_by_number(*dataset, names)) {
    outputs = first_outputs(classes.size());
    tell_places(classes, names, path);
  }
  if (!outputs) {
    throw data_error(fmt::format("{} has classes that the model does not know: {}{}", path,
                                 names_only_in(classes, names), hint_on_unicode_form(classes, names)));
  }
  return std::make_shared<RelabelledDataset>(std::move(dataset), std::move(*outputs), names);
}

}  // namespace itpn
