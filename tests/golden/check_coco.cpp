// coco_NAME_gt and coco_NAME_dt: annotations and results, read by the library and written again. coco_NAME_expected:
// what the evaluation makes of the two, numbers and arrays. coco_parse: which annotations training uses.
#include <torch/torch.h>

#include <fstream>

#include "itpn/data/datasets/training_objects.h"
#include "itpn/eval/coco_evaluator.h"
#include "itpn/io/coco_json.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

using nlohmann::json;
using Limits = std::array<int64_t, kCocoLimits>;

constexpr double kNumber = 1e-9;
constexpr Limits kUsual = {1, 10, 100}, kLong = {100, 300, 1000};

struct Pair {
  CocoSet truth;
  std::vector<CocoResult> results;
};

Pair read_pair(const Fixture& fixture) {
  const std::string stem = fixture.folder + "/" + fixture.name.substr(0, fixture.name.rfind('_'));
  return {read_coco(posix_fs(), stem + "_gt.json"), read_coco_results(posix_fs(), stem + "_dt.json")};
}

CocoMeasures measure(const Pair& pair, IouKind kind, const Limits& limits) {
  CocoEvaluator evaluator(pair.truth, {kind, limits});
  evaluator.add_all(pair.results, 2);
  return evaluator.value(2);
}

// The reference values of masks were made from results without their boxes, but for one list.
Pair without_boxes(Pair pair) {
  for (CocoResult& result : pair.results) {
    if (has_mask(result.mask)) result.box.reset();
  }
  return pair;
}

void compare_numbers(const Fixture& fixture, const std::string& name, const CocoMeasures& measures,
                     Comparison& comparison) {
  if (!fixture.about.contains(name)) return;
  const auto expected = fixture.about.at(name).get<std::vector<double>>();
  const auto found = measures.numbers();
  for (size_t i = 0; i < expected.size(); ++i) comparison.relative(name, found.at(i), expected[i], kNumber);
}

template <class OfClass>
void compare_classes(const Fixture& fixture, const std::string& name, const std::vector<int64_t>& ids,
                     const OfClass& of_class, Comparison& comparison) {
  if (!fixture.about.contains(name)) return;
  for (size_t k = 0; k < ids.size(); ++k) {
    const double found = of_class(static_cast<int64_t>(k));
    const json& expected = fixture.about.at(name).at(std::to_string(ids[k]));
    if (expected.is_null()) {
      comparison.holds(name, std::isnan(found));
    } else {
      comparison.relative(name, found, expected.get<double>(), kNumber);
    }
  }
}

void compare_arrays(const Fixture& fixture, const std::string& kind, const CocoMeasures& measures,
                    Comparison& comparison) {
  const int64_t K = measures.classes();
  auto precision = torch::empty({kCocoIous, kCocoRecalls, K, kCocoAreas}, torch::kFloat64);
  auto recall = torch::empty({kCocoIous, K, kCocoAreas, kCocoLimits}, torch::kFloat64);
  auto p = precision.accessor<double, 4>();
  auto r = recall.accessor<double, 4>();
  for (int iou = 0; iou < kCocoIous; ++iou) {
    for (int64_t k = 0; k < K; ++k) {
      for (int area = 0; area < kCocoAreas; ++area) {
        for (int i = 0; i < kCocoRecalls; ++i)
          p[iou][i][k][area] = measures.precision(iou, i, k, area, kCocoLimits - 1);
        for (int i = 0; i < kCocoLimits; ++i) r[iou][k][area][i] = measures.recall(iou, k, area, i);
      }
    }
  }
  const std::string name = kind + ".precision_maxdet100", other = kind + ".recall";
  if (fixture.has(name)) comparison.absolute(name, precision, fixture.at(name), kNumber);
  if (fixture.has(other)) comparison.absolute(other, recall, fixture.at(other), kNumber);
}

void check_kind(const Fixture& fixture, const Pair& pair, IouKind kind, Comparison& comparison) {
  const std::string word = kind == IouKind::kBoxes ? "bbox" : "segm";
  const CocoMeasures measures = measure(pair, kind, kUsual);
  const std::vector<int64_t> ids = CocoEvaluator(pair.truth, {}).category_ids();
  compare_numbers(fixture, word, measures, comparison);
  compare_numbers(fixture, word + "_maxdets_100_300_1000", measure(pair, kind, kLong), comparison);
  compare_classes(
      fixture, word + "_class_ap", ids, [&](int64_t k) { return measures.class_ap(k); }, comparison);
  compare_classes(
      fixture, word + "_class_ap50", ids, [&](int64_t k) { return measures.class_ap50(k); }, comparison);
  compare_arrays(fixture, word, measures, comparison);
}

void check_expected(const Fixture& fixture, Comparison& comparison) {
  const Pair pair = read_pair(fixture);
  check_kind(fixture, pair, IouKind::kBoxes, comparison);
  check_kind(fixture, without_boxes(pair), IouKind::kMasks, comparison);
  const std::string name = "segm_when_results_keep_bbox_key";
  if (fixture.about.contains(name)) {
    compare_numbers(fixture, name, measure(pair, IouKind::kMasks, kUsual), comparison);
  }
}

// Reads, writes and reads again; all that the evaluation uses must come out as the file has it.
void check_annotations(const Fixture& fixture, Comparison& comparison) {
  const CocoSet set = parse_coco(coco_text(parse_coco(fixture.about.dump(), fixture.name)), fixture.name);
  const json& expected = fixture.about.at("annotations");
  comparison.holds("annotations", set.annotations.size() == expected.size());
  comparison.holds("images", set.images.size() == fixture.about.at("images").size());
  comparison.holds("categories", set.categories.size() == fixture.about.at("categories").size());
  for (size_t i = 0; i < std::min(expected.size(), set.annotations.size()); ++i) {
    const CocoAnnotation& found = set.annotations[i];
    const CornerBox box = found.box.value_or(CornerBox{});
    comparison.holds("ids", json{found.id, found.image_id, found.category_id} ==
                                json{expected[i].at("id"), expected[i].at("image_id"), expected[i].at("category_id")});
    comparison.holds("bbox", json{box.x, box.y, box.width, box.height} == expected[i].at("bbox"));
    comparison.holds("area", area_of(found) == expected[i].at("area").get<double>());
    comparison.holds("iscrowd", found.is_crowd == (expected[i].value("iscrowd", 0) != 0));
  }
}

void check_results(const Fixture& fixture, Comparison& comparison) {
  const auto results =
      parse_coco_results(coco_results_text(parse_coco_results(fixture.about.dump(), fixture.name)), fixture.name);
  comparison.holds("results", results.size() == fixture.about.size());
  for (size_t i = 0; i < std::min(results.size(), fixture.about.size()); ++i) {
    comparison.holds("score", results[i].score == fixture.about[i].at("score").get<double>());
    const auto* rle = std::get_if<Rle>(&results[i].mask);
    if (rle)
      comparison.holds("segmentation", counts_to_text(rle->counts) == fixture.about[i].at("segmentation").at("counts"));
  }
}

torch::Tensor boxes_of(const std::vector<Box>& boxes) {
  auto tensor = torch::empty({static_cast<int64_t>(boxes.size()), 4});
  for (size_t i = 0; i < boxes.size(); ++i) {
    tensor[static_cast<int64_t>(i)] = torch::tensor({boxes[i].x1, boxes[i].y1, boxes[i].x2, boxes[i].y2});
  }
  return tensor;
}

torch::Tensor boxes_in(const json& list) {
  std::vector<Box> boxes;
  for (const auto& box : list) boxes.push_back({box.at(0), box.at(1), box.at(2), box.at(3)});
  return boxes_of(boxes);
}

// The annotations lack ids, and their picture is not listed.
void check_coco_parse(const Fixture& fixture, Comparison& comparison) {
  const json& about = fixture.about;
  json file = {{"images", json::array()}, {"annotations", about.at("annotations")}, {"categories", json::array()}};
  for (const auto& id : about.at("category_ids")) file["categories"].push_back({{"id", id}, {"name", id.dump()}});
  int64_t id = 0;
  for (auto& annotation : file["annotations"]) {
    annotation["id"] = ++id;
    annotation["image_id"] = 1;
  }
  const CocoSet set = parse_coco(file.dump(), fixture.name);
  std::vector<const CocoAnnotation*> annotations;
  for (const CocoAnnotation& annotation : set.annotations) annotations.push_back(&annotation);
  const CocoImage image{1, about.at("hw").at(1), about.at("hw").at(0), ""};
  const Instances found = training_objects(image, annotations, category_labels(set.categories)).instances;
  comparison.exact("boxes", boxes_of(found.boxes), boxes_in(about.at("boxes")));
  comparison.exact("ignored_boxes", boxes_of(found.ignored), boxes_in(about.at("ignored_boxes")));
  comparison.holds("labels", found.labels == about.at("labels").get<std::vector<int64_t>>());
}

void check_coco(const Fixture& fixture, Comparison& comparison) {
  if (fixture.name.ends_with("_expected")) return check_expected(fixture, comparison);
  fixture.about.is_array() ? check_results(fixture, comparison) : check_annotations(fixture, comparison);
}

const bool kAddedCoco =
    add_kind("coco", {check_coco, Runs::kOnHost}) && add_kind("coco_parse", {check_coco_parse, Runs::kOnHost});

}  // namespace
}  // namespace itpn::golden
