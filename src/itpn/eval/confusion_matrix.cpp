#include "itpn/eval/confusion_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "itpn/core/csv.h"

namespace itpn {
void ConfusionMatrix::add(int64_t label, int64_t predicted) {
  if (std::min(label, predicted) < 0 || std::max(label, predicted) >= classes_) {
    throw std::out_of_range(fmt::format("class {} taken for {}, of {} classes", label, predicted, classes_));
  }
  ++counts_[static_cast<size_t>(label * classes_ + predicted)];
}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  if (other.classes_ != classes_) throw std::invalid_argument("confusion matrices of different sizes");
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

void ConfusionMatrix::set_sums(std::vector<int64_t> sums) {
  if (sums.size() != counts_.size()) throw std::invalid_argument("counts of another number of classes");
  counts_ = std::move(sums);
}

void ConfusionMatrix::reset() { std::fill(counts_.begin(), counts_.end(), 0); }

int64_t ConfusionMatrix::count(int64_t label, int64_t predicted) const {
  return counts_.at(static_cast<size_t>(label * classes_ + predicted));
}

int64_t ConfusionMatrix::count_of(int64_t label) const {
  const auto row = counts_.begin() + label * classes_;
  return std::accumulate(row, row + classes_, int64_t{0});
}

int64_t ConfusionMatrix::total() const { return std::accumulate(counts_.begin(), counts_.end(), int64_t{0}); }

double ConfusionMatrix::accuracy_of(int64_t label) const {
  const int64_t all = count_of(label);
  if (all == 0) return std::numeric_limits<double>::quiet_NaN();
  return 100.0 * static_cast<double>(count(label, label)) / static_cast<double>(all);
}

std::string to_csv(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names) {
  std::string text = "true \\ predicted";
  for (const std::string& name : class_names) text += "," + csv_field(name);
  for (int64_t label = 0; label < matrix.classes(); ++label) {
    text += "\n" + csv_field(class_names.at(static_cast<size_t>(label)));
    for (int64_t predicted = 0; predicted < matrix.classes(); ++predicted) {
      text += fmt::format(",{}", matrix.count(label, predicted));
    }
  }
  return text + "\n";
}

}  // namespace itpn
