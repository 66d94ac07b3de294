// Layouts of YOLO: a data.yaml that says where pictures are, or images/ and labels/ with a classes.txt.
#include <algorithm>

#include "itpn/core/errors.h"
#include "itpn/data/datasets/annotation_layout.h"
#include "itpn/data/datasets/yolo_set.h"

namespace itpn {
namespace {

// A .yaml of another name may be anything.
bool is_description(Fs& fs, const std::string& path) {
  try {
    return !read_yolo_description(fs, path).train.empty();
  } catch (const Error&) {
    return false;
  }
}

std::string description_in(Fs& fs, const FolderEntries& root) {
  std::vector<std::string> files = root.files_ending(".yaml");
  const std::vector<std::string> others = root.files_ending(".yml");
  files.insert(files.end(), others.begin(), others.end());
  const auto usual =
      std::find_if(files.begin(), files.end(), [](const std::string& name) { return name.starts_with("data."); });
  if (usual != files.end()) return root.below(*usual);
  return files.size() == 1 && is_description(fs, root.below(files[0])) ? root.below(files[0]) : "";
}

}  // namespace

AnnotatedParts yolo_parts_of(Fs& fs, const std::string& path) {
  const YoloDescription description = read_yolo_description(fs, path);
  AnnotatedParts parts;
  const auto add = [&](const std::vector<std::string>& places, Split split) {
    if (!places.empty()) parts.at(split) = AnnotatedPart{AnnotationForm::kYolo, split, path, folder_of(path), ""};
  };
  add(description.train, Split::kTrain);
  add(description.val, Split::kVal);
  add(description.test, Split::kTest);
  return parts;
}

AnnotatedParts find_yolo_parts(Fs& fs, const FolderEntries& root) {
  if (const std::string description = description_in(fs, root); !description.empty())
    return yolo_parts_of(fs, description);
  AnnotatedParts parts;
  const auto names = std::find(root.files.begin(), root.files.end(), "classes.txt");
  if (names == root.files.end() || root.folder_named({"labels"}).empty()) return parts;
  parts.all = AnnotatedPart{AnnotationForm::kYolo, Split::kAll, root.below(*names), root.path, ""};
  return parts;
}

}  // namespace itpn
