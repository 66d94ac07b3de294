// Layouts of Pascal VOC: Annotations/, JPEGImages/ and ImageSets/Main/, or XML files beside their pictures.
#include "itpn/core/words.h"
#include "itpn/data/datasets/annotation_layout.h"

namespace itpn {
namespace {

bool has_xml(const FolderEntries& folder) { return !folder.files_ending(".xml").empty(); }

// The XML files may lie deeper where names in ImageSets say so.
bool has_xml_below(Fs& fs, const FolderEntries& folder) {
  if (has_xml(folder)) return true;
  for (const std::string& name : folder.folders) {
    if (has_xml(entries_of(fs, folder.below(name)))) return true;
  }
  return false;
}

AnnotatedPart voc_part(Split split, const FolderEntries& root, const std::string& annotations,
                       const std::string& list) {
  std::string pictures = root.folder_named({"jpegimages", "images", "imgs"});
  return {AnnotationForm::kVoc, split, annotations, pictures.empty() ? root.path : pictures, list};
}

// train.txt, val.txt, test.txt; not the lists of single classes (dog_train.txt) beside them.
void add_listed(const FolderEntries& lists, const FolderEntries& root, const std::string& annotations,
                AnnotatedParts* parts) {
  for (const std::string& name : lists.files_ending(".txt")) {
    const std::string stem = lower_case(name.substr(0, name.size() - 4));
    const Split split = split_of(stem);
    if (split == Split::kAll || stem.find('_') != std::string::npos || stem == "trainval") continue;
    add_part(root.path, voc_part(split, root, annotations, lists.below(name)), parts);
  }
}

AnnotatedParts parts_of_tree(Fs& fs, const FolderEntries& root, const std::string& annotations) {
  AnnotatedParts parts;
  if (const std::string sets = root.folder_named({"imagesets"}); !sets.empty()) {
    const std::string main = entries_of(fs, sets).folder_named({"main"});
    add_listed(entries_of(fs, main.empty() ? sets : main), root, annotations, &parts);
  }
  if (parts.is_empty()) parts.all = voc_part(Split::kAll, root, annotations, "");
  return parts;
}

std::string tree_below(Fs& fs, const FolderEntries& root) {
  const std::string annotations = root.folder_named({"annotations"});
  return !annotations.empty() && has_xml_below(fs, entries_of(fs, annotations)) ? annotations : "";
}

}  // namespace

AnnotatedParts find_voc_parts(Fs& fs, const FolderEntries& root) {
  if (const std::string tree = tree_below(fs, root); !tree.empty()) return parts_of_tree(fs, root, tree);
  AnnotatedParts parts;
  for (const std::string& name : root.folders) {
    const Split split = split_of(name);
    if (split == Split::kAll) continue;
    const FolderEntries folder = entries_of(fs, root.below(name));
    if (has_xml(folder)) add_part(root.path, voc_part(split, folder, folder.path, ""), &parts);
  }
  if (parts.is_empty() && has_xml(root)) parts.all = voc_part(Split::kAll, root, root.path, "");
  if (!parts.is_empty() || root.folders.size() != 1) return parts;
  // VOCdevkit/VOC2012
  return find_voc_parts(fs, entries_of(fs, root.below(root.folders[0])));
}

}  // namespace itpn
