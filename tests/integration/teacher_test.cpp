// A teacher made at home: a vision tower trained on pictures with classes, and a student of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/colour_classes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> tiny_teacher(const std::string& data, const std::string& output_dir,
                                      const std::vector<std::string>& changes = {}) {
  std::vector<std::string> words = {"teacher",
                                    "--output-dir",
                                    output_dir,
                                    "data.path=" + data + "/train",
                                    "data.val_path=" + data + "/val",
                                    "data.image_size=32",
                                    "data.cache_dir=off",
                                    "data.workers=1",
                                    "model.width=64",
                                    "model.depth=1",
                                    "model.output_dim=16",
                                    "augment.randaugment=",
                                    "augment.erase_probability=0.0",
                                    "train.global_batch_size=4",
                                    "train.epochs=4",
                                    "optim.lr=1e-3",
                                    "optim.warmup_epochs=0.5",
                                    "log.every_steps=1",
                                    "log.tensorboard=false"};
  words.insert(words.end(), changes.begin(), changes.end());
  return words;
}

TEST(Teacher, LearnsClassesAndIsReadAsTheTeacherOfAStudent) {
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), teacher = folder.file("teacher");
  write_colour_data(data);
  const Outcome trained = run_program(tiny_teacher(data, teacher));
  ASSERT_EQ(trained.code, 0) << trained.err;
  // Three colours that are told apart by their mean; a third would be luck. Seeds are fixed.
  EXPECT_THAT(trained.err, HasSubstr("top-1 100.00 %"));
  const Outcome student = run_program(
      tiny_pretrain(folder.file("student"), {"train.max_steps=1", "pretrain.supervision=clip", "mfm.enabled=false",
                                             "mask.ratio=0.5", "teacher.image_size=32", "teacher.weights=" + teacher}));
  EXPECT_EQ(student.code, 0) << student.err;
}

TEST(Teacher, ResumedEqualsARunNeverStopped) {
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), whole = folder.file("whole"), stopped = folder.file("stopped");
  write_colour_data(data);
  ASSERT_EQ(run_program(tiny_teacher(data, whole)).code, 0);
  ASSERT_EQ(run_program(tiny_teacher(data, stopped, {"train.max_steps=7"})).code, 0);
  const Outcome rest = run_program(tiny_teacher(data, stopped, {"--resume", "auto", "train.max_steps=0"}));
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(loss_log(whole), loss_log(stopped));
  EXPECT_EQ(checkpoint_hash(whole, 24, "model.safetensors"), checkpoint_hash(stopped, 24, "model.safetensors"));
}

}  // namespace
}  // namespace itpn::test
