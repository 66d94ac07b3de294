// What find_parts looks with: one folder's entries, and the finders of single forms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/data/datasets/annotation_parts.h"

namespace itpn {

struct FolderEntries {
  std::string path;
  std::vector<std::string> files;    // names, sorted
  std::vector<std::string> folders;  // without those that systems keep for themselves

  // Those that end so, in any case.
  std::vector<std::string> files_ending(std::string_view ending) const;
  // The path of the first of `names`, in lower case, that there is in any case; "" where there is none.
  std::string folder_named(const std::vector<std::string>& names) const;
  std::string below(const std::string& name) const { return join_path(path, name); }
};

// Throws data_error where the folder cannot be read.
FolderEntries entries_of(Fs& fs, const std::string& path);

// The folder that a file lies in, "." for one without a slash.
std::string folder_of(const std::string& file);

// The path below `folder`, or as it is where it lies elsewhere.
std::string name_below(const std::string& path, const std::string& folder);

// Adds a part; throws data_error where there is one for the same purpose already.
void add_part(const std::string& root, AnnotatedPart part, AnnotatedParts* parts);

AnnotatedParts find_coco_parts(Fs& fs, const FolderEntries& root);
AnnotatedParts find_yolo_parts(Fs& fs, const FolderEntries& root);
AnnotatedParts find_voc_parts(Fs& fs, const FolderEntries& root);

// Parts of the description at `path`.
AnnotatedParts yolo_parts_of(Fs& fs, const std::string& path);
// The folder of the pictures of a file of COCO annotations below `root`, as sets usually have it.
std::string coco_pictures(Fs& fs, const std::string& root, const std::string& file_name);

}  // namespace itpn
