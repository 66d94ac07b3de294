// Layouts of COCO and of programs that export its format (Roboflow, CVAT, Label Studio).
#include <algorithm>
#include <array>

#include "itpn/core/words.h"
#include "itpn/data/datasets/annotation_layout.h"

namespace itpn {
namespace {

std::string stem_of(const std::string& name) { return name.substr(0, name.rfind('.')); }

bool starts_with_any(const std::string& name, const std::vector<std::string_view>& starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return name.starts_with(start); });
}

// Of the files in annotations/: those of objects. COCO has others beside them.
std::vector<std::string> files_of_objects(const FolderEntries& folder) {
  std::vector<std::string> instances, others;
  for (std::string& name : folder.files_ending(".json")) {
    if (name.starts_with("instances")) {
      instances.push_back(std::move(name));
    } else if (!starts_with_any(name, {"captions", "person_keypoints", "panoptic", "stuff", "image_info"})) {
      others.push_back(std::move(name));
    }
  }
  return instances.empty() ? others : instances;
}

void add_file(Fs& fs, const FolderEntries& folder, const std::string& name, const std::string& root,
              AnnotatedParts* parts) {
  add_part(root,
           {AnnotationForm::kCoco, split_of(stem_of(name)), folder.below(name), coco_pictures(fs, root, name), ""},
           parts);
}

// Outside of annotations/ a .json may be anything; these are annotations by their names.
bool is_named_as_annotations(const std::string& name) {
  return name == "result.json" || name == "annotations.json" || name.starts_with("instances") ||
         lower_case(name).find("coco") != std::string::npos || split_of(stem_of(name)) != Split::kAll;
}

// Beside the pictures of each part, as Roboflow has it.
void add_part_folders(Fs& fs, const FolderEntries& root, AnnotatedParts* parts) {
  for (const std::string& name : root.folders) {
    const Split split = split_of(name);
    if (split == Split::kAll) continue;
    const FolderEntries folder = entries_of(fs, root.below(name));
    for (const std::string& file : folder.files_ending(".json")) {
      if (is_named_as_annotations(file))
        add_part(root.path, {AnnotationForm::kCoco, split, folder.below(file), folder.path, ""}, parts);
    }
  }
}

}  // namespace

std::string coco_pictures(Fs& fs, const std::string& root, const std::string& file_name) {
  const std::string stem = stem_of(file_name);
  const size_t mark = stem.find('_');
  std::vector<std::string> names;
  if (mark != std::string::npos) names.push_back(lower_case(stem.substr(mark + 1)));
  names.push_back(lower_case(stem));
  const Split split = split_of(stem);
  if (split == Split::kTrain) names.insert(names.end(), {"train", "training"});
  if (split == Split::kVal) names.insert(names.end(), {"val", "valid", "validation"});
  if (split == Split::kTest) names.push_back("test");
  const FolderEntries entries = entries_of(fs, root);
  const std::string images = entries.folder_named({"images", "imgs"});
  for (const std::string& name : names) {
    if (std::string own = entries.folder_named({name}); !own.empty()) return own;
    if (images.empty()) continue;
    if (std::string own = entries_of(fs, images).folder_named({name}); !own.empty()) return own;
  }
  return images.empty() ? root : images;
}

AnnotatedParts find_coco_parts(Fs& fs, const FolderEntries& root) {
  AnnotatedParts parts;
  if (const std::string own = root.folder_named({"annotations"}); !own.empty()) {
    const FolderEntries folder = entries_of(fs, own);
    for (const std::string& name : files_of_objects(folder)) add_file(fs, folder, name, root.path, &parts);
  }
  if (!parts.is_empty()) return parts;
  add_part_folders(fs, root, &parts);
  if (!parts.is_empty()) return parts;
  for (const std::string& name : root.files_ending(".json")) {
    if (is_named_as_annotations(name)) add_file(fs, root, name, root.path, &parts);
  }
  return parts;
}

}  // namespace itpn
