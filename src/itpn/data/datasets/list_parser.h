// The lines of a list of pictures, as people, spreadsheets and programs write them.
//
// A line is PATH, or PATH and LABEL with spaces, a tab, a comma or a semicolon between them. The first line decides
// which; it may also be a header that names the columns ("path,label", in any order and beside others). Fields may
// stand in double quotes, in which two quotes are one. A label is a whole number from 0 or a word; all lines have one
// of the same kind, or none has. \xNN in a path is a byte, as this program itself writes names (core/utf8.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

// The same in one line, for messages.
inline constexpr const char* kListLines =
    "a line must be PATH, or PATH and LABEL with a space, a tab, a comma or a semicolon between them; LABEL is a whole "
    "number from 0 or a word; a header such as path,label may come first";

struct ListLabel {
  std::optional<int32_t> number;  // nothing: a word
  std::string word;
};

struct ListEntry {
  std::string path;
  std::optional<ListLabel> label;
};

class ListParser {
 public:
  // `where`: the list, for messages.
  explicit ListParser(std::string where) : where_(std::move(where)) {}

  // The picture of the next line (without its end), or nothing for an empty line and a header. Throws data_error that
  // shows the line and says what a line must be.
  std::optional<ListEntry> parse(std::string_view line);

 private:
  enum class Kind { kUnknown, kNone, kNumbers, kWords };

  [[noreturn]] void fail(std::string_view line, const std::string& what) const;
  // Decides the separator and the columns; true where the line is a header.
  bool look_at_first(std::string_view line);
  bool take_header(const std::vector<std::string>& fields, std::string_view line);
  ListEntry split_at_separator(std::string_view line) const;
  ListEntry split_at_spaces(std::string_view line) const;
  ListLabel label_of(const std::string& text, std::string_view line) const;
  void check_kind(const ListEntry& entry, std::string_view line);

  std::string where_;
  int64_t number_ = 0;
  bool has_begun_ = false;
  char separator_ = ' ';
  size_t columns_ = 2, path_column_ = 0, label_column_ = 1;
  Kind kind_ = Kind::kUnknown;
};

}  // namespace itpn
