// A detector from outside: trained, measured, used; killed and resumed; on several processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "itpn/core/files.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/processes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

constexpr int kSteps = 6;  // 2 epochs of 3 steps

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The smallest detector on a few built-in pictures, a tenth of a second a step.
Words tiny_detector(const std::string& output_dir, const Words& changes = {}) {
  return with({"detect",
               "--output-dir",
               output_dir,
               "model.preset=itpn-nano",
               "model.drop_path=0.2",
               "data.synthetic_count=12",
               "augment.short_sides=[64,72]",
               "augment.longest_side=96",
               "augment.crop=0.5",
               "augment.crop_short_sides=[64]",
               "augment.smallest_crop=32",
               "augment.largest_crop=48",
               "preprocess.short_side=64",
               "preprocess.longest_side=96",
               "train.epochs=2",
               "train.global_batch_size=4",
               "detector.samples=32",
               "detector.proposals=20",
               "eval.every_epochs=0",
               "log.every_steps=1"},
              changes);
}

struct Case {
  std::string name;
  Words changes;
};

class DetectorResume : public ::testing::TestWithParam<Case> {};

TEST_P(DetectorResume, AfterAKillEqualsARunNeverStopped) {
  const TemporaryDirectory folder;
  const std::string whole = folder.file("whole"), resumed = folder.file("resumed");
  const Outcome straight = run_program(tiny_detector(whole, GetParam().changes));
  ASSERT_EQ(straight.code, 0) << straight.err;
  const Words stops = with(GetParam().changes, {"checkpoint.every_steps=2", "checkpoint.background=false"});
  {
    Program program(tiny_detector(resumed, stops));
    ASSERT_TRUE(program.wait_for_file(resumed + "/checkpoints/step-2"));
    program.signal(SIGKILL);
    program.wait();
  }
  // Any number of threads makes the same pictures.
  const Outcome rest = run_program(tiny_detector(resumed, with(stops, {"--resume", "auto", "data.workers=3"})));
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_THAT(rest.err, HasSubstr("resuming from"));
  EXPECT_EQ(loss_log(whole), loss_log(resumed));
  EXPECT_EQ(loss_log(whole).size(), static_cast<size_t>(kSteps));
  for (const std::string file : {"model.safetensors", "optimizer.safetensors"}) {
    EXPECT_EQ(checkpoint_hash(whole, kSteps, file), checkpoint_hash(resumed, kSteps, file)) << file;
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, DetectorResume,
                         ::testing::Values(Case{"MaskRcnn", {}}, Case{"MicroBatches", {"train.micro_batch_size=2"}},
                                           Case{"CascadeOfBoxes",
                                                {"detector.type=cascade_mask_rcnn", "detector.masks=off"}}),
                         [](const auto& info) { return info.param.name; });

// One process with micro-batches of 4 sees the pictures together that two with micro-batches of 2 do. Which boxes are
// learnt from is a choice: sums in another order can turn it where two scores are equal but for rounding, which moves
// the losses of that step by some percent. Divisors or statistics of one process alone would move them in every step.
TEST(DistributedDetector, TwoProcessesEqualOne) {
  const TemporaryDirectory folder;
  const std::string one = folder.file("one"), two = folder.file("two");
  const Outcome alone = run_program(tiny_detector(one, {"train.micro_batch_size=4"}));
  ASSERT_EQ(alone.code, 0) << alone.err;
  const Outcome both = run_program(launched(2, tiny_detector(two, {"train.micro_batch_size=2"})));
  ASSERT_EQ(both.code, 0) << both.err;
  for (const int column : {1, 2}) {
    const std::vector<double> a = logged(one, column), b = logged(two, column);
    ASSERT_EQ(a.size(), static_cast<size_t>(kSteps));
    ASSERT_EQ(b.size(), a.size());
    int close = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_NEAR(a[i], b[i], 0.05 * a[i]) << "step " << i + 1 << ", column " << column;
      close += std::abs(a[i] - b[i]) <= 2e-5 * a[i] ? 1 : 0;
    }
    EXPECT_GE(close, kSteps / 2) << "column " << column;
  }
  EXPECT_EQ(alone.out.substr(alone.out.find("objects")), both.out.substr(both.out.find("objects")))
      << "measured alike, by one speaker";
}

const std::vector<std::string> kShapes = {"ring", "bar",    "disk",     "cross",   "moon",
                                          "star", "square", "triangle", "ellipse", "hexagon"};

// Two pictures in COCO's layout with a box each. The built-in classes come in another order, with falling ids.
void write_objects(const std::string& folder) {
  write_colour_classes(folder + "/val", {"red"}, 2, 1);
  const auto box = [](int id, int image, int category) {
    return json{{"id", id},    {"image_id", image}, {"category_id", category}, {"bbox", {4, 4, 30, 32}},
                {"area", 960}, {"iscrowd", 0}};
  };
  const json images = {{{"id", 7}, {"width", 40}, {"height", 40}, {"file_name", "red/0.png"}},
                       {{"id", 3}, {"width", 40}, {"height", 40}, {"file_name", "red/1.png"}}};
  json categories = json::array();
  for (size_t i = 0; i < kShapes.size(); ++i) categories.push_back({{"id", 40 - 2 * i}, {"name", kShapes[i]}});
  const json set = {{"images", images}, {"annotations", {box(1, 7, 40), box(2, 3, 38)}}, {"categories", categories}};
  make_directories(posix_fs(), folder + "/annotations");
  write_file_atomically(posix_fs(), folder + "/annotations/instances_val.json", set.dump());
}

// Trained once for all tests that use it.
class UsedDetector : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory();
    outcome_ = new Outcome(run_program(tiny_detector(run(), {"eval.every_epochs=1"})));
    write_objects(data());
  }
  static void TearDownTestSuite() {
    delete folder_;
    delete outcome_;
  }
  void SetUp() override { ASSERT_EQ(outcome_->code, 0) << outcome_->err; }

  static std::string run() { return folder_->file("run"); }
  static std::string data() { return folder_->file("data"); }

  static TemporaryDirectory* folder_;
  static Outcome* outcome_;
};
TemporaryDirectory* UsedDetector::folder_ = nullptr;
Outcome* UsedDetector::outcome_ = nullptr;

TEST_F(UsedDetector, LogsEveryLossTermAndWhatItMeasures) {
  const std::string log = read_text_file(posix_fs(), run() + "/metrics.jsonl");
  for (const char* key : {"\"loss_rpn_cls\"", "\"loss_rpn_bbox\"", "\"loss_cls\"", "\"loss_bbox\"", "\"loss_mask\"",
                          "\"val_bbox_AP\"", "\"val_segm_AP50\""}) {
    EXPECT_THAT(log, HasSubstr(key));
  }
  EXPECT_THAT(outcome_->out, HasSubstr("APs"));
  EXPECT_THAT(outcome_->out, HasSubstr("triangle"));
  EXPECT_THAT(outcome_->out, HasSubstr("best segm_AP"));
}

TEST_F(UsedDetector, IsMeasuredOnFilesOfOtherIdsAndAnOrderOfClassesOfTheirOwn) {
  const std::string report = folder_->file("report");
  const Outcome outcome = run_program({"eval", run(), "--data", data(), "--json", "-o", report});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json result = json::parse(outcome.out);
  EXPECT_EQ(result["pictures"], 2);
  EXPECT_TRUE(result.contains("bbox_AP50"));
  EXPECT_FALSE(result.contains("segm_AP")) << "no object of the file has a mask";
  ASSERT_EQ(result["classes"].size(), kShapes.size());
  EXPECT_EQ(result["classes"][0]["name"], kShapes.back()) << "by id";
  EXPECT_THAT(read_text_file(posix_fs(), report + "/per_class.csv"), HasSubstr("\nring,1,"));
  EXPECT_THAT(read_text_file(posix_fs(), report + "/thresholds.csv"), HasSubstr("\nall classes,largest F1,"));
  for (const char* picture : {"/pr_curve.png", "/f1_curve.png"}) EXPECT_TRUE(exists(posix_fs(), report + picture));
  const json results = json::parse(read_text_file(posix_fs(), report + "/results.json"));
  EXPECT_FALSE(results.empty());
  for (const json& found : results) {
    EXPECT_THAT((std::vector<int>{7, 3}), Contains(found["image_id"].get<int>()));
    EXPECT_EQ(found["category_id"].get<int>() % 2, 0);
  }
}

// Prints the twelve numbers as the last line.
constexpr const char* kReferenceTool = R"(
import json, sys
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
truth = COCO(sys.argv[1])
run = COCOeval(truth, truth.loadRes(sys.argv[2]), sys.argv[3])
run.evaluate(); run.accumulate(); run.summarize()
print(json.dumps(list(run.stats)))
)";

TEST_F(UsedDetector, IsMeasuredAsTheReferenceToolMeasuresItsResults) {
  if (Program(Launch{.arguments = {"-c", "import pycocotools"}, .executable = "python3"}).wait().code != 0) {
    GTEST_SKIP() << "needs pycocotools in python3";
  }
  const std::string report = folder_->file("scored");
  const Outcome outcome = run_program({"eval", run(), "--data", data(), "--json", "-o", report});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Outcome reference =
      Program(Launch{.arguments = {"-c", kReferenceTool, data() + "/annotations/instances_val.json",
                                   report + "/results.json", "bbox"},
                     .executable = "python3"})
          .wait();
  ASSERT_EQ(reference.code, 0) << reference.err;
  const std::string lines = reference.out.substr(0, reference.out.find_last_not_of('\n') + 1);
  const json expected = json::parse(lines.substr(lines.rfind('\n') + 1));
  const json result = json::parse(outcome.out);
  const std::vector<std::string> names = {"AP",  "AP50", "AP75",  "APs", "APm", "APl",
                                          "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(result.value("bbox_" + names[i], -1.0), expected[i].get<double>()) << names[i];
  }
}

TEST_F(UsedDetector, GoesOnFromItsWeightsByNamesOfClasses) {
  const Outcome outcome = run_program(
      with({"detect", "--init", run(), "-o", folder_->file("other"),
            "data.path=" + data() + "/annotations/instances_val.json"},
           {"augment.short_sides=[64]", "preprocess.short_side=64", "train.max_steps=1", "train.global_batch_size=2"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("rows: 5 -> 0, 0 -> 1,"));
}

TEST(Detect, RefusesWhatDoesNotFitBeforeTheFirstStep) {
  const TemporaryDirectory folder;
  const auto refused = [&](const Words& changes) { return run_program(tiny_detector(folder.file("run"), changes)); };
  const Outcome masks = refused({"detector.masks=off", "eval.best=segm_AP"});
  EXPECT_EQ(masks.code, 2);
  EXPECT_THAT(masks.err, HasSubstr("eval.best"));
  const Outcome pictures = refused({"data.path=" + folder.file("nowhere")});
  EXPECT_NE(pictures.code, 0);
  EXPECT_THAT(pictures.err, HasSubstr("nowhere"));
  EXPECT_EQ(refused({"train.global_batch_size=100"}).code, 2);
  EXPECT_EQ(refused({"model.in_channels=1"}).code, 2);
}

}  // namespace
}  // namespace itpn::test
