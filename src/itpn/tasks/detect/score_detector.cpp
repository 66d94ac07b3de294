#include "itpn/tasks/detect/score_detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/utf8.h"

namespace itpn {
namespace {

constexpr CocoEvalConfig kBoxConfig = {IouKind::kBoxes};
constexpr size_t kMostClassRows = 80;

std::map<int64_t, int64_t> objects_by_category(const CocoSet& truth) {
  std::map<int64_t, int64_t> counts;
  for (const CocoAnnotation& annotation : truth.annotations) {
    if (!annotation.is_crowd) ++counts[annotation.category_id];
  }
  return counts;
}

std::string name_of(const CocoSet& truth, int64_t category) {
  const auto found = std::ranges::find(truth.categories, category, &CocoCategory::id);
  return found == truth.categories.end() ? std::to_string(category) : printable_name(found->name);
}

CocoScore score_kind(const CocoSet& truth, std::span<const CocoResult> results, IouKind kind) {
  const int64_t threads = usable_cores();
  CocoEvaluator evaluator(truth, {kind});
  evaluator.add_all(results, threads);
  const CocoMeasures measures = evaluator.value(threads);
  std::map<int64_t, int64_t> counts = objects_by_category(truth);
  CocoScore score{measures.numbers(), {}, evaluator.outcomes(threads)};
  for (int64_t i = 0; i < measures.classes(); ++i) {
    const int64_t category = evaluator.category_ids()[static_cast<size_t>(i)];
    score.classes.push_back({name_of(truth, category), counts[category], measures.class_ap(i), measures.class_ap50(i)});
  }
  return score;
}

std::string number_name(int number) { return coco_number_name(static_cast<CocoNumber>(number), kBoxConfig.limits); }

void append_numbers(const CocoScore& score, const char* prefix, std::vector<std::pair<std::string, double>>* numbers) {
  for (int i = 0; i < kCocoNumbers; ++i) {
    const double value = score.numbers[static_cast<size_t>(i)];
    if (value >= 0.0) numbers->emplace_back(prefix + number_name(i), value);
  }
}

std::string percent(double share) { return share >= 0.0 ? fmt::format("{:.2f}", 100.0 * share) : "-"; }

std::string summary_of(const CocoScore& score) {
  return fmt::format("AP {} %, AP50 {} %", percent(score.at(CocoNumber::kAp)), percent(score.at(CocoNumber::kAp50)));
}

std::string row_of(const char* what, const CocoScore& score) {
  std::string row = fmt::format("{:<8}", what);
  for (const double value : score.numbers) row += fmt::format("{:>7}", percent(value));
  return row + "\n";
}

std::string class_table(const DetectionScore& score) {
  const std::vector<DetectionClassScore>& classes = score.boxes.classes;
  std::string text = fmt::format("{:<24}{:>8}{:>9}{:>7}", "class", "objects", "box AP", "AP50");
  text += score.masks ? fmt::format("{:>9}{:>7}\n", "mask AP", "AP50") : "\n";
  for (size_t i = 0; i < std::min(classes.size(), kMostClassRows); ++i) {
    const DetectionClassScore& row = classes[i];
    text += fmt::format("{:<24.23}{:>8}{:>9}{:>7}", row.name, row.objects, percent(row.ap), percent(row.ap50));
    if (score.masks) {
      const DetectionClassScore& mask = score.masks->classes[i];
      text += fmt::format("{:>9}{:>7}", percent(mask.ap), percent(mask.ap50));
    }
    text += "\n";
  }
  if (classes.size() > kMostClassRows) text += fmt::format("and {} more classes\n", classes.size() - kMostClassRows);
  return text;
}

}  // namespace

std::vector<std::pair<std::string, double>> DetectionScore::numbers() const {
  std::vector<std::pair<std::string, double>> all;
  append_numbers(boxes, "bbox_", &all);
  if (masks) append_numbers(*masks, "segm_", &all);
  return all;
}

double DetectionScore::number(const std::string& name) const {
  for (const auto& [known, value] : numbers()) {
    if (known == name) return value;
  }
  return -1.0;
}

std::string DetectionScore::summary() const {
  return masks ? fmt::format("boxes {}; masks {}", summary_of(boxes), summary_of(*masks))
               : "boxes " + summary_of(boxes);
}

std::string DetectionScore::table() const {
  std::string text = fmt::format("{:<8}", "%");
  for (int i = 0; i < kCocoNumbers; ++i) text += fmt::format("{:>7}", number_name(i));
  text += "\n" + row_of("boxes", boxes);
  if (masks) text += row_of("masks", *masks);
  return text + "\n" + class_table(*this);
}

std::vector<CocoResult> masks_alone(std::vector<CocoResult> results) {
  for (CocoResult& result : results) result.box.reset();
  return results;
}

DetectionScore score_objects(const CocoSet& truth, const FoundObjects& objects, bool has_masks) {
  DetectionScore score;
  score.boxes = score_kind(truth, objects.results, IouKind::kBoxes);
  if (has_masks) score.masks = score_kind(truth, masks_alone(objects.results), IouKind::kMasks);
  score.pictures = objects.pictures;
  score.unreadable = objects.unreadable;
  return score;
}

}  // namespace itpn
