#include "tests/faults/whole_run.h"

#include <fmt/format.h>

#include "itpn/core/files.h"
#include "itpn/core/stopwatch.h"
#include "itpn/io/checkpoint_verify.h"
#include "tests/integration/clip_file.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/run_files.h"

namespace itpn::test {

WholeRun::WholeRun(WhichRun which)
    : which_(which),
      is_classifier_(which == WhichRun::kFinetune || which == WhichRun::kFinetuneBf16),
      steps_(is_classifier_ ? 24 : 20) {
  if (is_classifier_) {
    write_colour_data(folder("data"));
    changes_ = everything_on();
    changes_.push_back("checkpoint.every_steps=2");
  } else if (which == WhichRun::kClip) {
    write_clip_file(folder("teacher.safetensors"));
    changes_ = all_clip_terms();
    changes_.push_back("checkpoint.every_steps=3");
  } else {
    changes_ = {"checkpoint.every_steps=3", "mfm.momentum=0.9", "train.micro_batch_size=4"};
  }
  if (which == WhichRun::kPretrainBf16 || which == WhichRun::kFinetuneBf16) changes_.push_back("train.precision=bf16");
}

std::vector<std::string> WholeRun::command(const std::string& run, const std::vector<std::string>& more) const {
  std::vector<std::string> changes = changes_;
  changes.insert(changes.end(), {"--resume", "auto"});
  changes.insert(changes.end(), more.begin(), more.end());
  if (which_ == WhichRun::kClip) return tiny_clip_pretrain(run, folder("teacher.safetensors"), changes);
  return is_classifier_ ? tiny_classifier("finetune", folder("data"), run, changes) : tiny_pretrain(run, changes);
}

void WholeRun::train() {
  const Stopwatch watch;
  const Outcome outcome = run_program(command(folder("whole")));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  seconds_ = watch.seconds();
}

void WholeRun::expect_equal(const std::string& run) const {
  const std::string whole = folder("whole");
  EXPECT_EQ(loss_log(run), loss_log(whole));
  EXPECT_EQ(loss_log(run).size(), static_cast<size_t>(steps_));
  for (const std::string file : {"model.safetensors", "optimizer.safetensors", "ema.safetensors"}) {
    EXPECT_EQ(checkpoint_hash(run, steps_, file), checkpoint_hash(whole, steps_, file)) << file;
  }
}

void WholeRun::expect_saved(const std::string& run) const {
  const auto scan = scan_checkpoints(posix_fs(), join_path(run, "checkpoints"));
  ASSERT_TRUE(scan.latest);
  EXPECT_TRUE(scan.rejected.empty());
  EXPECT_EQ(scan.latest->step(), static_cast<int64_t>(loss_log(run).size()));
}

}  // namespace itpn::test
