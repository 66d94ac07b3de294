#include "itpn/tasks/inspect/check_annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "itpn/core/signals.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/class_checks.h"

namespace itpn {
namespace {

// As COCO's evaluation divides objects.
constexpr double kSmallArea = 32.0 * 32.0, kMediumArea = 96.0 * 96.0;

bool is_object(const CocoAnnotation& annotation) {
  return annotation.box && !annotation.is_crowd && !annotation.is_ignored;
}

size_t third_of(double centre, int64_t side) {
  return static_cast<size_t>(std::clamp(centre / static_cast<double>(side) * 3.0, 0.0, 2.0));
}

// Of the objects, in the order of the file.
class BoxCounter {
 public:
  explicit BoxCounter(const CocoSet& set) {
    for (const CocoImage& image : set.images) {
      images_.emplace(image.id, &image);
      per_picture_[image.id] = 0;
    }
  }
  void add(const CocoAnnotation& annotation) {
    const CornerBox& box = *annotation.box;
    widths_.push_back(std::llround(std::clamp(box.width, 0.0, 1e9)));
    heights_.push_back(std::llround(std::clamp(box.height, 0.0, 1e9)));
    const double area = area_of(annotation);
    ++(area < kSmallArea ? statistics_.small : area < kMediumArea ? statistics_.medium : statistics_.large);
    const auto image = images_.find(annotation.image_id);
    if (image == images_.end()) return;
    ++per_picture_[annotation.image_id];
    const CocoImage& own = *image->second;
    if (own.width == 0 || own.height == 0) return;
    ++statistics_.thirds[third_of(box.y + box.height / 2, own.height)][third_of(box.x + box.width / 2, own.width)];
  }
  int64_t pictures_without() const {
    return std::count_if(per_picture_.begin(), per_picture_.end(), [](const auto& own) { return own.second == 0; });
  }
  BoxStatistics statistics() && {
    std::vector<int64_t> counts;
    for (const auto& [id, count] : per_picture_) counts.push_back(count);
    statistics_.width = spread_of(std::move(widths_));
    statistics_.height = spread_of(std::move(heights_));
    statistics_.per_picture = spread_of(std::move(counts));
    return statistics_;
  }

 private:
  std::map<int64_t, const CocoImage*> images_;
  std::map<int64_t, int64_t> per_picture_;
  std::vector<int64_t> widths_, heights_;
  BoxStatistics statistics_;
};

std::vector<ClassObjects> count_classes(const CocoSet& set) {
  std::map<int64_t, size_t> places;
  std::vector<ClassObjects> classes;
  for (const CocoCategory& category : set.categories) {
    places.emplace(category.id, classes.size());
    classes.push_back({printable_name(category.name)});
  }
  std::vector<std::set<int64_t>> pictures(classes.size());
  for (const CocoAnnotation& annotation : set.annotations) {
    const auto place = places.find(annotation.category_id);
    if (!is_object(annotation) || place == places.end()) continue;
    ++classes[place->second].objects;
    pictures[place->second].insert(annotation.image_id);
  }
  for (size_t i = 0; i < classes.size(); ++i) classes[i].pictures = static_cast<int64_t>(pictures[i].size());
  return classes;
}

void count_objects(const CocoSet& set, AnnotatedPartReport& report) {
  BoxCounter counter(set);
  for (const CocoAnnotation& annotation : set.annotations) {
    report.crowds += annotation.is_crowd ? 1 : 0;
    if (!is_object(annotation)) continue;
    ++report.objects;
    report.with_mask += has_mask(annotation.mask) ? 1 : 0;
    counter.add(annotation);
  }
  report.empty = counter.pictures_without();
  report.boxes = std::move(counter).statistics();
}

AnnotatedPartReport check_part(const AnnotatedPart& part, const CheckDataOptions& options) {
  AnnotatedPartReport report;
  report.part = part;
  const AnnotatedFiles files = read_annotations(posix_fs(), part);
  const CocoSet& set = files.set;
  report.images = static_cast<int64_t>(set.images.size());
  report.annotations = static_cast<int64_t>(set.annotations.size());
  report.classes = count_classes(set);
  count_objects(set, report);
  const auto path_of = [&](int64_t i) {
    const auto place = static_cast<size_t>(i);
    return files.paths[place].empty() ? join_path(part.pictures, set.images[place].file_name) : files.paths[place];
  };
  const auto read = [&](int64_t i, StoredPicture& into) { read_sample_file(posix_fs(), path_of(i), into.bytes); };
  const std::vector<PictureFinding> pictures =
      inspect_pictures(report.images, read, {options.threads, pixel_limit(options), options.shows_progress});
  report.pictures = pictures_report(pictures, path_of);
  report.findings = annotation_findings(files);
  for (AnnotationFinding& finding : size_findings(set, pictures)) report.findings.push_back(std::move(finding));
  report.files = files.paths;
  std::erase(report.files, "");
  std::sort(report.files.begin(), report.files.end());
  return report;
}

std::vector<std::string> names_of(const std::vector<ClassObjects>& classes, bool only_used) {
  std::vector<std::string> names;
  for (const ClassObjects& own : classes) {
    if (!only_used || own.objects > 0) names.push_back(own.name);
  }
  return names;
}

// What training would refuse, or people would like to know, of the classes of two parts.
void ask_about_classes(AnnotatedReport& report) {
  const AnnotatedPartReport& first = report.parts.front();
  for (size_t i = 1; i < report.parts.size(); ++i) {
    const AnnotatedPartReport& other = report.parts[i];
    const std::string unknown = names_only_in(names_of(other.classes, true), names_of(first.classes, false));
    const std::string unlearnt = names_only_in(names_of(other.classes, true), names_of(first.classes, true));
    const std::string where =
        std::string(split_name(other.part.split)) + " has objects of classes that " + split_name(first.part.split);
    if (!unknown.empty()) {
      report.questions.push_back(where + " does not list: " + unknown);
    } else if (!unlearnt.empty()) {
      report.questions.push_back(where + " has no object of: " + unlearnt);
    }
  }
}

// A picture that is learnt from says nothing about how well others are done.
void ask_about_shared_pictures(AnnotatedReport& report) {
  for (size_t i = 0; i < report.parts.size(); ++i) {
    for (size_t k = i + 1; k < report.parts.size(); ++k) {
      const AnnotatedPartReport &one = report.parts[i], &other = report.parts[k];
      std::vector<std::string> shared;
      std::set_intersection(one.files.begin(), one.files.end(), other.files.begin(), other.files.end(),
                            std::back_inserter(shared));
      if (shared.empty()) continue;
      report.questions.push_back(fmt::format(
          "{} and {} share {}: {}", split_name(one.part.split), split_name(other.part.split),
          count_of(static_cast<int64_t>(shared.size()), "picture"), list_of(printable_names(shared), kMostNamed)));
    }
  }
}

}  // namespace

bool AnnotatedReport::is_sound() const {
  return std::all_of(parts.begin(), parts.end(), [](const AnnotatedPartReport& part) {
    return (part.objects > 0 || part.part.split == Split::kTest) && part.pictures.defects.empty() &&
           std::none_of(part.findings.begin(), part.findings.end(),
                        [](const AnnotationFinding& finding) { return finding.stops; });
  });
}

bool has_annotations(Fs& fs, const std::string& path) { return exists(fs, path) && !find_parts(fs, path).is_empty(); }

AnnotatedReport check_annotations(const CheckDataOptions& options) {
  AnnotatedReport report;
  report.path = options.path;
  const AnnotatedParts parts = need_parts(posix_fs(), options.path);
  for (const auto* part : {&parts.train, &parts.val, &parts.test, &parts.all}) {
    if (*part && pending_signal() == 0) report.parts.push_back(check_part(**part, options));
  }
  if (!report.parts.empty()) ask_about_classes(report);
  ask_about_shared_pictures(report);
  return report;
}

}  // namespace itpn
