// Reading and evaluating COCO annotations of the usual sizes, on made-up files.
//
//   itpn_bench_coco make-annotations FILE            450 MB, of the size and make-up of instances_train2017
//   itpn_bench_coco make-results TRUTH RESULTS       5,000 pictures, as many objects as instances_val2017, 100 results
//   each itpn_bench_coco read FILE                        seconds and peak memory itpn_bench_coco evaluate TRUTH
//   RESULTS THREADS   from the files to the twelve numbers of boxes and of masks
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

#include "itpn/core/errors.h"
#include "itpn/core/philox.h"
#include "itpn/core/stopwatch.h"
#include "itpn/data/transforms/detection_transform.h"
#include "itpn/eval/coco_evaluator.h"
#include "itpn/eval/random_coco_for_test.h"
#include "itpn/io/coco_json.h"
#include "tests/support/process_memory.h"

namespace itpn {
namespace {

struct SetSize {
  int64_t images = 0;
  double truths = 0;    // of a picture, on average
  int64_t points = 0;   // of an outline, on average
  int64_t results = 0;  // of a picture
};
constexpr SetSize kTrain = {118287, 7.27, 29, 0}, kVal = {5000, 7.35, 24, 100};
constexpr int64_t kCategories = 80;

// An outline with a wavy edge, to one hundredth.
Polygon outline(RandomStream& draws, const CornerBox& box, int64_t points) {
  Polygon polygon;
  const int64_t count = draws.integer(points / 3, points + points * 2 / 3);
  for (int64_t i = 0; i < count; ++i) {
    const double angle = 2 * 3.14159265358979 * static_cast<double>(i) / static_cast<double>(count);
    const double radius = draws.uniform(0.8, 1.0) / 2;
    polygon.push_back(test::hundredths(box.x + box.width * (0.5 + radius * std::cos(angle))));
    polygon.push_back(test::hundredths(box.y + box.height * (0.5 + radius * std::sin(angle))));
  }
  return polygon;
}

CocoAnnotation make_annotation(RandomStream& draws, const CocoImage& image, int64_t id, int64_t points) {
  CocoAnnotation truth;
  truth.id = id;
  truth.image_id = image.id;
  truth.category_id = draws.integer(1, kCategories);
  truth.box = test::random_box(draws, image.width, image.height);
  truth.is_crowd = draws.uniform() < 0.012;
  const std::vector<Polygon> outlines = {outline(draws, *truth.box, points)};
  truth.mask = outlines;
  if (truth.is_crowd) truth.mask = rasterise_polygons(outlines, image.height, image.width);
  truth.area = 0.8 * truth.box->area();
  return truth;
}

CocoSet make_set(const SetSize& size) {
  RandomStream draws(1, Purpose::kTest, 0, 0);
  CocoSet set;
  for (int64_t c = 1; c <= kCategories; ++c) set.categories.push_back({c, fmt::format("class {}", c)});
  for (int64_t i = 0; i < size.images; ++i) {
    set.images.push_back({i * 5 + 9, 640, draws.integer(360, 480), fmt::format("{:012}.jpg", i * 5 + 9)});
    const int64_t count = draws.integer(0, static_cast<int64_t>(2 * size.truths));
    for (int64_t k = 0; k < count; ++k) {
      const auto id = static_cast<int64_t>(set.annotations.size()) + 1;
      set.annotations.push_back(make_annotation(draws, set.images.back(), id, size.points));
    }
  }
  return set;
}

std::vector<CocoResult> make_results(const CocoSet& set, const SetSize& size) {
  RandomStream draws(2, Purpose::kTest, 0, 0);
  std::vector<CocoResult> results;
  size_t next = 0;
  for (const CocoImage& image : set.images) {
    const size_t first = next;
    while (next < set.annotations.size() && set.annotations[next].image_id == image.id) ++next;
    for (int64_t k = 0; k < size.results; ++k) {
      const size_t near = first + static_cast<size_t>(k);
      const bool is_near = near < next && draws.uniform() < 0.8;
      CocoResult result;
      result.image_id = image.id;
      result.box =
          is_near ? test::moved(draws, *set.annotations[near].box) : test::random_box(draws, image.width, image.height);
      result.category_id = is_near ? set.annotations[near].category_id : draws.integer(1, kCategories);
      result.score = static_cast<double>(draws.integer(is_near ? 300 : 50, 999)) / 1000;
      result.mask = rasterise_polygon(outline(draws, *result.box, size.points), image.height, image.width);
      results.push_back(result);
    }
  }
  return results;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  fmt::print("{}: {:.1f} MB\n", path, static_cast<double>(text.size()) / 1e6);
}

void read(const std::string& path) {
  const int64_t peak = test::peak_memory([&] {
    const Stopwatch watch;
    const CocoSet set = read_coco(posix_fs(), path);
    fmt::print("{} pictures, {} annotations: {:.2f} s\n", set.images.size(), set.annotations.size(), watch.seconds());
  });
  fmt::print("peak memory {:.0f} MB\n", static_cast<double>(peak) / 1e6);
}

void evaluate(const std::string& truth_path, const std::string& results_path, int64_t threads) {
  Stopwatch watch;
  const CocoSet truth = read_coco(posix_fs(), truth_path);
  const std::vector<CocoResult> results = read_coco_results(posix_fs(), results_path);
  fmt::print("files read after {:.2f} s\n", watch.seconds());
  for (const IouKind kind : {IouKind::kBoxes, IouKind::kMasks}) {
    const Stopwatch own;
    CocoEvaluator evaluator(truth, {.kind = kind});
    evaluator.add_all(results, threads);
    const auto numbers = evaluator.value(threads).numbers();
    fmt::print("{} {:.2f} s:", kind == IouKind::kBoxes ? "boxes" : "masks", own.seconds());
    for (const double number : numbers) fmt::print(" {}", number);
    fmt::print("\n");
  }
  fmt::print("in all {:.2f} s\n", watch.seconds());
}

// The mean over many plans, half of which cut and resize twice.
void transform() {
  constexpr int kPictures = 200, kObjects = 10;
  RandomStream draws(3, Purpose::kTest, 0, 0);
  Instances instances;
  for (int i = 0; i < kObjects; ++i) {
    const CornerBox box = test::random_box(draws, 640, 480);
    instances.boxes.push_back(corners_of(box));
    instances.labels.push_back(i);
    instances.masks.push_back(std::vector<Polygon>{outline(draws, box, kVal.points)});
  }
  DetectionScratch scratch;
  double seconds = 0.0;
  for (uint64_t i = 0; i < kPictures; ++i) {
    Image picture(640, 480, 3);
    RandomStream own(1, Purpose::kAugmentation, 0, i);
    const Stopwatch watch;
    const DetectionPlan plan = choose_training_plan(DetectionTransformConfig(), {640, 480}, own);
    carry_out(plan, std::move(picture), instances, scratch);
    seconds += watch.seconds();
  }
  fmt::print("{:.1f} ms a picture\n", 1000 * seconds / kPictures);
}

int run(const std::vector<std::string>& words) {
  const std::string command = words.empty() ? "" : words[0];
  if (command == "make-annotations" && words.size() == 2) {
    write(words[1], coco_text(make_set(kTrain)));
  } else if (command == "make-results" && words.size() == 3) {
    const CocoSet set = make_set(kVal);
    write(words[1], coco_text(set));
    write(words[2], coco_results_text(make_results(set, kVal)));
  } else if (command == "read" && words.size() == 2) {
    read(words[1]);
  } else if (command == "transform") {
    transform();
  } else if (command == "evaluate" && words.size() == 4) {
    evaluate(words[1], words[2], std::atoll(words[3].c_str()));
  } else {
    fmt::print(stderr, "usage: see the head of benchmarks/coco/bench_coco.cpp\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace itpn

int main(int argc, char** argv) {
  try {
    return itpn::run({argv + 1, argv + argc});
  } catch (const itpn::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.code());
  }
}
