#include "itpn/core/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace itpn {
namespace {

using testing::HasSubstr;
using testing::Not;

// A terminal or pipe of 100 columns with a clock that the test moves.
struct Screen {
  double now = 0.0;
  std::vector<std::string> drawn, lines;

  ProgressOutput output(bool is_terminal) {
    ProgressOutput out;
    out.is_terminal = is_terminal;
    out.width = [] { return 100; };
    out.seconds = [this] { return now; };
    out.draw = [this](std::string_view text) { drawn.emplace_back(text); };
    out.print_line = [this](std::string_view text) { lines.emplace_back(text); };
    return out;
  }
};

TEST(ProgressBar, RedrawsAtMostTenTimesASecond) {
  Screen screen;
  ProgressBar bar({.label = "epoch 1/2", .total = 1000, .unit = "images"}, screen.output(true));
  for (int i = 0; i < 1000; ++i) {
    screen.now = i / 500.0;
    bar.update(i);
  }
  EXPECT_LE(screen.drawn.size(), 21U);
  EXPECT_GE(screen.drawn.size(), 15U);
  EXPECT_TRUE(screen.lines.empty());
}

TEST(ProgressBar, ShowsShareRateTimeLeftAndWaiting) {
  Screen screen;
  ProgressBar bar({.label = "epoch 1/2", .total = 400, .unit = "images"}, screen.output(true));
  screen.now = 10.0;
  bar.update(100, "loss 0.912", 0.03);
  const std::string line = screen.drawn.back();
  EXPECT_EQ(line,
            "epoch 1/2  25% ######------------------- 100/400 10.0 images/s, 0:30 left, data wait 3%, loss 0.912");
}

TEST(ProgressBar, FitsANarrowTerminal) {
  Screen screen;
  const auto line_at = [&](int columns) {
    auto output = screen.output(true);
    output.width = [columns] { return columns; };
    screen.now = 0.0;
    ProgressBar bar({.label = "épreuve", .total = 4000, .unit = "steps"}, output);
    screen.now = 200.0;
    bar.update(1000, "loss 0.912", 0.02);
    return screen.drawn.back();
  };
  EXPECT_EQ(line_at(74), "épreuve  25% 1000/4000 5.00 steps/s, 10:00 left, data wait 2%, loss 0.912");
  EXPECT_EQ(line_at(62), "épreuve  25% 1000/4000 5.00 steps/s, 10:00 left, loss 0.912");
  EXPECT_EQ(line_at(50), "épreuve  25% 5.00 steps/s, 10:00 left, loss 0.912");
  EXPECT_EQ(line_at(40), "épreuve  25% 5.00 steps/s, 10:00 left");
  EXPECT_EQ(line_at(30), "25% 5.00 steps/s, 10:00 left");
  EXPECT_EQ(line_at(20), "25% 10:00 left");
  EXPECT_EQ(line_at(6), "10:00");
}

TEST(ProgressBar, PrintsPlainLinesWhenPiped) {
  Screen screen;
  ProgressBar bar({.label = "scan", .total = 100, .unit = "files"}, screen.output(false));
  for (int i = 0; i <= 60; ++i) {
    screen.now = i / 2.0;
    bar.update(i);
  }
  ASSERT_EQ(screen.lines.size(), 3U);  // at 10, 20 and 30 s
  EXPECT_EQ(screen.lines[0], "scan: 20/100 (20%), 2.00 files/s, 0:40 left");
  for (const auto& line : screen.lines) EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  EXPECT_TRUE(screen.drawn.empty());
}

TEST(ProgressBar, WorkDoneBeforeAResumeDoesNotCountForTheRate) {
  Screen screen;
  ProgressBar bar({.label = "train", .total = 1100, .unit = "steps", .start = 1000}, screen.output(true));
  screen.now = 10.0;
  bar.update(1050);
  EXPECT_THAT(screen.drawn.back(), HasSubstr("5.00 steps/s, 0:10 left"));
}

TEST(ProgressBar, ClosesWithOneLineAndClearsTheBar) {
  Screen screen;
  {
    ProgressBar bar({.label = "scan", .total = 10, .unit = "files"}, screen.output(true));
    screen.now = 4.0;
    bar.update(10, "2 skipped");
    bar.finish();
  }
  EXPECT_EQ(screen.drawn.back(), "");
  ASSERT_EQ(screen.lines.size(), 1U);
  EXPECT_EQ(screen.lines[0], "scan: 10 files in 0:04, 2.50 files/s, 2 skipped");
}

TEST(ProgressBar, ClosesWithTheSingularOfOneThing) {
  Screen screen;
  ProgressBar pictures({.label = "scan", .total = 1, .unit = "pictures"}, screen.output(false));
  ProgressBar batches({.label = "eval", .total = 1, .unit = "batches"}, screen.output(false));
  screen.now = 1.0;
  pictures.update(1);
  pictures.finish();
  batches.update(1);
  batches.finish();
  EXPECT_THAT(screen.lines[0], HasSubstr("scan: 1 picture in"));
  EXPECT_THAT(screen.lines[1], HasSubstr("eval: 1 batch in"));
}

TEST(ProgressBar, AnErrorLeavesNoHalfDrawnBar) {
  Screen screen;
  {
    ProgressBar bar({.label = "scan", .total = 10}, screen.output(true));
    bar.update(3);
  }
  EXPECT_EQ(screen.drawn.back(), "");
  EXPECT_TRUE(screen.lines.empty());
}

TEST(ProgressBar, DurationsReadWell) {
  EXPECT_EQ(format_duration(7), "0:07");
  EXPECT_EQ(format_duration(754), "12:34");
  EXPECT_EQ(format_duration(11109), "3:05:09");
  EXPECT_EQ(format_duration(187200), "2d 04h");
  EXPECT_EQ(format_duration(-1), "-");
  EXPECT_EQ(format_rate(0.5), "0.50");
  EXPECT_EQ(format_rate(12345), "12.3k");
}

}  // namespace
}  // namespace itpn
