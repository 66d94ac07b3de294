// What bad input gets: a message of one or two lines, the right exit code, and nothing lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "itpn/core/files.h"
#include "itpn/io/png_writer.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The program ends with `code`, says `message`, and shows no stack trace.
void expect_refusal(const Outcome& outcome, int code, const std::string& message) {
  EXPECT_EQ(outcome.code, code) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr(message), Not(HasSubstr("Exception raised from")), Not(HasSubstr("frame #"))));
}

struct Refusal {
  std::string name;
  std::vector<std::string> changes;
  int code;
  std::string message;
};

class BadInput : public ::testing::TestWithParam<Refusal> {};

TEST_P(BadInput, IsRefusedBeforeTheFirstStep) {
  const TemporaryDirectory folder;
  const Refusal& c = GetParam();
  expect_refusal(run_program(tiny_pretrain(folder.file("run"), c.changes)), c.code, c.message);
  EXPECT_FALSE(exists(posix_fs(), folder.file("run/metrics.jsonl")));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, BadInput,
    ::testing::Values(
        Refusal{"MissingFolder", {"data.source=folder", "data.path=/nowhere/at/all"}, 3, "/nowhere/at/all"},
        Refusal{"NoPath", {"data.source=folder"}, 2, "data.path"},
        Refusal{"UnknownKey", {"optim.weight_decy=0.1"}, 2, "optim.weight_decay"},
        Refusal{"WrongType", {"train.epochs=many"}, 2, "train.epochs"},
        Refusal{"OutOfRange", {"mask.ratio=1.5"}, 2, "mask.ratio"},
        Refusal{"MissingRecipe", {"/nowhere/recipe.toml"}, 2, "/nowhere/recipe.toml"},
        Refusal{"ImageSize", {"data.image_size=40"}, 2, "data.image_size = 40"},
        Refusal{"OneSideOfTwo", {"data.image_size=32x40"}, 2, "data.image_size = 32x40"},
        Refusal{"HalfASize", {"data.image_size=32x"}, 2, "[height, width]"},
        Refusal{"ThreeSides", {"data.image_size=[32, 32, 3]"}, 2, "[height, width]"},
        Refusal{"TwoChannels", {"data.channels=2", "model.in_channels=2"}, 2, "data.channels = 2"},
        Refusal{"FourChannels", {"model.in_channels=4"}, 2, "model.in_channels = 4, but data.channels = 3"},
        Refusal{"HidesNothing", {"mask.ratio=0.0"}, 2, "mask.ratio"},
        Refusal{"HidesEverything", {"mask.ratio=1.0"}, 2, "mask.ratio"},
        Refusal{"MicroBatch", {"train.micro_batch_size=3"}, 2, "train.micro_batch_size = 3"},
        Refusal{"BatchOverData", {"train.global_batch_size=64"}, 2, "40"},
        Refusal{"Preset", {"model.preset=itpn-huge"}, 2, "itpn-"},
        Refusal{"Fp16OnCpu", {"train.precision=fp16", "train.device=cpu"}, 2, "fp16"},
        Refusal{"UnknownDevice", {"train.device=warp"}, 2, "warp"},
        Refusal{"ContradictingOptions", {"--overwrite", "--resume", "auto"}, 2, "--resume"},
        Refusal{"ResumeFromNothing", {"--resume", "/nowhere/step-1"}, 4, "/nowhere/step-1"},
        Refusal{"InitFromNothing", {"--init", "/nowhere/model.safetensors"}, 5, "/nowhere/model.safetensors"},
        Refusal{"UnknownOption", {"--output-dri", "x"}, 2, "--output-dir"}),
    [](const auto& info) { return info.param.name; });

TEST(BadCommand, NamesTheNearest) {
  expect_refusal(run_program({"pretrian"}), 2, "did you mean \"pretrain\"?");
  EXPECT_EQ(run_program({}).code, 2);
}

// A folder of grey gradients as PNG files.
void write_pictures(const std::string& folder, int count) {
  make_directories(posix_fs(), folder);
  for (int i = 0; i < count; ++i) {
    Image image;
    image.width = image.height = 40;
    image.channels = 3;
    for (int pixel = 0; pixel < 40 * 40 * 3; ++pixel) image.pixels.push_back(static_cast<uint8_t>(pixel * (i + 1)));
    write_file_atomically(posix_fs(), folder + "/" + std::to_string(i) + ".png", encode_png(image));
  }
}

std::vector<std::string> folder_run(const TemporaryDirectory& folder, const std::vector<std::string>& more = {}) {
  std::vector<std::string> changes = {"data.source=folder", "data.path=" + folder.file("pictures"),
                                      "data.cache_dir=off", "train.max_steps=4"};
  changes.insert(changes.end(), more.begin(), more.end());
  return tiny_pretrain(folder.file("run"), changes);
}

TEST(BadPictures, AnEmptyFolderIsADataError) {
  const TemporaryDirectory folder;
  make_directories(posix_fs(), folder.file("pictures"));
  expect_refusal(run_program(folder_run(folder)), 3, folder.file("pictures"));
}

TEST(BadPictures, NoReadablePictureIsADataError) {
  const TemporaryDirectory folder;
  make_directories(posix_fs(), folder.file("pictures"));
  for (int i = 0; i < 10; ++i) {
    write_file_atomically(posix_fs(), folder.file("pictures/" + std::to_string(i) + ".jpg"), std::string("no picture"));
  }
  expect_refusal(run_program(folder_run(folder)), 3, "");
}

TEST(BadPictures, ATruncatedOneAmongGoodOnesIsReplacedAndListed) {
  const TemporaryDirectory folder;
  write_pictures(folder.file("pictures"), 16);
  const std::string victim = folder.file("pictures/3.png");
  std::vector<std::byte> bytes = read_file(posix_fs(), victim);
  bytes.resize(bytes.size() / 3);
  write_file_atomically(posix_fs(), victim, bytes);
  const Outcome outcome = run_program(folder_run(folder));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(read_text_file(posix_fs(), folder.file("run/bad_samples.tsv")), HasSubstr("3.png"));
  expect_refusal(run_program(folder_run(folder, {"--overwrite", "data.max_bad_fraction=0.0"})), 3, "3.png");
}

TEST(ExistingRun, IsKeptUnlessOverwritten) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"train.max_steps=2"})).code, 0);
  expect_refusal(run_program(tiny_pretrain(run)), 2, "--overwrite");
  EXPECT_EQ(checkpoint_steps_of(run), std::vector<int>{2});
  // A bad path is noticed before anything of the old run is deleted.
  expect_refusal(run_program(tiny_pretrain(run, {"--overwrite", "data.source=folder", "data.path=/nowhere/at/all"})), 3,
                 "nowhere");
  EXPECT_EQ(checkpoint_steps_of(run), std::vector<int>{2});
  EXPECT_EQ(run_program(tiny_pretrain(run, {"--overwrite", "train.max_steps=3"})).code, 0);
  EXPECT_EQ(checkpoint_steps_of(run), std::vector<int>{3});
}

TEST(ExistingRun, AFileInPlaceOfTheDirectoryIsAnInputOutputError) {
  const TemporaryDirectory folder;
  write_file_atomically(posix_fs(), folder.file("run"), std::string("a file"));
  expect_refusal(run_program(tiny_pretrain(folder.file("run"))), 5, folder.file("run"));
}

TEST(ResumeRefusals, OtherSizesAndSettings) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"train.max_steps=2"})).code, 0);
  expect_refusal(run_program(tiny_pretrain(run, {"--resume", "auto", "optim.lr=0.5"})), 2, "optim.lr");
  expect_refusal(run_program(tiny_pretrain(run, {"--resume", "auto", "data.synthetic_count=48"})), 2,
                 "synthetic_count");
  expect_refusal(run_program(tiny_pretrain(
                     run, {"--resume", "auto", "--allow-change", "data.synthetic_count=48", "model.preset=itpn-tiny"})),
                 4, "width (embed_dim): the file has 32, itpn-tiny has 256");
  expect_refusal(run_program(tiny_pretrain(run, {"--resume", "auto", "--allow-change", "pretrain.num_outs=1"})), 4,
                 "differences; nothing was loaded");
  EXPECT_EQ(run_program(tiny_pretrain(run, {"--resume", "auto", "--allow-change", "optim.lr=0.01"})).code, 0);
}

TEST(ResumeRefusals, NoSoundCheckpointIsNeverASilentStart) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"train.max_steps=2"})).code, 0);
  write_file_atomically(posix_fs(), run + "/checkpoints/step-2/state.json", std::string("{}"));
  expect_refusal(run_program(tiny_pretrain(run, {"--resume", "auto"})), 4, "step-2");
}

TEST(NotFinite, ADivergingRunStopsAndNamesTheLastCheckpoint) {
  const TemporaryDirectory folder;
  const Outcome outcome =
      run_program(tiny_pretrain(folder.file("run"), {"optim.lr=1e30", "optim.warmup_epochs=1", "train.epochs=50",
                                                     "checkpoint.every_steps=1", "train.max_skipped_steps=2"}));
  expect_refusal(outcome, 6, "checkpoints/step-");
}

TEST(DiskFull, KeepsTheRunGoingAndSaysWhatIsMissing) {
  const TemporaryDirectory folder;
  const std::string words = [&] {
    std::string text;
    for (const std::string& word : tiny_pretrain("$DIR/run", {"checkpoint.every_steps=2"})) text += " " + word;
    return text;
  }();
  const std::string mount = "mount -t tmpfs -o size=200k tmpfs " + folder.path();
  if (std::system(("unshare -Urm sh -c '" + mount + "' 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "this machine does not let a user mount a tmpfs";
  }
  const TemporaryDirectory messages;
  const std::string command = "unshare -Urm sh -c '" + mount + " && DIR=" + folder.path() + " && $ITPN_BINARY" + words +
                              "' 2>" + messages.file("err.txt");
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 5);
  EXPECT_THAT(read_text_file(posix_fs(), messages.file("err.txt")), HasSubstr("free"));
}

}  // namespace
}  // namespace itpn::test
