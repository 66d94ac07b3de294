// rle: masks as runs, their texts, areas, boxes, unions, overlaps, and outlines made into runs.
#include "itpn/structures/polygon.h"
#include "itpn/structures/rle.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

CornerBox box_of(const json& box) { return {box.at(0), box.at(1), box.at(2), box.at(3)}; }

Rle rle_of(const json& rle) {
  return {rle.at("size").at(0), rle.at("size").at(1), text_to_counts(rle.at("counts").get<std::string>())};
}

std::vector<Rle> rles_of(const json& list) {
  std::vector<Rle> rles;
  for (const auto& rle : list) rles.push_back(rle_of(rle));
  return rles;
}

bool is_rle(const Rle& found, const json& expected) {
  return json{found.height, found.width} == expected.at("size") &&
         counts_to_text(found.counts) == expected.at("counts");
}

void check_masks(const json& about, Comparison& comparison) {
  for (const auto& one : about.value("masks", json::array())) {
    const Rle rle = rle_of(one.at("rle"));
    comparison.holds("masks/counts", rle.counts == one.at("counts").get<std::vector<uint32_t>>());
    comparison.holds("masks/text", counts_to_text(rle.counts) == one.at("rle").at("counts"));
    comparison.holds("masks/decoded", encode_bitmap(decode_rle(rle)) == rle);
    comparison.holds("masks/area", rle_area(rle) == one.at("area").get<int64_t>());
    comparison.holds("masks/bbox", rle_box(rle) == box_of(one.at("bbox")));
  }
}

void check_merges(const json& about, Comparison& comparison) {
  for (const auto& one : about.value("merge", json::array())) {
    const std::vector<Rle> inputs = rles_of(one.at("inputs"));
    const Rle merged = one.at("intersect").get<bool>() ? intersect(inputs) : unite(inputs);
    comparison.holds("merge", is_rle(merged, one.at("result")) && rle_area(merged) == one.at("area").get<int64_t>());
  }
}

// `iou(detection, truth, is_crowd)` of each pair against the matrix.
template <class Iou>
void check_matrix(const json& about, const std::string& name, const Iou& iou, Comparison& comparison) {
  if (!about.contains(name)) return;
  const json& one = about.at(name);
  for (size_t d = 0; d < one.at("dt").size(); ++d) {
    for (size_t g = 0; g < one.at("gt").size(); ++g) {
      const bool is_crowd = one.at("iscrowd").at(g).get<int>() != 0;
      comparison.holds(name, iou(one.at("dt").at(d), one.at("gt").at(g), is_crowd) == one.at("iou").at(d).at(g));
    }
  }
}

void check_outlines(const json& about, Comparison& comparison) {
  for (const auto& one : about.value("from_bbox", json::array())) {
    const Rle found = rasterise_box(box_of(one.at("bbox")), one.at("hw").at(0), one.at("hw").at(1));
    comparison.holds("from_bbox", is_rle(found, one.at("rle")) && rle_area(found) == one.at("area").get<int64_t>());
  }
  for (const auto& one : about.value("polygons", json::array())) {
    const auto parts = one.at("segmentation").get<std::vector<Polygon>>();
    const int64_t height = one.at("hw").at(0), width = one.at("hw").at(1);
    for (size_t i = 0; i < parts.size(); ++i) {
      comparison.holds("polygons/parts", is_rle(rasterise_polygon(parts[i], height, width), one.at("parts").at(i)));
    }
    const Rle found = rasterise_polygons(parts, height, width);
    comparison.holds("polygons/union", is_rle(found, one.at("rle")));
    comparison.holds("polygons/counts", found.counts == one.at("counts").get<std::vector<uint32_t>>());
    comparison.holds("polygons/area", rle_area(found) == one.at("area").get<int64_t>());
    comparison.holds("polygons/bbox", rle_box(found) == box_of(one.at("bbox")));
  }
}

void check_rle_file(const Fixture& fixture, Comparison& comparison) {
  check_masks(fixture.about, comparison);
  check_merges(fixture.about, comparison);
  check_matrix(
      fixture.about, "iou",
      [](const json& d, const json& g, bool crowd) { return rle_iou(rle_of(d), rle_of(g), crowd); }, comparison);
  check_matrix(
      fixture.about, "bbox_iou",
      [](const json& d, const json& g, bool crowd) { return coco_iou(box_of(d), box_of(g), crowd); }, comparison);
  check_outlines(fixture.about, comparison);
}

const bool kAddedRle = add_kind("rle", {check_rle_file, Runs::kOnHost});

}  // namespace
}  // namespace itpn::golden
