#include "itpn/data/datasets/voc_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/parallel_for.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/annotation_layout.h"
#include "itpn/data/datasets/picture_finder.h"
#include "itpn/io/voc_annotation.h"

namespace itpn {
namespace {

constexpr uint64_t kLargestXml = 64 << 20;
// Without the ending; in a list the first word of a line.
std::vector<std::string> stems_of(Fs& fs, const AnnotatedPart& part) {
  std::vector<std::string> stems;
  if (part.list.empty()) {
    for (const std::string& name : entries_of(fs, part.annotations).files_ending(".xml"))
      stems.push_back(name.substr(0, name.size() - 4));
    return stems;
  }
  std::istringstream text(read_text_file(fs, part.list, kLargestXml));
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    if (std::string stem; words >> stem) stems.push_back(std::move(stem));
  }
  return stems;
}

std::string xml_of(const AnnotatedPart& part, const std::string& stem) {
  return join_path(part.annotations, stem + ".xml");
}

void check_are_there(Fs& fs, const AnnotatedPart& part, const std::vector<std::string>& stems) {
  std::vector<std::string> missing;
  for (const std::string& stem : stems) {
    if (!exists(fs, xml_of(part, stem))) missing.push_back(printable_name(stem));
  }
  if (missing.empty()) return;
  throw data_error(fmt::format("{}: {} no XML file in {}: {}", part.list,
                               count_of(static_cast<int64_t>(missing.size()), "picture has", "pictures have"),
                               part.annotations, list_of(missing, kMostNamed)));
}

std::vector<VocAnnotation> read_all(Fs& fs, const AnnotatedPart& part, const std::vector<std::string>& stems) {
  std::vector<VocAnnotation> annotations(stems.size());
  for_each_parallel(static_cast<int64_t>(stems.size()), usable_cores(), [&](int64_t i) {
    const std::string path = xml_of(part, stems[static_cast<size_t>(i)]);
    annotations[static_cast<size_t>(i)] = parse_voc_annotation(read_text_file(fs, path, kLargestXml), path);
  });
  return annotations;
}

// By name, in alphabetical order.
std::map<std::string, int64_t> category_ids(const std::vector<VocAnnotation>& annotations) {
  std::map<std::string, int64_t> ids;
  for (const VocAnnotation& annotation : annotations) {
    for (const VocObject& object : annotation.objects) ids[object.name] = 0;
  }
  int64_t next = 0;
  for (auto& [name, id] : ids) id = ++next;
  return ids;
}

void add_objects(const VocAnnotation& voc, int64_t image_id, const std::map<std::string, int64_t>& categories,
                 CocoSet* set) {
  for (const VocObject& object : voc.objects) {
    set->annotations.push_back({.id = static_cast<int64_t>(set->annotations.size()) + 1,
                                .image_id = image_id,
                                .category_id = categories.at(object.name),
                                .box = object.box,
                                .area = object.box.area(),
                                .is_crowd = object.is_difficult});
  }
}

}  // namespace

AnnotatedFiles read_voc_part(Fs& fs, const AnnotatedPart& part) {
  const std::vector<std::string> stems = stems_of(fs, part);
  check_are_there(fs, part, stems);
  const std::vector<VocAnnotation> annotations = read_all(fs, part, stems);
  const std::map<std::string, int64_t> categories = category_ids(annotations);
  const PictureFinder finder(fs, part.pictures);
  AnnotatedFiles files;
  for (const auto& [name, id] : categories) files.set.categories.push_back({id, name});
  for (size_t i = 0; i < stems.size(); ++i) {
    const VocAnnotation& voc = annotations[i];
    std::optional<std::string> path = finder.find_stem(stems[i]);
    if (!path && !voc.file_name.empty()) path = finder.find(voc.file_name);
    const auto id = static_cast<int64_t>(i) + 1;
    files.set.images.push_back({id, voc.width, voc.height, path ? name_below(*path, part.pictures) : stems[i]});
    files.paths.push_back(path.value_or(""));
    add_objects(voc, id, categories, &files.set);
  }
  return files;
}

}  // namespace itpn
