// A classifier's run that is killed and resumed leaves the same losses and the same weights, bit for bit, as one never
// stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "itpn/core/files.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/processes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

constexpr int kSteps = 24;  // 4 epochs of 6 steps

struct Case {
  std::string name;
  std::string command;
  std::vector<std::string> changes;
  int save_at;  // not at the end of an epoch unless that is the point
  bool has_average = false;
};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class ClassifierResume : public ::testing::TestWithParam<Case> {};

TEST_P(ClassifierResume, AfterAKillEqualsARunNeverStopped) {
  const Case& c = GetParam();
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), whole = folder.file("whole"), resumed = folder.file("resumed");
  write_colour_data(data);
  std::vector<std::string> changes = c.changes;
  if (c.command == "linprobe") {
    ASSERT_EQ(run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=1"})).code, 0);
    changes = with(changes, {"--init", folder.file("pretrained")});
  }
  const Outcome straight = run_program(tiny_classifier(c.command, data, whole, changes));
  ASSERT_EQ(straight.code, 0) << straight.err;

  const std::string step = std::to_string(c.save_at);
  changes = with(changes, {"checkpoint.every_steps=" + step, "checkpoint.background=false"});
  {
    Program program(tiny_classifier(c.command, data, resumed, changes));
    ASSERT_TRUE(program.wait_for_file(resumed + "/checkpoints/step-" + step));
    program.signal(SIGKILL);
    program.wait();
  }
  const Outcome rest = run_program(tiny_classifier(c.command, data, resumed, with(changes, {"--resume", "auto"})));
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_THAT(rest.err, HasSubstr("resuming from"));
  EXPECT_EQ(loss_log(whole), loss_log(resumed));
  EXPECT_EQ(loss_log(whole).size(), static_cast<size_t>(kSteps));
  for (const std::string file : {"model.safetensors", "optimizer.safetensors"}) {
    EXPECT_EQ(checkpoint_hash(whole, kSteps, file), checkpoint_hash(resumed, kSteps, file)) << file;
  }
  if (!c.has_average) return;
  EXPECT_EQ(checkpoint_hash(whole, kSteps, "ema.safetensors"), checkpoint_hash(resumed, kSteps, "ema.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, ClassifierResume,
    ::testing::Values(Case{"Plain", "finetune", {}, 8}, Case{"Everything", "finetune", everything_on(), 7, true},
                      Case{"EverythingInBf16", "finetune", with(everything_on(), {"train.precision=bf16"}), 9, true},
                      Case{"EpochEdge", "finetune", everything_on(), 12, true}, Case{"Probe", "linprobe", {}, 8},
                      Case{"CachedProbe", "linprobe", {"probe.cache_features=true"}, 8},
                      Case{"GreyAndWide", "finetune",
                           with(everything_on(), {"data.image_size=32x48", "data.channels=1", "model.in_channels=1"}),
                           8, true}),
    [](const auto& info) { return info.param.name; });

TEST(ClassifierResume, OfAnotherTaskIsRefused) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=1"})).code, 0);
  const Outcome outcome = run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"),
                                                      {"--resume", folder.file("pretrained/checkpoints/step-1")}));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("itpn pretrain"));
}

TEST(ClassifierResume, AnotherMicroBatchChangesWhatIsMixedAndIsRefused) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::string run = folder.file("run");
  const std::vector<std::string> mixed = {"mix.mixup=0.8", "train.max_steps=2"};
  ASSERT_EQ(run_program(tiny_classifier("finetune", folder.file("data"), run, mixed)).code, 0);
  const Outcome outcome = run_program(tiny_classifier("finetune", folder.file("data"), run,
                                                      with(mixed, {"train.micro_batch_size=2", "--resume", "auto"})));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("train.micro_batch_size"));
}

TEST(ClassifierResume, AnotherNumberOfProcessesThatChangesTheMicroBatchIsRefusedToo) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const auto words =
      tiny_classifier("finetune", folder.file("data"), folder.file("run"), {"mix.mixup=0.8", "train.max_steps=2"});
  ASSERT_EQ(run_program(words).code, 0);
  const Outcome outcome = run_program(launched(2, with(words, {"--resume", "auto"})));
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_THAT(outcome.err,
              HasSubstr("train.micro_batch_size: 0 (4 pictures in a forward pass, 1 process(es)) -> 0 (2"));
}

TEST(ClassifierResume, OtherClassesAreNoticedThoughTheirNumberIsTheSame) {
  const TemporaryDirectory folder;
  const std::string data = folder.file("data");
  write_colour_data(data);
  const auto words = tiny_classifier("finetune", data, folder.file("run"), {"train.max_steps=2"});
  ASSERT_EQ(run_program(words).code, 0);
  for (const std::string set : {"train", "val"}) {
    ASSERT_EQ(posix_fs().rename(data + "/" + set + "/blue", data + "/" + set + "/zebra"), 0);
  }
  const Outcome outcome = run_program(with(words, {"--resume", "auto"}));
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("class 0 was blue and is now green"));
}

TEST(ClassifierResume, ARunThatDiedBeforeItsFirstCheckpointStartsFromItsWeightsAgain) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=1"})).code, 0);
  for (const std::string command : {"finetune", "linprobe"}) {
    const std::string whole = folder.file(command), died = folder.file(command + "-died");
    const std::vector<std::string> init = {"--init", folder.file("pretrained"), "train.epochs=1"};
    ASSERT_EQ(run_program(tiny_classifier(command, folder.file("data"), whole, init)).code, 0);
    Launch launch{.arguments = tiny_classifier(command, folder.file("data"), died, init)};
    launch.variables = {"ITPN_INJECT=exit@3"};
    ASSERT_EQ(Program(launch).wait().code, 1);
    ASSERT_TRUE(checkpoint_steps_of(died).empty());
    const Outcome outcome = run_program({command, "--output-dir", died, "--resume", "auto"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(loss_log(whole), loss_log(died)) << command;
  }
}

TEST(ClassifierResume, AProbeWithoutACheckpointAndWithoutWeightsIsRefused) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const Outcome outcome =
      run_program(tiny_classifier("linprobe", folder.file("data"), folder.file("run"), {"--resume", "auto"}));
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("--init"));
}

TEST(ClassifierResume, ABestCheckpointThatIsGoneIsNotWaitedFor) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::string run = folder.file("run"), mark = run + "/checkpoints/best";
  const auto words = tiny_classifier("finetune", folder.file("data"), run, {"train.epochs=12", "optim.lr=3e-3"});
  ASSERT_EQ(run_program(words).code, 0);
  const std::string best = run + "/checkpoints/step-" + std::to_string(std::stoi(read_text_file(posix_fs(), mark)));
  ASSERT_NE(best, run + "/checkpoints/step-72") << "the last one, which the run goes on from";
  remove_all(posix_fs(), best);
  ASSERT_EQ(run_program(with(words, {"--resume", "auto", "train.epochs=13", "--allow-change"})).code, 0);
  const Outcome outcome = run_program({"eval", run, "--best", "--data", folder.file("data/val")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

}  // namespace
}  // namespace itpn::test
