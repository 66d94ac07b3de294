#include "itpn/data/datasets/list_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

namespace itpn {
namespace {

constexpr uint64_t kMaxListBytes = uint64_t{4} << 30;
constexpr size_t kMaxLabelDigits = 6;

struct ListLine {
  std::string path;
  std::optional<int32_t> label;
};

ListLine split_line(const std::string& line) {
  const size_t gap = line.find_last_of(" \t");
  if (gap == std::string::npos || gap == 0) return {line, std::nullopt};
  const std::string last = line.substr(gap + 1);
  const bool is_number = !last.empty() && last.size() <= kMaxLabelDigits &&
                         std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return {line, std::nullopt};
  const size_t end = line.find_last_not_of(" \t", gap);
  if (end == std::string::npos) return {line, std::nullopt};
  return {line.substr(0, end + 1), std::stoi(last)};
}

}  // namespace

ListDataset::ListDataset(Fs& fs, const std::string& list_path) : fs_(fs), list_path_(list_path) {
  if (!exists(fs, list_path) || itpn::is_directory(fs, list_path)) {
    throw data_error(fmt::format("{}: no such list of pictures", list_path));
  }
  std::istringstream lines(read_text_file(fs, list_path, kMaxListBytes));
  const std::string folder = parent_path(list_path);
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) add_line(folder, std::move(line), ++number);
  if (paths_.size() == 0) throw data_error(fmt::format("{}: the list names no picture", list_path));
  name_classes();
}

void ListDataset::add_line(const std::string& folder, std::string line, int64_t number) {
  if (line.ends_with('\r')) line.pop_back();
  if (line.find_first_not_of(" \t") == std::string::npos) return;
  const ListLine entry = split_line(line);
  const bool is_first = paths_.size() == 0;
  if (!is_first && entry.label.has_value() == labels_.empty()) {
    throw data_error(fmt::format("{}:{}: {} a label, unlike the lines before: {}", list_path_, number,
                                 entry.label ? "with" : "without", printable_name(line)));
  }
  paths_.add(entry.path.starts_with('/') || folder.empty() ? entry.path : join_path(folder, entry.path));
  if (entry.label) labels_.push_back(*entry.label);
}

void ListDataset::name_classes() {
  if (labels_.empty()) return;
  has_numbered_classes_ = true;
  const int32_t largest = *std::max_element(labels_.begin(), labels_.end());
  for (int32_t i = 0; i <= largest; ++i) class_names_.push_back(std::to_string(i));
}

uint64_t ListDataset::stored_bytes(int64_t index) const {
  FileStatus status;
  return fs_.stat(name(index), &status) == 0 ? status.size : 0;
}

}  // namespace itpn
