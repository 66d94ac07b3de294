#include "itpn/data/datasets/annotation_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "itpn/core/file_ending.h"
#include "itpn/core/paths.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/annotation_layout.h"
#include "itpn/data/datasets/system_names.h"
#include "itpn/io/file_kind.h"

namespace itpn {
namespace {

constexpr const char* kLookedFor =
    "looked for COCO (annotations/instances_*.json, train/_annotations.coco.json, result.json), YOLO (data.yaml) and "
    "Pascal VOC (Annotations/*.xml)";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (is_letter(c)) {
      words.back() += lower_case(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

bool is_yaml(const std::string& path) { return has_ending(path, ".yaml") || has_ending(path, ".yml"); }

[[noreturn]] void throw_no_description(Fs& fs, const std::string& path) {
  const FileKind kind = file_kind(fs, path);
  const std::string remedy = kind_remedy(kind);
  throw data_error(fmt::format("{}: is {}, which does not describe objects in pictures; {}", printable_name(path),
                               kind_name(kind),
                               remedy.empty() ? "wanted is COCO's .json, YOLO's data.yaml, or the folder" : remedy));
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

AnnotatedParts parts_of_file(Fs& fs, const std::string& path) {
  if (is_yaml(path)) return yolo_parts_of(fs, path);
  AnnotatedParts parts;
  if (has_ending(path, ".json")) parts.all = part_of_file(fs, path, "");
  return parts;
}

}  // namespace

const char* form_name(AnnotationForm form) {
  constexpr std::array<const char*, 3> kNames = {"coco", "yolo", "voc"};
  return kNames[static_cast<size_t>(form)];
}

const char* split_name(Split split) {
  constexpr std::array<const char*, 4> kNames = {"training", "validation", "test", "all"};
  return kNames[static_cast<size_t>(split)];
}

Split split_of(std::string_view name) {
  constexpr std::array<std::string_view, 3> kTrain = {"train", "training", "trainval"};
  constexpr std::array<std::string_view, 4> kVal = {"val", "valid", "validation", "dev"};
  constexpr std::array<std::string_view, 2> kTest = {"test", "testing"};
  for (const std::string& word : words_of(name)) {
    if (is_one_of(kTrain, word)) return Split::kTrain;
    if (is_one_of(kVal, word)) return Split::kVal;
    if (is_one_of(kTest, word)) return Split::kTest;
  }
  return Split::kAll;
}

std::optional<AnnotatedPart>& AnnotatedParts::at(Split split) {
  if (split == Split::kTrain) return train;
  if (split == Split::kVal) return val;
  return split == Split::kTest ? test : all;
}

std::vector<std::string> FolderEntries::files_ending(std::string_view ending) const {
  std::vector<std::string> found;
  std::copy_if(files.begin(), files.end(), std::back_inserter(found),
               [&](const std::string& name) { return has_ending(name, ending) && !name.starts_with("._"); });
  return found;
}

std::string FolderEntries::folder_named(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const auto found = std::find_if(folders.begin(), folders.end(),
                                    [&](const std::string& folder) { return lower_case(folder) == name; });
    if (found != folders.end()) return below(*found);
  }
  return "";
}

FolderEntries entries_of(Fs& fs, const std::string& path) {
  std::vector<DirectoryEntry> entries;
  if (const int failure = fs.list(path, &entries); failure < 0) {
    throw data_error(fmt::format("{}: cannot be read: {}", printable_name(path), std::strerror(-failure)));
  }
  FolderEntries result{path, {}, {}};
  for (DirectoryEntry& entry : entries) {
    if (entry.is_directory && is_system_folder(entry.name)) continue;
    (entry.is_directory ? result.folders : result.files).push_back(std::move(entry.name));
  }
  return result;
}

std::string folder_of(const std::string& file) {
  std::string folder = parent_path(file);
  return folder.empty() ? "." : folder;
}

std::string name_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/") ? path.substr(folder.size() + 1) : path;
}

void add_part(const std::string& root, AnnotatedPart part, AnnotatedParts* parts) {
  std::optional<AnnotatedPart>& place = parts->at(part.split);
  if (place) {
    throw data_error(
        fmt::format("{}: {} and {} could both be the annotations{}; name one of them with data.annotations",
                    printable_name(root), printable_name(place->annotations), printable_name(part.annotations),
                    part.split == Split::kAll ? "" : fmt::format(" for {}", split_name(part.split))));
  }
  place = std::move(part);
}

AnnotatedPart part_of_file(Fs& fs, const std::string& annotations, const std::string& pictures) {
  if (!exists(fs, annotations)) {
    throw data_error(fmt::format("{}: there is no such file of annotations", printable_name(annotations)));
  }
  if (is_directory(fs, annotations) || is_yaml(annotations)) {
    throw data_error(
        fmt::format("{}: data.annotations names a .json of COCO; name this as data.path", printable_name(annotations)));
  }
  if (!has_ending(annotations, ".json") && file_kind(fs, annotations) != FileKind::kJson) {
    throw_no_description(fs, annotations);
  }
  const std::string folder = folder_of(annotations);
  const bool is_in_own_folder = lower_case(base_name(folder)) == "annotations";
  const std::string root = is_in_own_folder ? folder_of(folder) : folder;
  return {AnnotationForm::kCoco, Split::kAll, annotations,
          pictures.empty() ? coco_pictures(fs, root, std::string(base_name(annotations))) : pictures, ""};
}

AnnotatedParts find_parts(Fs& fs, const std::string& path, const std::string& form) {
  if (!exists(fs, path)) throw data_error(fmt::format("{}: there is no such folder or file", printable_name(path)));
  if (!is_directory(fs, path)) return parts_of_file(fs, path);
  const FolderEntries root = entries_of(fs, without_slashes(path));
  const auto wants = [&](AnnotationForm wanted) { return form == "auto" || form == form_name(wanted); };
  AnnotatedParts parts;
  if (wants(AnnotationForm::kCoco)) parts = find_coco_parts(fs, root);
  if (parts.is_empty() && wants(AnnotationForm::kYolo)) parts = find_yolo_parts(fs, root);
  if (parts.is_empty() && wants(AnnotationForm::kVoc)) parts = find_voc_parts(fs, root);
  return parts;
}

AnnotatedParts need_parts(Fs& fs, const std::string& path, const std::string& form) {
  AnnotatedParts parts = find_parts(fs, path, form);
  if (!parts.is_empty()) return parts;
  if (!is_directory(fs, path)) throw_no_description(fs, path);
  const std::string wanted = form == "auto" ? "" : fmt::format(" in the form data.source = \"{}\"", form);
  throw data_error(fmt::format("{}: no annotations of objects{}: {}; name COCO's .json with data.annotations",
                               printable_name(path), wanted, kLookedFor));
}

}  // namespace itpn
