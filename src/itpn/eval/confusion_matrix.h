// How often pictures of each class were taken for each other class.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int64_t classes) : classes_(classes), counts_(static_cast<size_t>(classes * classes)) {}

  // One picture of class `label` that was taken for `predicted`.
  void add(int64_t label, int64_t predicted);
  // The pictures of another matrix of the same size, as another process counted them.
  void merge(const ConfusionMatrix& other);
  void reset();

  // The counts, row by row, to be added up over processes, and back.
  const std::vector<int64_t>& sums() const { return counts_; }
  void set_sums(std::vector<int64_t> sums);

  int64_t classes() const { return classes_; }
  int64_t count(int64_t label, int64_t predicted) const;
  // Pictures of one class.
  int64_t count_of(int64_t label) const;
  int64_t total() const;
  // Share in percent of the pictures of a class that were taken for it; NaN for a class without a picture.
  double accuracy_of(int64_t label) const;

 private:
  int64_t classes_;
  std::vector<int64_t> counts_;  // [label * classes + predicted]
};

// One line a true class: its name, then how often each class was predicted. The first line names those.
std::string to_csv(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names);

}  // namespace itpn
