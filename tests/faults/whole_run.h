// A run of the program that is stopped again and again, and the run never stopped that it must equal bit for bit.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/integration/program.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {

enum class WhichRun { kPretrain, kPretrainBf16, kFinetune, kFinetuneBf16, kClip };

// 20 steps of pre-training (saves every 3 steps; pixels and MFM, or the features of a CLIP model with all terms) or 24
// of fine-tuning (accumulation, mixup, cutmix, augmentation, moving average, drop path, validation each epoch, saves
// every 2 steps), about a second. All runs with one object have the same data.
class WholeRun {
 public:
  explicit WholeRun(WhichRun which);

  // Command line of the run in the directory `run`, which goes on from its newest checkpoint if it has one.
  std::vector<std::string> command(const std::string& run, const std::vector<std::string>& more = {}) const;
  // Trains in one go; done once.
  void train();
  // Seconds that this took.
  double seconds() const { return seconds_; }
  int steps() const { return steps_; }
  std::string folder(const std::string& name) const { return folder_.file(name); }

  // Losses, weights, moments and moving averages at the end of `run` are those of the run never stopped.
  void expect_equal(const std::string& run) const;
  // The run stopped by itself, cleanly: its newest checkpoint verifies and is that of the last step in its log.
  void expect_saved(const std::string& run) const;

 private:
  TemporaryDirectory folder_;
  WhichRun which_;
  bool is_classifier_;
  int steps_;
  std::vector<std::string> changes_;
  double seconds_ = 0.0;
};

}  // namespace itpn::test
