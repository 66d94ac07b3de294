#include "itpn/core/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "itpn/core/log.h"
#include "itpn/core/stopwatch.h"
#include "itpn/core/text_layout.h"
#include "itpn/core/words.h"

namespace itpn {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kLineSeconds = 10.0;
constexpr int kMinBar = 10, kMaxBar = 40;

bool variable_has(const char* name, std::string_view part) {
  const char* value = std::getenv(name);
  return value && std::string_view(value).find(part) != std::string_view::npos;
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value) return variable_has(name, "UTF-8") || variable_has(name, "utf8");
  }
  return false;
}

// A bar of `columns` columns, the share `done` of it filled.
std::string draw_bar(double done, int columns, const ProgressOutput& output) {
  const int filled = static_cast<int>(std::floor(std::clamp(done, 0.0, 1.0) * columns));
  std::string left, right;
  for (int i = 0; i < columns; ++i) {
    (i < filled ? left : right) += output.has_unicode ? (i < filled ? "━" : "─") : (i < filled ? "#" : "-");
  }
  if (!output.has_colour) return left + right;
  return fmt::format("\x1b[32m{}\x1b[90m{}\x1b[0m", left, right);
}

}  // namespace

ProgressOutput stderr_progress_output() {
  ProgressOutput output;
  output.is_terminal = isatty(STDERR_FILENO) != 0 && !variable_has("TERM", "dumb");
  const char* no_colour = std::getenv("NO_COLOR");
  output.has_colour = output.is_terminal && !(no_colour && *no_colour);
  output.has_unicode = locale_is_utf8();
  output.width = [] { return static_cast<int>(terminal_columns(STDERR_FILENO)); };
  output.seconds = [watch = Stopwatch()] { return watch.seconds(); };
  output.draw = log::set_status_line;
  output.print_line = log::info;
  return output;
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  constexpr double kLongest = 1e10;  // three centuries: keeps the conversion below in range
  const auto whole = static_cast<int64_t>(std::min(seconds, kLongest) + 0.5);
  const int64_t minutes = whole / 60, hours = minutes / 60, days = hours / 24;
  if (days > 0) return fmt::format("{}d {:02}h", days, hours % 24);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes % 60, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string format_rate(double per_second) {
  if (!std::isfinite(per_second)) return "-";
  if (per_second < 9.995) return fmt::format("{:.2f}", per_second);
  if (per_second < 99.95) return fmt::format("{:.1f}", per_second);
  if (per_second < 9999.5) return fmt::format("{:.0f}", per_second);
  if (per_second < 99950) return fmt::format("{:.1f}k", per_second / 1e3);
  if (per_second < 999500) return fmt::format("{:.0f}k", per_second / 1e3);
  return fmt::format("{:.1f}M", per_second / 1e6);
}

ProgressBar::ProgressBar(ProgressOptions options, ProgressOutput output)
    : options_(std::move(options)), output_(std::move(output)), done_(options_.start) {
  started_ = output_.seconds();
  next_output_ = started_ + (output_.is_terminal ? 0.0 : kLineSeconds);
}

ProgressBar::~ProgressBar() {
  if (!is_finished_ && output_.is_terminal) output_.draw("");
}

void ProgressBar::update(int64_t done, std::string_view note, double data_wait_share) {
  done_ = done;
  note_ = note;
  data_wait_share_ = data_wait_share;
  const double now = output_.seconds();
  if (now < next_output_) return;
  next_output_ = now + (output_.is_terminal ? kRedrawSeconds : kLineSeconds);
  if (output_.is_terminal) {
    output_.draw(bar_line(now));
  } else {
    output_.print_line(plain_line(now));
  }
}

void ProgressBar::finish() {
  if (is_finished_) return;
  is_finished_ = true;
  if (output_.is_terminal) output_.draw("");
  output_.print_line(closing_line(output_.seconds()));
}

// "1 picture", "3 pictures".
std::string ProgressBar::counted_units() const {
  const std::string& many = options_.unit;
  return count_of(done_, many.substr(0, many.size() - (many.ends_with("ches") ? 2 : 1)), many);
}

double ProgressBar::rate(double now) const {
  const double passed = now - started_;
  return passed > 0 ? static_cast<double>(done_ - options_.start) / passed : 0.0;
}

// "5.00 steps/s, 0:30 left".
std::string ProgressBar::pace(double now) const {
  const double per_second = rate(now);
  const std::string text = fmt::format("{} {}/s", format_rate(per_second), options_.unit);
  if (options_.total <= 0) return text;
  const double left = per_second > 0 ? static_cast<double>(options_.total - done_) / per_second : -1.0;
  return fmt::format("{}, {} left", text, format_duration(left));
}

// What follows the count: rate, time left, waiting share, note.
std::string ProgressBar::details(double now) const {
  std::string text = pace(now);
  if (data_wait_share_ >= 0) text += fmt::format(", data wait {:.0f}%", 100 * data_wait_share_);
  if (!note_.empty()) text += ", " + note_;
  return text;
}

std::string ProgressBar::bar_line(double now) const {
  const auto width = static_cast<size_t>(std::max(output_.width() - 1, 1));
  if (options_.total <= 0) {
    return cut_to_columns(fmt::format("{} {} {}, {}", options_.label, done_, options_.unit, details(now)), width);
  }
  const double share = static_cast<double>(done_) / static_cast<double>(options_.total);
  const std::string before = fmt::format("{} {:3.0f}% ", options_.label, std::floor(100 * share));
  const std::string behind = fmt::format(" {}/{} {}", done_, options_.total, details(now));
  const int space = static_cast<int>(width) - static_cast<int>(columns_of(before) + columns_of(behind));
  if (space < kMinBar) return narrow_line(before, behind, now);
  return before + draw_bar(share, std::min(space, kMaxBar), output_) + behind;
}

// Without a bar; where that is too wide too, the less important is left out first: what comes last, then the count, the
// label, the rate. The time left stays longest.
std::string ProgressBar::narrow_line(const std::string& before, const std::string& behind, double now) const {
  const auto width = static_cast<size_t>(std::max(output_.width() - 1, 1));
  const std::string share = before.substr(before.find_first_not_of(' ', options_.label.size()));
  const std::string paced = pace(now), left = paced.substr(paced.rfind(',') + 2);
  const std::string counted = fmt::format("{}{}/{} {}", before, done_, options_.total, paced);
  const std::string note = note_.empty() ? "" : ", " + note_;
  for (const std::string& shorter : {before + behind.substr(1), counted + note, before + paced + note, counted,
                                     before + paced, share + paced, share + left}) {
    if (columns_of(shorter) <= width) return shorter;
  }
  return cut_to_columns(left, width);
}

std::string ProgressBar::plain_line(double now) const {
  if (options_.total <= 0) {
    return fmt::format("{}: {}, {}", options_.label, counted_units(), details(now));
  }
  const double share = static_cast<double>(done_) / static_cast<double>(options_.total);
  return fmt::format("{}: {}/{} ({:.0f}%), {}", options_.label, done_, options_.total, std::floor(100 * share),
                     details(now));
}

std::string ProgressBar::closing_line(double now) const {
  std::string text = fmt::format("{}: {} in {}, {} {}/s", options_.label, counted_units(),
                                 format_duration(now - started_), format_rate(rate(now)), options_.unit);
  if (data_wait_share_ >= 0) text += fmt::format(", data wait {:.0f}%", 100 * data_wait_share_);
  if (!note_.empty()) text += ", " + note_;
  return text;
}

}  // namespace itpn
