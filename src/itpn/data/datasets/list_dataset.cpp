#include "itpn/data/datasets/list_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "itpn/io/file_kind.h"

namespace itpn {
namespace {

constexpr uint64_t kMaxListBytes = uint64_t{4} << 30;

// Names in another encoding than UTF-8 are of no known kind.
void require_text(Fs& fs, const std::string& path) {
  const FileKind kind = file_kind(fs, path);
  if (kind == FileKind::kText || kind == FileKind::kUnknown) return;
  const std::string remedy = kind_remedy(kind);
  throw data_error(fmt::format("{}: is {}, no list of pictures{}{}\n  {}", path, kind_name(kind),
                               remedy.empty() ? "" : "; ", remedy, kListLines));
}

}  // namespace

ListDataset::ListDataset(Fs& fs, const std::string& list_path) : fs_(fs), list_path_(list_path) {
  if (!exists(fs, list_path) || itpn::is_directory(fs, list_path)) {
    throw data_error(fmt::format("{}: no such list of pictures", list_path));
  }
  require_text(fs, list_path);
  std::istringstream lines(read_text_file(fs, list_path, kMaxListBytes));
  const std::string folder = parent_path(list_path);
  ListParser parser(list_path);
  std::map<std::string, int32_t> words;
  for (std::string line; std::getline(lines, line);) {
    if (const auto entry = parser.parse(line)) add(folder, *entry, &words);
  }
  if (paths_.size() == 0) throw data_error(fmt::format("{}: the list names no picture", list_path));
  name_classes(words);
}

void ListDataset::add(const std::string& folder, const ListEntry& entry, std::map<std::string, int32_t>* words) {
  paths_.add(entry.path.starts_with('/') || folder.empty() ? entry.path : join_path(folder, entry.path));
  if (!entry.label) return;
  const auto next = static_cast<int32_t>(words->size());
  labels_.push_back(entry.label->number ? *entry.label->number : words->emplace(entry.label->word, next).first->second);
}

// Words have got their numbers in the order in which they came.
void ListDataset::name_classes(const std::map<std::string, int32_t>& words) {
  if (labels_.empty()) return;
  if (!words.empty()) {
    std::vector<int32_t> places(words.size());
    for (const auto& [word, number] : words) {
      places[static_cast<size_t>(number)] = static_cast<int32_t>(class_names_.size());
      class_names_.push_back(word);
    }
    for (int32_t& label : labels_) label = places[static_cast<size_t>(label)];
    return;
  }
  has_numbered_classes_ = true;
  const int32_t largest = *std::max_element(labels_.begin(), labels_.end());
  for (int32_t i = 0; i <= largest; ++i) class_names_.push_back(std::to_string(i));
}

uint64_t ListDataset::stored_bytes(int64_t index) const {
  FileStatus status;
  return fs_.stat(name(index), &status) == 0 ? status.size : 0;
}

}  // namespace itpn
