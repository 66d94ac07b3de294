#include "itpn/io/yolo_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "itpn/core/errors.h"
#include "itpn/core/utf8.h"

namespace itpn {
namespace {

constexpr size_t kBoxNumbers = 4;
constexpr size_t kLeastOutlineNumbers = 6;
// Programs that clip in single precision write a little more than 1.
constexpr double kRounding = 1e-3;

// What is wrong with one line; the place is known further up.
[[noreturn]] void refuse_line(const std::string& what) { throw data_error(what); }

std::string_view take_word(std::string_view& line) {
  constexpr std::string_view kBlank = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(word.size());
  return word;
}

double number_of(std::string_view word) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) refuse_line(printable_bytes(word) + " is no number");
  return value;
}

// Some programs write 3 as 3.0 or 3.000000.
int64_t label_of(double number) {
  constexpr double kMostClasses = 1e6;
  if (!(number >= 0.0) || number > kMostClasses || number != static_cast<double>(static_cast<int64_t>(number))) {
    refuse_line(fmt::format("the class is {}, which is no whole number from 0", number));
  }
  return static_cast<int64_t>(number);
}

double share_of(double number) {
  if (!(number >= -kRounding && number <= 1.0 + kRounding)) {
    refuse_line(
        fmt::format("{} is no share of the picture's side from 0 to 1 (pixels must be divided by the sides)", number));
  }
  return std::clamp(number, 0.0, 1.0);
}

CornerBox box_around(const Polygon& outline) {
  double left = 1.0, top = 1.0, right = 0.0, bottom = 0.0;
  for (size_t i = 0; i + 1 < outline.size(); i += 2) {
    left = std::min(left, outline[i]);
    right = std::max(right, outline[i]);
    top = std::min(top, outline[i + 1]);
    bottom = std::max(bottom, outline[i + 1]);
  }
  return {left, top, right - left, bottom - top};
}

// The part inside the picture: a box may reach beyond it by half its size.
CornerBox clipped_box(const std::vector<double>& numbers) {
  for (const double number : numbers) share_of(number);
  const auto inside = [](double value) { return std::clamp(value, 0.0, 1.0); };
  const double left = inside(numbers[0] - numbers[2] / 2), right = inside(numbers[0] + numbers[2] / 2);
  const double top = inside(numbers[1] - numbers[3] / 2), bottom = inside(numbers[1] + numbers[3] / 2);
  return {left, top, right - left, bottom - top};
}

YoloObject parse_line(std::string_view line) {
  YoloObject object;
  object.label = label_of(number_of(take_word(line)));
  std::vector<double> numbers;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line))
    numbers.push_back(number_of(word));
  if (numbers.size() == kBoxNumbers) {
    object.box = clipped_box(numbers);
  } else if (numbers.size() >= kLeastOutlineNumbers && numbers.size() % 2 == 0) {
    for (double& number : numbers) number = share_of(number);
    object.box = box_around(numbers);
    object.outline = std::move(numbers);
  } else {
    refuse_line(fmt::format("{} numbers behind the class", numbers.size()));
  }
  if (!(object.box.width > 0.0 && object.box.height > 0.0)) refuse_line("the object has no area");
  return object;
}

}  // namespace

std::vector<YoloObject> parse_yolo_labels(std::string_view text, const std::string& where) {
  std::vector<YoloObject> objects;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (int64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      objects.push_back(parse_line(line));
    } catch (const Error& error) {
      throw data_error(fmt::format(
          "{}: line {}: {}; a line must be CLASS X Y WIDTH HEIGHT, or CLASS and the points X Y of an outline", where,
          number, error.what()));
    }
  }
  return objects;
}

}  // namespace itpn
