#include "itpn/data/datasets/yolo_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/file_ending.h"
#include "itpn/core/parallel_for.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/annotation_layout.h"
#include "itpn/data/datasets/folder_scan.h"
#include "itpn/data/datasets/picture_sizes.h"
#include "itpn/io/yolo_labels.h"

namespace itpn {
namespace {

constexpr uint64_t kLargestText = 64 << 20;

bool is_file(Fs& fs, const std::string& path) {
  FileStatus status;
  return fs.stat(path, &status) >= 0 && status.is_regular;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

// Where the places that a description names may lie: the file was often written on another machine, or for a program
// that begins in another folder.
class Places {
 public:
  Places(Fs& fs, const std::string& description, const std::string& root)
      : fs_(fs), description_(description), folder_(folder_of(description)), root_(root) {}

  std::string find(const std::string& written) const {
    std::string name = written;
    std::replace(name.begin(), name.end(), '\\', '/');
    const std::vector<std::string> candidates = candidates_for(name);
    for (const std::string& candidate : candidates) {
      if (exists(fs_, candidate)) return candidate;
    }
    throw data_error(fmt::format("{}: {} is not there; looked for {}", description_, printable_name(written),
                                 list_of(candidates, candidates.size())));
  }

 private:
  std::vector<std::string> candidates_for(const std::string& name) const {
    if (name.starts_with('/')) return {name};
    std::vector<std::string> candidates;
    if (!root_.empty()) {
      candidates.push_back(join_path(root_, name));
      if (!root_.starts_with('/')) candidates.push_back(join_path(join_path(folder_, root_), name));
    }
    candidates.push_back(join_path(folder_, name));
    std::string_view inner = name;
    while (inner.starts_with("../")) inner.remove_prefix(3);
    if (inner.size() < name.size()) candidates.push_back(join_path(folder_, std::string(inner)));
    return candidates;
  }

  Fs& fs_;
  const std::string description_, folder_, root_;
};

void add_list(Fs& fs, const std::string& list, std::vector<std::string>* pictures) {
  for (const std::string& line : lines_of(read_text_file(fs, list, kLargestText))) {
    const std::string name = line.starts_with("./") ? line.substr(2) : line;
    pictures->push_back(name.starts_with('/') ? name : join_path(folder_of(list), name));
  }
}

std::vector<std::string> pictures_of(Fs& fs, const Places& places, const std::vector<std::string>& written) {
  std::vector<std::string> pictures;
  for (const std::string& name : written) {
    const std::string place = places.find(name);
    if (is_directory(fs, place)) {
      for (const ScannedFile& file : scan_folder(fs, place).files) pictures.push_back(join_path(place, file.name));
    } else if (has_ending(place, ".txt")) {
      add_list(fs, place, &pictures);
    } else {
      pictures.push_back(place);
    }
  }
  std::sort(pictures.begin(), pictures.end());
  pictures.erase(std::unique(pictures.begin(), pictures.end()), pictures.end());
  return pictures;
}

// a/images/b.jpg: a/labels/b.txt; "" where there is none.
std::string labels_of(Fs& fs, const std::string& picture) {
  constexpr std::string_view kPictures = "/images/", kLabels = "/labels/";
  std::string text = picture.substr(0, picture.rfind('.')) + ".txt";
  std::string beside = text;
  if (const size_t at = text.rfind(kPictures); at != std::string::npos) text.replace(at, kPictures.size(), kLabels);
  if (is_file(fs, text)) return text;
  return is_file(fs, beside) ? beside : "";
}

double area_of(const Polygon& outline) {
  double twice = 0.0;
  for (size_t i = 0, j = outline.size() - 2; i + 1 < outline.size(); j = i, i += 2) {
    twice += outline[j] * outline[i + 1] - outline[i] * outline[j + 1];
  }
  return std::abs(twice) / 2;
}

CocoAnnotation annotation_of(const YoloObject& object, const CocoImage& image) {
  const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
  CocoAnnotation annotation;
  annotation.image_id = image.id;
  annotation.category_id = object.label + 1;
  annotation.box = {object.box.x * width, object.box.y * height, object.box.width * width, object.box.height * height};
  annotation.area = annotation.box->area();
  if (object.outline.empty()) return annotation;
  Polygon outline = object.outline;
  for (size_t i = 0; i < outline.size(); ++i) outline[i] *= i % 2 == 0 ? width : height;
  annotation.area = area_of(outline);
  annotation.mask = std::vector<Polygon>{std::move(outline)};
  return annotation;
}

std::vector<CocoAnnotation> objects_of(Fs& fs, const std::string& labels, const CocoImage& image, size_t classes) {
  std::vector<CocoAnnotation> annotations;
  if (labels.empty()) return annotations;
  const std::vector<YoloObject> objects = parse_yolo_labels(read_text_file(fs, labels, kLargestText), labels);
  for (const YoloObject& object : objects) {
    if (object.label >= static_cast<int64_t>(classes)) {
      throw data_error(fmt::format("{}: an object of class {}, but there are names for {} classes (0 to {})", labels,
                                   object.label, classes, classes - 1));
    }
    if (image.width > 0) annotations.push_back(annotation_of(object, image));
  }
  return annotations;
}

const std::vector<std::string>& places_of(const YoloDescription& description, Split split) {
  if (split == Split::kVal) return description.val;
  return split == Split::kTest ? description.test : description.train;
}

void add_objects(Fs& fs, AnnotatedFiles* files) {
  std::vector<CocoImage>& images = files->set.images;
  std::vector<std::vector<CocoAnnotation>> objects(images.size());
  std::vector<char> has_labels(images.size());
  for_each_parallel(static_cast<int64_t>(images.size()), usable_cores(), [&](int64_t index) {
    const auto i = static_cast<size_t>(index);
    const std::string labels = labels_of(fs, files->paths[i]);
    has_labels[i] = labels.empty() ? 0 : 1;
    objects[i] = objects_of(fs, labels, images[i], files->set.categories.size());
  });
  for (std::vector<CocoAnnotation>& own : objects) {
    for (CocoAnnotation& annotation : own) {
      annotation.id = static_cast<int64_t>(files->set.annotations.size()) + 1;
      files->set.annotations.push_back(std::move(annotation));
    }
  }
  const auto without = std::count(has_labels.begin(), has_labels.end(), 0);
  if (without > 0) files->remarks.push_back(count_of(without, "picture has", "pictures have") + " no text of labels");
}

}  // namespace

YoloDescription read_yolo_description(Fs& fs, const std::string& path) {
  const std::string text = read_text_file(fs, path, kLargestText);
  if (!has_ending(path, ".txt")) return parse_yolo_description(text, path);
  YoloDescription description;
  description.names = lines_of(text);
  if (description.names.empty()) throw data_error(fmt::format("{}: no name of a class", path));
  description.train = {"images"};
  return description;
}

AnnotatedFiles read_yolo_part(Fs& fs, const AnnotatedPart& part) {
  const YoloDescription description = read_yolo_description(fs, part.annotations);
  const Places places(fs, part.annotations, description.root);
  AnnotatedFiles files;
  files.paths = pictures_of(fs, places, places_of(description, part.split));
  for (const std::string& name : description.names) {
    files.set.categories.push_back({static_cast<int64_t>(files.set.categories.size()) + 1, name});
  }
  for (const std::string& path : files.paths) {
    files.set.images.push_back(
        {static_cast<int64_t>(files.set.images.size()) + 1, 0, 0, name_below(path, part.pictures)});
  }
  fill_sizes(fs, files.set.images, files.paths);
  add_objects(fs, &files);
  return files;
}

}  // namespace itpn
