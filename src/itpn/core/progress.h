// How far a long task is: on a terminal one line with a bar, redrawn at most ten times a second; piped, a plain line
// every ten seconds. Everything goes to stderr through log.h, so messages and the bar do not mix.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace itpn {

struct ProgressOptions {
  std::string label;           // "epoch 3/10", "scanning"
  int64_t total = 0;           // 0: unknown, no bar and no time left
  std::string unit = "items";  // what is counted, in the plural: "images", "files"
  int64_t start = 0;           // done before this bar (a resumed run); does not count for the rate
};

// Where a bar is drawn. Tests give their own.
struct ProgressOutput {
  bool is_terminal = false;
  bool has_colour = false;
  bool has_unicode = false;
  std::function<int()> width;                        // columns of the terminal
  std::function<double()> seconds;                   // steady clock
  std::function<void(std::string_view)> draw;        // the line of the bar; empty clears it
  std::function<void(std::string_view)> print_line;  // a whole line
};

// stderr as it is; no colour where it is not a terminal, or with NO_COLOR or TERM=dumb.
ProgressOutput stderr_progress_output();

// One task. Belongs to one thread; messages of other threads may come between.
class ProgressBar {
 public:
  explicit ProgressBar(ProgressOptions options, ProgressOutput output = stderr_progress_output());
  ~ProgressBar();  // clears the bar if `finish` was not called (an error is on its way)
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` units are done, `note` is shown behind ("loss 0.912"); `data_wait_share` is the share of time spent waiting
  // for data in [0, 1], negative if there is no such thing. Cheap enough for every step.
  void update(int64_t done, std::string_view note = {}, double data_wait_share = -1.0);
  // Prints the closing line: count, time, rate, and the last note.
  void finish();

 private:
  std::string bar_line(double now) const;
  std::string plain_line(double now) const;
  std::string closing_line(double now) const;
  std::string details(double now) const;
  std::string pace(double now) const;
  std::string narrow_line(const std::string& before, const std::string& behind, double now) const;
  std::string counted_units() const;
  double rate(double now) const;

  ProgressOptions options_;
  ProgressOutput output_;
  double started_ = 0.0;
  double next_output_ = 0.0;
  int64_t done_ = 0;
  std::string note_;
  double data_wait_share_ = -1.0;
  bool is_finished_ = false;
};

// "0:07", "12:34", "3:05:09", "2d 04h".
std::string format_duration(double seconds);
// Three significant digits with a suffix: "0.482", "7.31", "215", "12.3k".
std::string format_rate(double per_second);

}  // namespace itpn
