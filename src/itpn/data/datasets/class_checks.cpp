#include "itpn/data/datasets/class_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace itpn {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kMaxNames = 10;

bool may_differ(const Dataset& train, const Dataset& val) {
  return train.has_numbered_classes() && val.has_numbered_classes() &&
         val.class_names().size() <= train.class_names().size();
}

std::string listed(const Names& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMaxNames); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMaxNames ? text + fmt::format(" and {} more", names.size() - kMaxNames) : text;
}

// For messages that name both sides.
std::string or_none(const std::string& names) { return names.empty() ? "none" : names; }

}  // namespace

Names printable_names(Names names) {
  for (std::string& name : names) name = printable_name(name);
  return names;
}

std::string names_only_in(const Names& names, const Names& others) {
  Names missing, sorted = names, known = others;
  std::sort(sorted.begin(), sorted.end());
  std::sort(known.begin(), known.end());
  std::set_difference(sorted.begin(), sorted.end(), known.begin(), known.end(), std::back_inserter(missing));
  return listed(missing);
}

void check_same_classes(const Dataset& train, const Dataset& val) {
  const Names a = printable_names(train.class_names()), b = printable_names(val.class_names());
  if (a == b || may_differ(train, val)) return;
  throw data_error(fmt::format(
      "training and validation pictures are of different classes ({} and {}); only in training: {}; only in "
      "validation: {}; make them the same",
      a.size(), b.size(), or_none(names_only_in(a, b)), or_none(names_only_in(b, a))));
}

void check_labels(const Dataset& dataset, int64_t classes) {
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int64_t label = dataset.label(i);
    if (label >= 0 && label < classes) continue;
    const std::string name = printable_name(dataset.name(i));
    if (label < 0) throw data_error(fmt::format("{}: no label, but the task needs one for each picture", name));
    const Names names = printable_names(dataset.class_names());
    const Names beyond(names.begin() + std::min<int64_t>(classes, static_cast<int64_t>(names.size())), names.end());
    throw data_error(
        fmt::format("{}: label {} is out of range; the model has {} classes (classes.count), which leaves out: {}",
                    name, label, classes, or_none(listed(beyond))));
  }
}

}  // namespace itpn
