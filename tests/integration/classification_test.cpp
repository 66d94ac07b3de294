// From pre-trained weights to a classifier that is measured and used: the whole path from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "itpn/core/files.h"
#include "itpn/io/safetensors.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<json> json_lines(const std::string& text) {
  std::vector<json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

// A classifier of colours that has learnt its task, with its data; trained once for all tests that use one.
class UsedClassifier : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory();
    write_colour_data(data());
    outcome_ = new Outcome(run_program(tiny_classifier(
        "finetune", data(), run(), {"train.epochs=12", "ema.decay=0.5", "log.tensorboard=true", "optim.lr=3e-3"})));
  }
  static void TearDownTestSuite() {
    delete folder_;
    delete outcome_;
  }
  void SetUp() override { ASSERT_EQ(outcome_->code, 0) << outcome_->err; }

  static std::string data() { return folder_->file("data"); }
  static std::string run() { return folder_->file("run"); }
  static std::string picture(const std::string& name) { return data() + "/val/" + name + "/0.png"; }

  static TemporaryDirectory* folder_;
  static Outcome* outcome_;
};
TemporaryDirectory* UsedClassifier::folder_ = nullptr;
Outcome* UsedClassifier::outcome_ = nullptr;

TEST_F(UsedClassifier, HasLearntAndLoggedEveryEpoch) {
  EXPECT_THAT(outcome_->out, HasSubstr("top-1 100.00 %"));
  EXPECT_THAT(outcome_->err, HasSubstr("no --init"));
  int validations = 0;
  for (const json& line : json_lines(read_text_file(posix_fs(), run() + "/metrics.jsonl"))) {
    if (!line.contains("val_top1")) continue;
    ++validations;
    for (const char* key : {"val_top5", "val_loss", "val_ema_top1"}) EXPECT_TRUE(line.contains(key)) << key;
  }
  EXPECT_EQ(validations, 12);
}

TEST_F(UsedClassifier, EvalAgreesWithTheTrainingRun) {
  const std::string report = folder_->file("report");
  const Outcome outcome = run_program({"eval", run(), "--data", data() + "/val", "--json", "-o", report});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json result = json::parse(outcome.out);
  EXPECT_EQ(result["pictures"], 12);
  EXPECT_EQ(result["top1"], 100.0);
  const json last = [&] {
    json found;
    for (const json& line : json_lines(read_text_file(posix_fs(), run() + "/metrics.jsonl"))) {
      if (line.contains("val_top1")) found = line;
    }
    return found;
  }();
  EXPECT_NEAR(result["loss"].get<double>(), last["val_loss"].get<double>(), 1e-6);
  EXPECT_EQ(result["confusion"], json({{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}));
  EXPECT_EQ(read_text_file(posix_fs(), report + "/confusion.csv"),
            "true \\ predicted,blue,green,red\nblue,4,0,0\ngreen,0,4,0\nred,0,0,4\n");
  EXPECT_TRUE(exists(posix_fs(), report + "/confusion.png"));
  EXPECT_THAT(read_text_file(posix_fs(), report + "/classes.csv"), HasSubstr("green,4,100.0000\n"));
}

TEST_F(UsedClassifier, EvalCountsEveryPictureOnceWhateverTheBatch) {
  std::vector<json> results;
  for (const std::string batch : {"1", "5", "64"}) {
    const Outcome outcome =
        run_program({"eval", run(), "--data", data() + "/train", "--json", "--batch-size", batch, "--averaged"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    results.push_back(json::parse(outcome.out));
    EXPECT_EQ(results.back()["pictures"], 24);
    EXPECT_EQ(results.back()["confusion"], results.front()["confusion"]);
    EXPECT_NEAR(results.back()["loss"].get<double>(), results.front()["loss"].get<double>(), 1e-5);
  }
}

TEST_F(UsedClassifier, EvalTakesSomeOfTheClassesAndRefusesUnknownOnes) {
  const std::string some = folder_->file("some"), strange = folder_->file("strange");
  write_colour_classes(some, {"red"}, 3, 5);
  write_colour_classes(strange, {"purple"}, 3, 5);
  const Outcome part = run_program({"eval", run(), "--data", some, "--json"});
  ASSERT_EQ(part.code, 0) << part.err;
  EXPECT_EQ(json::parse(part.out)["confusion"][2], json({0, 0, 3}));
  const Outcome unknown = run_program({"eval", run(), "--data", strange});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("purple"));
}

TEST_F(UsedClassifier, EvalLeavesOutWhatCannotBeReadAndSaysSo) {
  const std::string broken = folder_->file("broken");
  write_colour_classes(broken, {"blue", "green", "red"}, 3, 6);
  write_file_atomically(posix_fs(), broken + "/red/9.png", std::string("no picture"));
  const Outcome outcome = run_program({"eval", run(), "--data", broken, "--json"});
  EXPECT_EQ(outcome.code, 3);
  const json result = json::parse(outcome.out);
  EXPECT_EQ(result["pictures"], 9);
  EXPECT_EQ(result["unreadable"], 1);
}

TEST_F(UsedClassifier, PredictNamesTheClassesInEveryFormat) {
  const Outcome table = run_program({"predict", run(), picture("green"), "--top", "1"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("%  green"));
  const Outcome csv = run_program({"predict", run(), picture("red"), "--format", "csv", "--top", "2"});
  EXPECT_THAT(csv.out, HasSubstr("path,rank,index,class,probability,error\n" + picture("red") + ",1,2,red,"));
  const Outcome lines = run_program({"predict", run(), data() + "/val", "--format", "json"});
  const std::vector<json> pictures = json_lines(lines.out);
  ASSERT_EQ(pictures.size(), 12U);
  for (const json& line : pictures) {
    const json& best = line["predictions"][0];
    EXPECT_THAT(line["path"].get<std::string>(), HasSubstr("/" + best["class"].get<std::string>() + "/"));
    double sum = 0.0;
    for (const json& guess : line["predictions"]) sum += guess["probability"].get<double>();
    EXPECT_NEAR(sum, 1.0, 1e-5);
  }
}

TEST_F(UsedClassifier, PredictDoesTheRestAndEndsWithThreeAfterWhatIsNoPicture) {
  const std::string text = folder_->file("text.png"), list = folder_->file("list.txt");
  write_file_atomically(posix_fs(), text, std::string("no picture"));
  write_file_atomically(posix_fs(), list, picture("blue") + "\n");
  const Outcome outcome =
      run_program({"predict", run(), picture("red"), text, "/nowhere.png", list, "--format", "json"});
  EXPECT_EQ(outcome.code, 3);
  const std::vector<json> lines = json_lines(outcome.out);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0]["predictions"][0]["class"], "red");
  EXPECT_TRUE(lines[1].contains("error"));
  EXPECT_TRUE(lines[2].contains("error"));
  EXPECT_EQ(lines[3]["predictions"][0]["class"], "blue");
  EXPECT_THAT(outcome.err, HasSubstr(text));
}

TEST_F(UsedClassifier, WeightsAloneKnowTheirClasses) {
  const std::string file = folder_->file("alone.safetensors");
  write_file_atomically(posix_fs(), file, read_file(posix_fs(), run() + "/checkpoints/step-72/model.safetensors"));
  const Outcome outcome = run_program({"predict", file, picture("green"), "--top", "1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("%  green"));
}

TEST_F(UsedClassifier, TheBestCheckpointStaysAndCanBeNamed) {
  const std::string best = read_text_file(posix_fs(), run() + "/checkpoints/best");
  EXPECT_THAT(checkpoint_steps_of(run()), Contains(std::stoi(best)));
  const Outcome outcome = run_program({"eval", run(), "--best", "--data", data() + "/val", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(json::parse(outcome.out)["weights"].get<std::string>(),
              HasSubstr("step-" + std::to_string(std::stoi(best))));
}

TEST(Finetune, StartsFromAPretrainedRunOfAnotherPictureSize) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const Outcome pretrained =
      run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=2", "data.image_size=64"}));
  ASSERT_EQ(pretrained.code, 0) << pretrained.err;
  const Outcome outcome =
      run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"),
                                  {"--init", folder.file("pretrained"), "model.preset=auto", "train.max_steps=1"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("absolute_pos_embed"));  // reshaped
  EXPECT_THAT(outcome.err, HasSubstr("itpn-nano"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("no --init")));
  EXPECT_THAT(read_text_file(posix_fs(), folder.file("run/config.toml")), HasSubstr("preset = \"itpn-nano\""));
  // Without a recipe and without --init, the run goes on as it was.
  const Outcome more = run_program({"finetune", "-o", folder.file("run"), "--resume", "auto", "train.max_steps=3"});
  ASSERT_EQ(more.code, 0) << more.err;
  EXPECT_EQ(loss_log(folder.file("run")).size(), 3U);
}

TEST(Linprobe, TrainsTheHeadAloneWithAndWithoutCachedFeatures) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=2"})).code, 0);
  for (const std::string cached : {"true", "false"}) {
    const std::string run = folder.file("probe-" + cached);
    const Outcome outcome =
        run_program(tiny_classifier("linprobe", folder.file("data"), run,
                                    {"--init", folder.file("pretrained"), "probe.cache_features=" + cached,
                                     "optim.lr=5.0", "train.epochs=20", "log.validate_every_epochs=0"}));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("top-1 100.00 %")) << cached;
    // The backbone is as it was.
    SafetensorsFile before(posix_fs(), folder.file("pretrained/checkpoints/step-2/model.safetensors"));
    SafetensorsFile after(posix_fs(), run + "/checkpoints/step-120/model.safetensors");
    const TensorInfo* info = before.find("blocks.0.mlp.fc1.weight");
    ASSERT_NE(info, nullptr);
    std::vector<std::byte> first(info->bytes), second(info->bytes);
    before.read(*info, first);
    after.read(*after.find(info->name), second);
    EXPECT_EQ(first, second);
    const Outcome used = run_program({"predict", run, folder.file("data/val/red/1.png"), "--top", "1"});
    EXPECT_THAT(used.out, HasSubstr("%  red"));
  }
}

TEST(Knn, ClassifiesByNeighboursAlsoDuringPretraining) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const Outcome pretrained = run_program(tiny_pretrain(
      folder.file("run"), {"data.source=folder", "data.path=" + folder.file("data/train"), "data.cache_dir=off",
                           "data.val_path=" + folder.file("data/val"), "log.knn_every_epochs=2", "train.epochs=2"}));
  ASSERT_EQ(pretrained.code, 0) << pretrained.err;
  const Outcome outcome =
      run_program({"knn", "--init", folder.file("run"), "--data", folder.file("data"), "-k", "5", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json result = json::parse(outcome.out);
  EXPECT_EQ(result["known"], 24);
  EXPECT_EQ(result["asked"], 12);
  EXPECT_GE(result["top1"].get<double>(), 90.0);  // colours lie far apart even in random features
  std::vector<double> logged;
  for (const json& line : json_lines(read_text_file(posix_fs(), folder.file("run/metrics.jsonl")))) {
    if (line.contains("knn_top1")) logged.push_back(line["knn_top1"]);
  }
  EXPECT_EQ(logged.size(), 1U);
}

// Names and bytes of the feature pyramid's weights in a file.
std::map<std::string, std::vector<std::byte>> pyramid_of(const std::string& path) {
  SafetensorsFile file(posix_fs(), path);
  std::map<std::string, std::vector<std::byte>> found;
  for (const TensorInfo& tensor : file.tensors()) {
    if (!tensor.name.starts_with("fpn_modules.") && !tensor.name.starts_with("align_dim_")) continue;
    found[tensor.name].resize(tensor.bytes);
    file.read(tensor, found[tensor.name]);
  }
  return found;
}

TEST(HandOver, KeepsThePyramidOfPreTrainingBitForBitThroughFineTuningResumeAndProbing) {
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), tuned = folder.file("tuned"), probed = folder.file("probed");
  write_colour_data(data);
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("run"), {"train.max_steps=2"})).code, 0);
  const auto learn = [&](const std::string& command, const std::string& init, const std::string& output,
                         const std::vector<std::string>& more) {
    std::vector<std::string> changes = {"--init", init};
    changes.insert(changes.end(), more.begin(), more.end());
    const Outcome outcome = run_program(tiny_classifier(command, data, output, changes));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  };
  const auto original = pyramid_of(folder.file("run/checkpoints/step-2/model.safetensors"));
  ASSERT_GE(original.size(), 10U);
  learn("finetune", folder.file("run"), tuned, {"train.max_steps=3", "train.precision=bf16", "ema.decay=0.9"});
  learn("finetune", folder.file("run"), tuned,
        {"train.max_steps=5", "train.precision=bf16", "ema.decay=0.9", "--resume", "auto"});
  EXPECT_EQ(pyramid_of(tuned + "/checkpoints/step-5/model.safetensors"), original);
  EXPECT_EQ(pyramid_of(tuned + "/checkpoints/step-5/ema.safetensors"), original);
  // The probe's model is that of the weights: with the relative position bias that fine-tuning has added.
  learn("linprobe", tuned, probed, {"train.max_steps=2", "model.preset=auto"});
  EXPECT_EQ(pyramid_of(probed + "/checkpoints/step-2/model.safetensors"), original);
  const Outcome embedded = run_program({"embed", probed, data + "/val", "--level", "p2", "-o", folder.file("p2.npy")});
  EXPECT_EQ(embedded.code, 0) << embedded.err;
}

TEST(HandOver, StartsFromAPthFileAsFromTheRunItself) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::string run = folder.file("run"), pth = folder.file("weights.pth");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"train.max_steps=2"})).code, 0);
  ASSERT_EQ(run_program({"convert", run, pth}).code, 0);
  std::vector<std::vector<std::string>> losses;
  for (const std::string& init : {run, pth}) {
    losses.emplace_back();
    const std::string output = folder.file(std::to_string(losses.size()));
    const Outcome outcome =
        run_program(tiny_classifier("finetune", folder.file("data"), output, {"--init", init, "train.max_steps=3"}));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    losses.back() = loss_log(output);
  }
  EXPECT_EQ(losses[0].size(), 3U);
  EXPECT_EQ(losses[0], losses[1]);
}

TEST(HandOver, RefusesWeightsOfAnotherPresetAndShowsBothSizes) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("run"), {"train.max_steps=1"})).code, 0);
  for (const std::string command : {"finetune", "linprobe"}) {
    const Outcome outcome = run_program(tiny_classifier(command, folder.file("data"), folder.file(command),
                                                        {"--init", folder.file("run"), "model.preset=itpn-tiny"}));
    EXPECT_EQ(outcome.code, 4);
    EXPECT_THAT(outcome.err, HasSubstr("width (embed_dim): the file has 32, itpn-tiny has 256"));
    EXPECT_THAT(outcome.err, HasSubstr("They are of itpn-nano"));
    EXPECT_FALSE(exists(posix_fs(), folder.file(command)));
  }
}

TEST(Data, ExportsTheSyntheticSetAsSoundFoldersOfClasses) {
  const TemporaryDirectory folder;
  const std::string shapes = folder.file("shapes");
  const Outcome exported = run_program({"data", "--export-synthetic", shapes, "--count", "40"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  for (const auto& [part, count] : {std::pair{"/train", 40}, std::pair{"/val", 10}}) {
    const Outcome checked = run_program({"data", shapes + part, "--json"});
    ASSERT_EQ(checked.code, 0) << checked.out;
    EXPECT_EQ(json::parse(checked.out)["images"], count);
  }
  EXPECT_EQ(run_program({"data"}).code, 2);
}

TEST(Embed, WritesLevelsWithTheirStrides) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("run"), {"train.max_steps=1"})).code, 0);
  const auto embed = [&](const std::string& level, const std::string& format) {
    const Outcome outcome = run_program({"embed", folder.file("run"), folder.file("data/val"), "--level", level,
                                         "--format", format, "-o", folder.file(level + "." + format)});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_THAT(embed("pooled", "npy"), HasSubstr("pooled (12 x 32)"));
  EXPECT_THAT(embed("p2", "safetensors"), HasSubstr("p2 (12 x 16 x 8 x 8), stride 4"));
  EXPECT_THAT(embed("p4", "npy"), HasSubstr("p4 (12 x 16 x 2 x 2), stride 16"));
  EXPECT_THAT(embed("pooled", "csv"), HasSubstr("pooled (12 x 32)"));
  EXPECT_EQ(read_file(posix_fs(), folder.file("pooled.npy")).size(), 128U + 12 * 32 * 4);
  SafetensorsFile file(posix_fs(), folder.file("p2.safetensors"));
  EXPECT_THAT(file.find("features")->shape, ElementsAre(12, 16, 8, 8));
  EXPECT_EQ(file.metadata().at("stride"), "4");
  EXPECT_EQ(json::parse(file.metadata().at("pictures")).size(), 12U);
  const Outcome unknown = run_program({"embed", folder.file("run"), folder.file("data/val"), "--level", "p9"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("p2, p3, p4, pooled"));
}

}  // namespace
}  // namespace itpn::test
