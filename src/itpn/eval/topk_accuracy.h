// Top-1, top-5 and mean loss of a classifier, summed up batch by batch and mergeable over processes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace itpn {

// For each sample the number of classes that come before its own: 0 where the largest logit is the label's. Of equal
// logits the class with the smaller index comes first; what is not a number comes before everything.
// logits (B, classes), labels (B) int64 -> (B) int64
at::Tensor label_ranks(const at::Tensor& logits, const at::Tensor& labels);

class TopKAccuracy {
 public:
  explicit TopKAccuracy(std::vector<int64_t> ks = {1, 5});

  // logits (B, classes), labels (B) int64 within the classes. Waits for the device.
  void add(const at::Tensor& logits, const at::Tensor& labels);
  // Percent of the samples whose class is among the k best; 0 without samples. `k` is one of those asked for.
  double value(int64_t k) const;
  int64_t count() const { return count_; }
  void reset();
  // Adds what another one, of the same ks, has seen.
  void merge(const TopKAccuracy& other);

  // The sums (count, then hits by k) as whole numbers, to be added up over processes, and back.
  std::vector<int64_t> sums() const;
  void set_sums(const std::vector<int64_t>& sums);

 private:
  std::vector<int64_t> ks_;
  std::vector<int64_t> hits_;  // by k
  int64_t count_ = 0;
};

}  // namespace itpn
