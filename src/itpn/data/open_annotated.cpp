#include "itpn/data/open_annotated.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/annotated_files.h"
#include "itpn/data/datasets/annotation_parts.h"
#include "itpn/data/datasets/class_checks.h"
#include "itpn/data/datasets/coco_dataset.h"
#include "itpn/data/datasets/corner_boxes.h"
#include "itpn/data/datasets/synthetic_annotated.h"

namespace itpn {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kBuiltIn = "built-in pictures";

bool is_synthetic(const AnnotatedDataConfig& data, const std::string& path) {
  return data.source == "synthetic" || (data.source == kAutoSource && path.empty() && data.annotations.empty());
}

void check_is_not_beside_a_path(const AnnotatedDataConfig& data) {
  if (data.source != "synthetic" || data.path.empty()) return;
  throw usage_error(fmt::format(
      "data.path = {} is given, but data.source = \"synthetic\" makes its own pictures; leave one of the two out",
      printable_name(data.path)));
}

AnnotatedSet open_synthetic_part(int64_t count, uint64_t seed) {
  const SyntheticOptions options{.count = count, .seed = seed};
  AnnotatedSet set;
  set.name = kBuiltIn;
  set.truth = std::make_shared<CocoSet>(synthetic_coco(options));
  set.samples = std::make_shared<SyntheticAnnotated>(options, *set.truth);
  log::info(fmt::format("{} (synthetic): {}, {} of {}", kBuiltIn, count_of(count, "picture"),
                        count_of(static_cast<int64_t>(set.truth->annotations.size()), "object"),
                        count_of(static_cast<int64_t>(set.truth->categories.size()), "class", "classes")));
  return set;
}

// As many as `itpn data --export-synthetic` writes.
AnnotatedSet open_held_out(const AnnotatedDataConfig& data) {
  return open_synthetic_part((data.synthetic_count + 3) / 4, kHeldOutSyntheticSet);
}

// What a set is, in one line.
std::string summary_of(const AnnotatedPart& part, const CocoDataset& set, const Names& remarks) {
  const CocoDataset::Counts& counts = set.counts();
  const Names& names = set.class_names();
  Names facts = {count_of(set.size(), "picture"),
                 fmt::format("{} of {} ({})", count_of(counts.objects, "object"),
                             count_of(static_cast<int64_t>(names.size()), "class", "classes"),
                             list_of(names, kMostNamed, ", ..."))};
  const auto add = [&](int64_t count, const std::string& text) {
    if (count > 0) facts.push_back(text);
  };
  add(counts.crowds, count_of(counts.crowds, "crowd"));
  if (counts.without_mask < counts.objects)
    add(counts.without_mask, fmt::format("{} with a box only", counts.without_mask));
  add(counts.empty, count_of(counts.empty, "picture") + " without an object");
  for (int i = 0; i < kLeftOutReasons; ++i) {
    const int64_t count = counts.left_out[static_cast<size_t>(i)];
    add(count, fmt::format("{} left out: {}", count_of(count, "annotation"), left_out_name(static_cast<LeftOut>(i))));
  }
  add(counts.orphans, count_of(counts.orphans, "annotation") + " of no picture");
  add(counts.dropped_small + counts.dropped_empty,
      fmt::format("{} left out (data.empty, sides below 32 pixels)",
                  count_of(counts.dropped_small + counts.dropped_empty, "picture")));
  add(counts.missing, count_of(counts.missing, "picture is", "pictures are") + " missing");
  facts.insert(facts.end(), remarks.begin(), remarks.end());
  return fmt::format("{} ({}{}): {}", printable_name(part.annotations), form_name(part.form),
                     part.split == Split::kAll ? "" : fmt::format(", {}", split_name(part.split)),
                     list_of(facts, facts.size()));
}

// Classes that objects of `set` have and the model does not.
Names unknown_classes(const CocoSet& set, const Names& known) {
  std::set<int64_t> used;
  for (const CocoAnnotation& annotation : set.annotations) used.insert(annotation.category_id);
  Names unknown;
  for (const CocoCategory& category : set.categories) {
    const std::string name = printable_name(category.name);
    if (used.contains(category.id) && std::find(known.begin(), known.end(), name) == known.end())
      unknown.push_back(name);
  }
  return unknown;
}

void check_classes(const AnnotatedPart& part, const CocoSet& set, const Names& known) {
  const Names unknown = unknown_classes(set, known);
  if (unknown.empty()) return;
  throw data_error(fmt::format("{}: objects of {} that the detector does not know: {}; it knows {}{}",
                               printable_name(part.annotations), unknown.size() == 1 ? "a class" : "classes",
                               list_of(unknown, kMostNamed), list_of(known, kMostNamed),
                               hint_on_unicode_form(unknown, known)));
}

// Training would go on and learn nonsense.
void warn_of_corners(const AnnotatedPart& part, const CocoSet& set) {
  const auto count = static_cast<int64_t>(boxes_written_as_corners(set).size());
  if (count == 0) return;
  log::warning(
      fmt::format("{}: {} not fit the picture, and all boxes look like x1, y1, x2, y2, where x, y, width, height "
                  "are wanted; look at them with `itpn data PATH --pictures DIR`",
                  printable_name(part.annotations), count_of(count, "box does", "boxes do")));
}

// Classes of the model that the annotations do not list, as a remark.
void add_missing_classes(const Names& known, AnnotatedFiles* files) {
  Names listed;
  for (const CocoCategory& category : files->set.categories) listed.push_back(printable_name(category.name));
  const std::string missing = names_only_in(known, listed);
  if (!missing.empty()) files->remarks.push_back("no category " + missing);
}

std::pair<AnnotatedSet, std::shared_ptr<const CocoDataset>> make_set(Fs& fs, const AnnotatedPart& part,
                                                                     AnnotatedFiles&& files, CocoDatasetConfig config) {
  AnnotatedSet set;
  set.name = config.name = printable_name(part.annotations);
  config.pictures = part.pictures;
  config.paths = std::move(files.paths);
  set.truth = std::make_shared<CocoSet>(std::move(files.set));
  const auto samples = std::make_shared<const CocoDataset>(fs, *set.truth, std::move(config));
  set.samples = samples;
  return {set, samples};
}

// `class_names` empty: this part's own are the classes, and it is learnt from.
AnnotatedSet open_part(Fs& fs, const AnnotatedDataConfig& data, const AnnotatedPart& part, const Names& class_names) {
  AnnotatedFiles files = read_annotated(fs, part);
  if (!class_names.empty()) check_classes(part, files.set, class_names);
  add_missing_classes(class_names, &files);
  warn_of_corners(part, files.set);
  CocoDatasetConfig config;
  config.class_names = class_names;
  config.is_for_training = class_names.empty();
  config.empty = data.empty == "drop" ? EmptyPictures::kDrop : EmptyPictures::kNegative;
  const Names remarks = std::move(files.remarks);
  auto [set, samples] = make_set(fs, part, std::move(files), std::move(config));
  log::info(summary_of(part, *samples, remarks));
  return set;
}

// data.source is said of data.path alone.
std::string form_of(const AnnotatedDataConfig& data, const std::string& path) {
  return path == data.path ? data.source : kAutoSource;
}

AnnotatedPart training_part(Fs& fs, const AnnotatedDataConfig& data) {
  if (!data.annotations.empty()) return part_of_file(fs, data.annotations, data.path);
  if (data.path.empty()) throw usage_error(fmt::format("data.source = \"{}\" needs data.path", data.source));
  const AnnotatedParts parts = need_parts(fs, data.path, form_of(data, data.path));
  if (parts.train) return *parts.train;
  if (parts.all) return *parts.all;
  throw data_error(fmt::format("{}: there is no part to learn from; found annotations for {}",
                               printable_name(data.path), parts.val ? "validation" : "test"));
}

// All of `path`, its part for validation where it has parts.
AnnotatedPart part_to_measure_on(Fs& fs, const std::string& path, const std::string& form) {
  const AnnotatedParts parts = need_parts(fs, path, form);
  for (const auto* part : {&parts.val, &parts.all, &parts.test, &parts.train}) {
    if (*part) return **part;
  }
  throw std::logic_error("need_parts found nothing");
}

std::optional<AnnotatedPart> validation_part(Fs& fs, const AnnotatedDataConfig& data) {
  if (!data.val_annotations.empty()) {
    return part_of_file(fs, data.val_annotations, data.val_path.empty() ? data.path : data.val_path);
  }
  if (!data.val_path.empty()) return part_to_measure_on(fs, data.val_path, form_of(data, data.val_path));
  if (data.path.empty()) return std::nullopt;
  return find_parts(fs, data.path, data.source).val;
}

}  // namespace

AnnotatedData open_annotated_data(Fs& fs, const AnnotatedDataConfig& data) {
  check_is_not_beside_a_path(data);
  AnnotatedData result;
  const bool is_built_in = is_synthetic(data, data.path);
  result.train =
      is_built_in ? open_synthetic_part(data.synthetic_count, 0) : open_part(fs, data, training_part(fs, data), {});
  result.class_names = result.train.samples->class_names();
  if (is_built_in && data.val_path.empty() && data.val_annotations.empty()) {
    result.val = open_held_out(data);
  } else if (const auto part = validation_part(fs, data)) {
    result.val = open_part(fs, data, *part, result.class_names);
  }
  return result;
}

AnnotatedSet open_annotated_set(Fs& fs, const AnnotatedDataConfig& data, const std::string& path,
                                const Names& class_names) {
  if (is_synthetic(data, path)) return open_held_out(data);
  return open_part(fs, data, part_to_measure_on(fs, path, form_of(data, path)), class_names);
}

AnnotatedSet open_annotated_part(Fs& fs, const AnnotatedPart& part) {
  CocoDatasetConfig config;
  config.is_for_training = false;
  return make_set(fs, part, read_annotated(fs, part), std::move(config)).first;
}

}  // namespace itpn
