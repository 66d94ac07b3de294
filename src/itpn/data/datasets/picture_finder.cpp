#include "itpn/data/datasets/picture_finder.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/paths.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/folder_scan.h"

namespace itpn {
namespace {

constexpr size_t kMostCandidates = 3;  // that a message names

}  // namespace

PictureFinder::PictureFinder(Fs& fs, std::string folder) : fs_(fs), folder_(std::move(folder)) {
  for (ScannedFile& file : scan_folder(fs, folder_).files) by_name_.push_back(std::move(file.name));
  for (size_t i = 0; i < by_name_.size(); ++i) by_base_name_[std::string(base_name(by_name_[i]))].push_back(i);
}

std::optional<std::string> PictureFinder::find(const std::string& name) const {
  std::string turned = name;
  std::replace(turned.begin(), turned.end(), '\\', '/');
  for (std::string_view text : {std::string_view(name), std::string_view(turned)}) {
    while (text.starts_with("./")) text.remove_prefix(2);
    if (std::binary_search(by_name_.begin(), by_name_.end(), text)) return join_path(folder_, std::string(text));
  }
  const auto same = by_base_name_.find(base_name(turned));
  if (same == by_base_name_.end()) {
    FileStatus status;
    const bool is_whole_path = name.starts_with('/') && fs_.stat(name, &status) >= 0 && status.is_regular;
    return is_whole_path ? std::optional(name) : std::nullopt;
  }
  if (same->second.size() == 1) return join_path(folder_, by_name_[same->second.front()]);
  std::vector<std::string> candidates;
  for (const size_t i : same->second) candidates.push_back(printable_name(by_name_[i]));
  throw data_error(
      fmt::format("{}: the annotations name the picture {}, which could be any of {}; give the path below this folder",
                  folder_, printable_name(name), list_of(candidates, kMostCandidates)));
}

std::optional<std::string> PictureFinder::find_stem(const std::string& stem) const {
  auto at = std::lower_bound(by_name_.begin(), by_name_.end(), stem + ".");
  for (; at != by_name_.end() && at->starts_with(stem + "."); ++at) {
    if (at->rfind('.') == stem.size()) return join_path(folder_, *at);
  }
  return std::nullopt;
}

std::vector<std::string> find_pictures(const PictureFinder& finder, const std::vector<CocoImage>& images) {
  std::vector<std::string> paths;
  for (const CocoImage& image : images) paths.push_back(finder.find(image.file_name).value_or(""));
  return paths;
}

}  // namespace itpn
