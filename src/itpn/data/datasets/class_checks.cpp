#include "itpn/data/datasets/class_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "itpn/core/unicode_form.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"

namespace itpn {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kMaxNames = 10;

bool may_differ(const Dataset& train, const Dataset& val) {
  return train.has_numbered_classes() && val.has_numbered_classes() &&
         val.class_names().size() <= train.class_names().size();
}

// Names of the parts into which people divide a dataset.
bool is_part_name(const std::string& name) {
  constexpr std::array<std::string_view, 10> kParts = {"train", "training", "val",     "valid", "validation",
                                                       "test",  "testing",  "holdout", "dev",   "eval"};
  return is_one_of(kParts, name);
}

// Folders of pictures and of their label maps, as sets for segmentation have them.
bool is_pictures_name(const std::string& name) {
  constexpr std::array<std::string_view, 4> kPictures = {"images", "image", "imgs", "jpegimages"};
  return is_one_of(kPictures, name);
}
bool is_label_maps_name(const std::string& name) {
  constexpr std::array<std::string_view, 8> kMaps = {"annotations",  "annotation",        "masks", "mask", "labels",
                                                     "label_images", "segmentationclass", "gt"};
  return is_one_of(kMaps, name);
}

std::string question_about_label_maps(const Names& names, const std::string& path) {
  const auto pictures = std::find_if(names.begin(), names.end(), is_pictures_name);
  const auto maps = std::find_if(names.begin(), names.end(), is_label_maps_name);
  if (names.size() != 2 || pictures == names.end() || maps == names.end()) return "";
  return fmt::format("{}/ and {}/ are pictures and their label maps and no classes; did you mean data.path={}?",
                     printable_name(*pictures), printable_name(*maps), printable_name(join_path(path, *pictures)));
}

// Whether all pictures lie in folders below the one folder of the first level.
bool is_a_level_too_high(const Dataset& dataset, const std::string& folder) {
  const size_t start = folder.size() + 1;
  std::string first;
  bool differs = false;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const std::string name = dataset.name(i);
    const size_t slash = name.starts_with(folder + "/") ? name.find('/', start) : std::string::npos;
    if (slash == std::string::npos) return false;
    const std::string below = name.substr(start, slash - start);
    if (i == 0) first = below;
    differs |= below != first;
  }
  return differs;
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
  return list_of(missing, kMaxNames);
}

std::string hint_on_unicode_form(const Names& names, const Names& others) {
  for (const std::string& name : names) {
    const auto twin = std::find_if(others.begin(), others.end(),
                                   [&](const std::string& other) { return differ_in_unicode_form(name, other); });
    if (twin == others.end()) continue;
    return fmt::format(
        " ({} and {} look the same and differ in their Unicode form, composed or decomposed: write both alike, for "
        "example with `convmv -r -f utf8 -t utf8 --nfc --notest FOLDER`)",
        printable_bytes(name), printable_bytes(*twin));
  }
  return "";
}

void check_same_classes(const Dataset& train, const Dataset& val) {
  const Names a = printable_names(train.class_names()), b = printable_names(val.class_names());
  if (a == b || may_differ(train, val)) return;
  throw data_error(fmt::format(
      "training and validation pictures are of different classes ({} and {}); only in training: {}; only in "
      "validation: {}; make them the same{}",
      a.size(), b.size(), or_none(names_only_in(a, b)), or_none(names_only_in(b, a)),
      hint_on_unicode_form(train.class_names(), val.class_names())));
}

std::string question_about_parts(const Dataset& dataset, const std::string& path) {
  const Names& names = dataset.class_names();
  if (names.empty() || !std::all_of(names.begin(), names.end(), is_part_name)) {
    return question_about_label_maps(names, path);
  }
  std::string learn, measure, all;
  for (const std::string& name : names) {
    const bool is_train = name.starts_with("tr") || name.starts_with("Tr") || name.starts_with("TR");
    std::string& part = is_train ? learn : measure;
    if (part.empty()) part = join_path(path, name);
    all += (all.empty() ? "" : " and ") + name + "/";
  }
  std::string text =
      all + (names.size() == 1 ? " is a part of a dataset and no class" : " are parts of a dataset and no classes") +
      "; name one of them: did you mean ";
  if (!learn.empty()) text += fmt::format("data.path={}", printable_name(learn));
  if (!measure.empty()) text += fmt::format("{}data.val_path={}", learn.empty() ? "" : " ", printable_name(measure));
  return text + "?";
}

std::string question_about_one_class(const Dataset& dataset, const std::string& path) {
  if (dataset.class_names().size() != 1) return "";
  const std::string& name = dataset.class_names()[0];
  const std::string folder = join_path(path, name);
  return fmt::format(
      "only one class ({}), so there is nothing to tell apart{}", printable_name(name),
      is_a_level_too_high(dataset, folder) ? fmt::format("; did you mean {}?", printable_name(folder)) : "");
}

std::string question_about_numbers(const Dataset& dataset) {
  if (!dataset.has_numbered_classes()) return "";
  const size_t count = dataset.class_names().size();
  std::vector<bool> occurs(count, false);
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int64_t label = dataset.label(i);
    if (label >= 0) occurs[static_cast<size_t>(label)] = true;
  }
  const auto present = static_cast<size_t>(std::count(occurs.begin(), occurs.end(), true));
  if (present == count) return "";
  if (present == count - 1 && !occurs[0]) {
    return fmt::format(
        "labels start at 1, so class 0 has no picture; count them from 0, or write names instead of numbers. "
        "classes.count={} keeps an output without pictures",
        count);
  }
  const auto missing = std::find(occurs.begin(), occurs.end(), false) - occurs.begin();
  return fmt::format(
      "only {} of {} classes occur: class {}, for one, has no picture; count labels from 0 without holes, or "
      "write names instead of numbers. classes.count={} keeps outputs without pictures",
      present, count, missing, count);
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
                    name, label, classes, or_none(list_of(beyond, kMaxNames))));
  }
}

}  // namespace itpn
