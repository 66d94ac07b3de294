#include "itpn/data/datasets/class_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace itpn {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kMaxNames = 10;

// Those of `names` that `others` has not; both are sorted bytewise here.
Names only_in(Names names, Names others) {
  std::sort(names.begin(), names.end());
  std::sort(others.begin(), others.end());
  Names result;
  std::set_difference(names.begin(), names.end(), others.begin(), others.end(), std::back_inserter(result));
  return result;
}

std::string listed(const Names& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMaxNames); ++i) {
    text += (i == 0 ? "" : ", ") + printable_name(names[i]);
  }
  if (names.size() > kMaxNames) text += fmt::format(" and {} more", names.size() - kMaxNames);
  return names.empty() ? "none" : text;
}

bool may_differ(const Dataset& train, const Dataset& val) {
  return train.has_numbered_classes() && val.has_numbered_classes() &&
         val.class_names().size() <= train.class_names().size();
}

}  // namespace

void check_same_classes(const Dataset& train, const Dataset& val) {
  const Names &a = train.class_names(), &b = val.class_names();
  if (a == b || may_differ(train, val)) return;
  throw data_error(fmt::format(
      "training and validation pictures are of different classes ({} and {}); only in training: {}; only in "
      "validation: {}; make their class folders the same",
      a.size(), b.size(), listed(only_in(a, b)), listed(only_in(b, a))));
}

void check_labels(const Dataset& dataset, int64_t classes) {
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int64_t label = dataset.label(i);
    if (label >= 0 && label < classes) continue;
    const std::string name = printable_name(dataset.name(i));
    if (label < 0) throw data_error(fmt::format("{}: no label, but the task needs one for each picture", name));
    const Names& names = dataset.class_names();
    const Names beyond(names.begin() + std::min<int64_t>(classes, static_cast<int64_t>(names.size())), names.end());
    throw data_error(fmt::format("{}: label {} of a model with {} classes; classes beyond it: {}", name, label, classes,
                                 listed(beyond)));
  }
}

}  // namespace itpn
