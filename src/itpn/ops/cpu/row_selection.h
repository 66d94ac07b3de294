// Which rows of the residual stream a branch works on: all, or those of the samples that stochastic depth keeps. The
// branch's own matrices hold the selected rows only, one after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace itpn::ops {

class RowSelection {
 public:
  // All of `rows`.
  explicit RowSelection(int64_t rows) : count_(rows), runs_{{0, 0, rows}} {}

  // Those of the given samples, in ascending order, each of `rows_each`.
  RowSelection(const std::vector<int64_t>& samples, int64_t rows_each) {
    for (const int64_t sample : samples) {
      const int64_t start = sample * rows_each;
      if (!runs_.empty() && runs_.back().stream + runs_.back().count == start) {
        runs_.back().count += rows_each;
      } else {
        runs_.push_back({start, count_, rows_each});
      }
      count_ += rows_each;
    }
  }

  // Selected rows.
  int64_t count() const { return count_; }

  // body(row of the stream, row of the branch, rows) for the pieces of the branch's rows [begin, end) that lie together
  // in the stream.
  template <class Body>
  void for_pieces(int64_t begin, int64_t end, Body body) const {
    for (const Run& run : runs_) {
      const int64_t from = std::max(begin, run.branch), to = std::min(end, run.branch + run.count);
      if (from < to) body(run.stream + from - run.branch, from, to - from);
    }
  }

  // body(row of the stream, rows) for what is not selected of a stream of `rows`.
  template <class Body>
  void for_gaps(int64_t rows, Body body) const {
    int64_t next = 0;
    for (const Run& run : runs_) {
      if (next < run.stream) body(next, run.stream - next);
      next = run.stream + run.count;
    }
    if (next < rows) body(next, rows - next);
  }

 private:
  struct Run {
    int64_t stream, branch, count;
  };

  int64_t count_ = 0;
  std::vector<Run> runs_;
};

}  // namespace itpn::ops
