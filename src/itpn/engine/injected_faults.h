// Steps that are to go wrong, for tests of what a run does then: the environment variable ITPN_INJECT names them, as
// "loss@3,gradient@5:1,spike@9,throw@11:1,exit@12,slow@13" - the loss of step 3 becomes NaN in every process, a
// gradient of step 5 in process 1 alone, the loss of step 9 becomes a hundred times as large; step 11 throws in process
// 1 alone, as a disk does that fails, step 12 ends every process without a word, with exit code 1, and step 13 takes
// three seconds more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

class InjectedFaults {
 public:
  // None.
  InjectedFaults() = default;
  // Throws a usage error (exit 2) for a text that makes no sense.
  explicit InjectedFaults(const std::string& text);
  static InjectedFaults from_environment();

  // What the loss of `step` (from 1) in process `rank` is multiplied by: 1, or 100 or NaN where it is to go wrong.
  double loss_factor(int64_t step, int64_t rank) const {
    return factor("loss", step, rank) * factor("spike", step, rank);
  }
  // The same of what the backward pass starts from; the loss itself stays as it is.
  double gradient_factor(int64_t step, int64_t rank) const { return factor("gradient", step, rank); }

  // Throws, waits or ends the process, where the step is to.
  void strike(int64_t step, int64_t rank) const;

 private:
  struct Fault {
    std::string kind;
    int64_t step = 0;
    int64_t rank = -1;  // -1: every process
  };
  bool is_struck(const std::string& kind, int64_t step, int64_t rank) const;
  double factor(const std::string& kind, int64_t step, int64_t rank) const;

  std::vector<Fault> faults_;
};

}  // namespace itpn
