#include "itpn/data/datasets/list_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/parse_number.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/folder_scan.h"

namespace itpn {
namespace {

constexpr size_t kMaxLabelDigits = 6;
constexpr size_t kNoColumn = SIZE_MAX;
constexpr const char* kSpaces = " \t";
constexpr std::array kSeparators = {'\t', ';', ','};
constexpr std::array<std::string_view, 12> kPathWords = {"path",       "file",       "filename", "file_name",
                                                         "filepath",   "file_path",  "image",    "image_path",
                                                         "image_name", "image_file", "picture",  "img"};
constexpr std::array<std::string_view, 9> kLabelWords = {"label",      "class",    "target", "category",  "y",
                                                         "class_name", "class_id", "labels", "label_name"};

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

// The text in the quotes that `text` begins with, and where behind them it goes on; nothing where they do not end.
struct Quoted {
  std::string text;
  size_t end = 0;
};
std::optional<Quoted> read_quotes(std::string_view text) {
  Quoted result;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      result.text += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      result.text += text[i++];
    } else {
      result.end = i + 1;
      return result;
    }
  }
  return std::nullopt;
}

// Nothing where quotes do not end, or something follows them.
std::optional<std::vector<std::string>> fields_of(std::string_view line, char separator) {
  std::vector<std::string> fields;
  for (size_t at = 0; at <= line.size();) {
    const std::string_view rest = line.substr(at);
    const size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
    if (begin < rest.size() && rest[begin] == '"') {
      const auto field = read_quotes(rest.substr(begin));
      if (!field) return std::nullopt;
      at += begin + field->end;
      const size_t next = std::min(line.find_first_not_of(' ', at), line.size());
      if (next < line.size() && line[next] != separator) return std::nullopt;
      fields.push_back(field->text);
      at = next + 1;
    } else {
      const size_t end = std::min(rest.find(separator), rest.size());
      fields.emplace_back(trimmed(rest.substr(0, end)));
      at += end + 1;
    }
  }
  return fields;
}

bool is_picture(std::string_view text) { return has_picture_extension(std::string(text)); }

// Where the first path of a line ends that has more behind it; nothing where the line is one path.
std::optional<size_t> end_of_path(std::string_view line) {
  if (is_picture(line)) return std::nullopt;
  for (size_t gap = line.find_first_of(kSpaces); gap != std::string_view::npos;
       gap = line.find_first_of(kSpaces, gap + 1)) {
    if (is_picture(line.substr(0, gap))) return gap;
  }
  return std::nullopt;
}

// 3 of "3" and of "3.0", as spreadsheets write it where a column has gaps.
std::optional<int64_t> label_number(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot != std::string_view::npos && text.find_first_not_of('0', dot + 1) != std::string_view::npos)
    return std::nullopt;
  const std::string_view digits = text.substr(0, dot);
  return digits.size() <= kMaxLabelDigits ? parse_whole_number(digits) : std::nullopt;
}

// "-1", "0.5", "12345678", "1e3", "nan": numbers that are no labels.
bool is_other_number(std::string_view text) {
  if (is_one_of(std::array<std::string_view, 4>{"nan", "inf", "none", "null"}, text)) return true;
  const bool has_digit = text.find_first_of("0123456789") != std::string_view::npos;
  return has_digit && text.find_first_not_of("0123456789.+-eE") == std::string_view::npos && text[0] != 'e' &&
         text[0] != 'E';
}

}  // namespace

void ListParser::fail(std::string_view line, const std::string& what) const {
  throw data_error(
      fmt::format("{}:{}: {}: {}\n  {}", where_, number_, what, printable_name(line.substr(0, 200)), kListLines));
}

std::optional<ListEntry> ListParser::parse(std::string_view line) {
  ++number_;
  if (number_ == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find('\0') != std::string_view::npos)
    fail(line, "zero bytes in a text, as UTF-16 has them; save it as UTF-8");
  if (trimmed(line).empty()) return std::nullopt;
  if (!std::exchange(has_begun_, true) && look_at_first(line)) return std::nullopt;
  ListEntry entry = separator_ == ' ' ? split_at_spaces(line) : split_at_separator(line);
  if (entry.path.empty()) fail(line, "a line without a path");
  check_kind(entry, line);
  entry.path = name_of_printable(entry.path);
  return entry;
}

bool ListParser::look_at_first(std::string_view line) {
  if (is_one_of(kPathWords, trimmed(line))) return true;
  for (const char separator : kSeparators) {
    const auto fields = fields_of(line, separator);
    if (!fields || fields->size() < 2) continue;
    const bool is_header = std::any_of(fields->begin(), fields->end(),
                                       [](const std::string& field) { return is_one_of(kPathWords, field); });
    const bool begins_with_path = is_picture((*fields)[0]) && !is_picture((*fields)[1]);
    if (!is_header && !begins_with_path) continue;
    if (!is_header && fields->size() > 2) {
      fail(line, fmt::format("{} columns without a header that says which are path and label", fields->size()));
    }
    columns_ = fields->size();
    separator_ = is_header || separator != '\t' ? separator : ' ';  // tabs and spaces may change from line to line
    return is_header && take_header(*fields, line);
  }
  const size_t gap = trimmed(line).find_first_of(kSpaces);
  return gap != std::string_view::npos && is_one_of(kPathWords, trimmed(line).substr(0, gap)) &&
         is_one_of(kLabelWords, trimmed(trimmed(line).substr(gap)));
}

bool ListParser::take_header(const std::vector<std::string>& fields, std::string_view line) {
  path_column_ = label_column_ = kNoColumn;
  for (size_t i = fields.size(); i-- > 0;) {
    if (is_one_of(kPathWords, fields[i])) path_column_ = i;
    if (is_one_of(kLabelWords, fields[i])) label_column_ = i;
  }
  if (label_column_ == kNoColumn && columns_ == 2) label_column_ = 1 - path_column_;
  if (label_column_ == kNoColumn) fail(line, "a header that does not say which column is the label; call it label");
  return true;
}

ListEntry ListParser::split_at_separator(std::string_view line) const {
  const auto fields = fields_of(line, separator_);
  if (!fields) fail(line, "quotes that do not end where a field does");
  const size_t last = path_column_ > label_column_ ? path_column_ : label_column_;
  if (fields->size() != columns_ || last >= columns_) {
    fail(line, fmt::format("{} columns, unlike the first line, which has {}", fields->size(), columns_));
  }
  ListEntry entry{(*fields)[path_column_], std::nullopt};
  if (!(*fields)[label_column_].empty()) entry.label = label_of((*fields)[label_column_], line);
  return entry;
}

ListEntry ListParser::split_at_spaces(std::string_view line) const {
  line = trimmed(line);
  if (line.starts_with('"')) {
    const auto path = read_quotes(line);
    if (!path) fail(line, "quotes that do not end");
    const std::string_view rest = trimmed(line.substr(path->end));
    if (rest.empty()) return {path->text, std::nullopt};
    return {path->text, label_of(std::string(rest), line)};
  }
  const size_t gap = line.find_last_of(kSpaces);
  if (gap != std::string_view::npos) {
    const std::string_view last = line.substr(gap + 1);
    const bool is_number = last.size() <= kMaxLabelDigits && parse_whole_number(last).has_value();
    if (is_number) return {std::string(trimmed(line.substr(0, gap))), label_of(std::string(last), line)};
  }
  const auto end = end_of_path(line);
  if (!end) return {std::string(line), std::nullopt};
  return {std::string(line.substr(0, *end)), label_of(std::string(trimmed(line.substr(*end))), line)};
}

ListLabel ListParser::label_of(const std::string& text, std::string_view line) const {
  if (const auto number = label_number(text)) return {static_cast<int32_t>(*number), {}};
  if (is_other_number(text)) fail(line, fmt::format("'{}' is no label", printable_name(text)));
  if (!text.starts_with('"')) return {std::nullopt, text};
  const auto word = read_quotes(text);
  if (!word || word->end != text.size() || word->text.empty()) fail(line, "a label whose quotes do not end");
  return {std::nullopt, word->text};
}

void ListParser::check_kind(const ListEntry& entry, std::string_view line) {
  const Kind kind = !entry.label ? Kind::kNone : entry.label->number ? Kind::kNumbers : Kind::kWords;
  if (kind_ == Kind::kUnknown) kind_ = kind;
  if (kind == kind_) return;
  if (kind == Kind::kNone || kind_ == Kind::kNone) {
    fail(line, fmt::format("{} a label, unlike the lines before", entry.label ? "with" : "without"));
  }
  fail(line, fmt::format("a label that is a {}, unlike those of the lines before",
                         kind == Kind::kNumbers ? "number" : "word"));
}

}  // namespace itpn
