// Pre-training with the features of a CLIP model: the run, its resume, its messages, and what its weights are good for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "itpn/core/files.h"
#include "tests/integration/clip_file.h"
#include "tests/integration/close_runs.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/processes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

constexpr int kSteps = 20;  // 4 epochs of 5 steps

std::string metrics_of(const std::string& run) { return read_text_file(posix_fs(), run + "/metrics.jsonl"); }

TEST(ClipPretrain, LogsBothLossesLearnsAndDrawsFeatures) {
  const TemporaryDirectory folder;
  const std::string teacher = folder.file("teacher.safetensors"), run = folder.file("run");
  write_clip_file(teacher);
  const Outcome outcome = run_program(tiny_clip_pretrain(run, teacher));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(metrics_of(run), HasSubstr("\"loss_clip\":"));
  EXPECT_THAT(metrics_of(run), HasSubstr("\"loss_clip_aux\":"));
  EXPECT_TRUE(exists(posix_fs(), run + "/samples/step-0000020.png"));
  const auto loss_at = [&](size_t step) {
    const std::string line = loss_log(run).at(step);
    return std::stod(line.substr(line.find(' ') + 1));
  };
  EXPECT_LT(loss_at(kSteps - 1), 0.98 * loss_at(0));  // seeds are fixed, so this is no matter of luck
}

struct Case {
  std::string name;
  std::vector<std::string> changes;
  int save_at;
  bool has_average = false;
};

class ClipResume : public ::testing::TestWithParam<Case> {};

TEST_P(ClipResume, AfterAKillEqualsARunNeverStopped) {
  const Case& c = GetParam();
  const TemporaryDirectory folder;
  const std::string teacher = folder.file("teacher.safetensors");
  write_clip_file(teacher);
  const std::string whole = folder.file("whole"), resumed = folder.file("resumed");
  ASSERT_EQ(run_program(tiny_clip_pretrain(whole, teacher, c.changes)).code, 0);

  std::vector<std::string> changes = c.changes;
  changes.push_back("checkpoint.every_steps=" + std::to_string(c.save_at));
  changes.push_back("checkpoint.background=false");
  {
    Program program(tiny_clip_pretrain(resumed, teacher, changes));
    ASSERT_TRUE(program.wait_for_file(resumed + "/checkpoints/step-" + std::to_string(c.save_at)));
    program.signal(SIGKILL);
    program.wait();
  }
  changes.insert(changes.end(), {"--resume", "auto"});
  const Outcome rest = run_program(tiny_clip_pretrain(resumed, teacher, changes));
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(loss_log(whole), loss_log(resumed));
  EXPECT_EQ(loss_log(whole).size(), kSteps);
  std::vector<std::string> files = {"model.safetensors", "optimizer.safetensors"};
  if (c.has_average) files.emplace_back("ema.safetensors");
  for (const std::string& file : files) {
    EXPECT_EQ(checkpoint_hash(whole, kSteps, file), checkpoint_hash(resumed, kSteps, file)) << file;
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, ClipResume,
                         ::testing::Values(Case{"MidEpoch", {}, 7},
                                           Case{"Bf16AccumulationDropPath",
                                                {"train.precision=bf16", "teacher.precision=bf16",
                                                 "train.micro_batch_size=4", "model.drop_path=0.3"},
                                                8},
                                           Case{"AllTerms", all_clip_terms(), 10, true}),
                         [](const auto& info) { return info.param.name; });

TEST(ClipPretrain, TwoProcessesEqualOne) {
  const TemporaryDirectory folder;
  const std::string teacher = folder.file("teacher.safetensors");
  write_clip_file(teacher);
  const std::string one = folder.file("one"), two = folder.file("two"), elastic = folder.file("elastic");
  std::vector<std::string> changes = all_clip_terms();
  changes.insert(changes.end(), {"train.micro_batch_size=2", "model.drop_path=0.3", "optim.clip_grad=0.5"});
  const Outcome alone = run_program(tiny_clip_pretrain(one, teacher, changes));
  ASSERT_EQ(alone.code, 0) << alone.err;
  const Outcome both = run_program(launched(2, tiny_clip_pretrain(two, teacher, changes)));
  ASSERT_EQ(both.code, 0) << both.err;
  expect_close_losses(one, two, kSteps);
  expect_close_weights(one, two, kSteps);

  // And the number of processes may change on the way.
  changes.insert(changes.end(), {"--resume", "auto", "train.max_steps=7"});
  ASSERT_EQ(run_program(launched(2, tiny_clip_pretrain(elastic, teacher, changes))).code, 0);
  changes.back() = "train.max_steps=20";
  ASSERT_EQ(run_program(tiny_clip_pretrain(elastic, teacher, changes)).code, 0);
  expect_close_losses(one, elastic, kSteps);
  expect_close_weights(one, elastic, kSteps);
}

TEST(ClipPretrain, ResumingWithAnotherTeacherIsRefused) {
  const TemporaryDirectory folder;
  const std::string teacher = folder.file("teacher.safetensors"), other = folder.file("other.safetensors");
  write_clip_file(teacher);
  write_clip_file(other, {.seed = 1});
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_clip_pretrain(run, teacher, {"train.max_steps=2"})).code, 0);
  const Outcome outcome = run_program(tiny_clip_pretrain(run, other, {"--resume", "auto"}));
  EXPECT_EQ(outcome.code, 4) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("teacher.sha256"));
}

TEST(ClipPretrain, TellsWhatIsWantedWhereTheTeacherIsMissingOrWrong) {
  const TemporaryDirectory folder;
  const auto complaint = [&](const std::string& teacher, int code, const std::vector<std::string>& changes = {}) {
    const Outcome outcome = run_program(tiny_clip_pretrain(folder.file("run"), teacher, changes));
    EXPECT_EQ(outcome.code, code) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(complaint("", 2), HasSubstr("teacher.weights"));
  EXPECT_THAT(complaint("", 2), HasSubstr("ViT-B-16.pt"));
  EXPECT_THAT(complaint(folder.file("absent.pt"), 5), HasSubstr("ViT-B-16.pt"));
  std::ofstream(folder.file("text.pt")) << "no weights at all, only text";
  EXPECT_THAT(complaint(folder.file("text.pt"), 4), HasSubstr("text.pt"));
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("pixels"), {"train.max_steps=1"})).code, 0);
  EXPECT_THAT(complaint(folder.file("pixels") + "/checkpoints/step-1/model.safetensors", 4),
              HasSubstr("not a CLIP vision transformer"));
  write_clip_file(folder.file("teacher.safetensors"));
  EXPECT_THAT(complaint(folder.file("teacher.safetensors"), 2, {"teacher.image_size=48"}), HasSubstr("take 32"));
}

TEST(ClipPretrain, ItsWeightsServeEveryOtherCommand) {
  const TemporaryDirectory folder;
  const std::string teacher = folder.file("teacher.safetensors"), run = folder.file("run"), data = folder.file("data");
  write_clip_file(teacher);
  write_colour_data(data);
  ASSERT_EQ(run_program(tiny_clip_pretrain(run, teacher, {"train.max_steps=2"})).code, 0);
  const Outcome info = run_program({"info", run});
  EXPECT_EQ(info.code, 0) << info.err;
  EXPECT_THAT(info.out, HasSubstr("CLIP"));
  const Outcome converted = run_program({"convert", run, folder.file("student.pth")});
  EXPECT_EQ(converted.code, 0) << converted.err;
  const std::vector<std::string> sizes = {"model.layer_scale=0.1", "model.relative_position_bias=true",
                                          "data.image_size=64", "train.max_steps=2"};
  for (const char* command : {"finetune", "linprobe"}) {
    std::vector<std::string> changes = sizes;
    changes.insert(changes.end(), {"--init", run});
    const Outcome outcome = run_program(tiny_classifier(command, data, folder.file(command), changes));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("0 unexpected"));
  }
  const Outcome again =
      run_program(tiny_clip_pretrain(folder.file("again"), teacher, {"--init", run, "train.max_steps=1"}));
  EXPECT_EQ(again.code, 0) << again.err;
}

}  // namespace
}  // namespace itpn::test
