// The names of what is drawn, each beside its look: curves of a chart, classes on a picture.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "itpn/io/drawing.h"

namespace itpn {

enum class LegendMark { kLine, kArea, kNone };

struct LegendEntry {
  std::string name;
  LegendMark mark = LegendMark::kArea;
  Line line = {};  // kArea takes its colour alone
};

struct LegendOptions {
  double max_width = std::numeric_limits<double>::infinity();   // longer names are broken into lines
  double max_height = std::numeric_limits<double>::infinity();  // more entries go into further columns
  double text_size = 9;
};

class Legend {
 public:
  Legend(const std::vector<LegendEntry>& entries, const LegendOptions& options);

  double width() const { return width_; }
  double height() const { return height_; }
  // On a white ground, from the upper left corner. Entries without a mark are in grey.
  void draw(Drawing& drawing, const Point& corner) const;

 private:
  struct Placed {
    LegendEntry entry;
    std::vector<std::string> lines;
    double left = 0, top = 0;
  };
  void place(double max_height);
  void draw_entry(Drawing& drawing, const Placed& placed, const Point& corner) const;

  TextStyle style_;
  std::vector<Placed> placed_;
  double width_ = 0, height_ = 0;
};

}  // namespace itpn
