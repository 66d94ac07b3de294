// Files of pictures by the names that annotations have for them, which were often written on another machine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/structures/coco.h"

namespace itpn {

class PictureFinder {
 public:
  // Looks through `folder` and all below it once. Throws data_error where it cannot be read.
  PictureFinder(Fs& fs, std::string folder);

  // The path of the picture: of that name below the folder as written, else with backslashes turned into slashes, else
  // the one file with that base name, else the path itself where it is a whole one. Nothing where there is none. Throws
  // data_error where several have that base name.
  std::optional<std::string> find(const std::string& name) const;
  // The path of the first picture that is called so below the folder but for its ending.
  std::optional<std::string> find_stem(const std::string& stem) const;
  int64_t files() const { return static_cast<int64_t>(by_name_.size()); }

 private:
  Fs& fs_;
  std::string folder_;
  std::vector<std::string> by_name_;                                      // paths below the folder, sorted
  std::map<std::string, std::vector<size_t>, std::less<>> by_base_name_;  // places in by_name_
};

// By image: its path, "" where there is none.
std::vector<std::string> find_pictures(const PictureFinder& finder, const std::vector<CocoImage>& images);

}  // namespace itpn
