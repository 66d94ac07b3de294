// Sets of annotations and results for tests, each a function of its number.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/core/philox.h"
#include "itpn/structures/coco.h"

namespace itpn::test {

struct RandomCocoShape {
  int64_t images = 6;
  int64_t categories = 3;
  int64_t most_truths = 8;    // of a picture
  int64_t most_results = 20;  // of a picture
  int64_t score_steps = 20;   // different scores: few make ties
  double crowd_share = 0.15;
  bool has_boxes = true;  // in results
};

// To one hundredth, as annotation tools write it.
inline double hundredths(double value) { return static_cast<double>(static_cast<int64_t>(value * 100)) / 100; }

inline CornerBox random_box(RandomStream& draws, int64_t width, int64_t height) {
  const double w = draws.uniform(1, 0.7 * static_cast<double>(width)),
               h = draws.uniform(1, 0.7 * static_cast<double>(height));
  return {hundredths(draws.uniform(0, static_cast<double>(width) - w)),
          hundredths(draws.uniform(0, static_cast<double>(height) - h)), hundredths(w), hundredths(h)};
}

// Near to `box`, so that overlaps of all sizes occur.
inline CornerBox moved(RandomStream& draws, const CornerBox& box) {
  const auto shift = [&](double size) { return hundredths(draws.uniform(-0.15, 0.15) * size); };
  return {box.x + shift(box.width), box.y + shift(box.height), hundredths(box.width * draws.uniform(0.8, 1.2)),
          hundredths(box.height * draws.uniform(0.8, 1.2))};
}

inline Polygon diamond(const CornerBox& box) {
  const double x = box.x + box.width / 2, y = box.y + box.height / 2;
  return {x, box.y, box.x + box.width, y, x, box.y + box.height, box.x, y};
}

struct RandomCoco {
  CocoSet truth;
  std::vector<CocoResult> results;
};

inline void add_random_picture(RandomCoco& coco, RandomStream& draws, const CocoImage& image,
                               const RandomCocoShape& shape) {
  const auto category = [&] { return 2 + 3 * draws.integer(0, shape.categories - 1); };
  std::vector<CornerBox> boxes;
  for (int64_t i = draws.integer(0, shape.most_truths); i > 0; --i) {
    CocoAnnotation truth;
    truth.id = static_cast<int64_t>(coco.truth.annotations.size()) + 1;
    truth.image_id = image.id;
    truth.category_id = category();
    truth.box = random_box(draws, image.width, image.height);
    truth.is_crowd = draws.uniform() < shape.crowd_share;
    truth.mask = std::vector<Polygon>{diamond(*truth.box)};
    if (truth.is_crowd) truth.mask = rasterise_box(*truth.box, image.height, image.width);
    truth.area = truth.box->area() / 2;
    boxes.push_back(*truth.box);
    coco.truth.annotations.push_back(truth);
  }
  for (int64_t i = draws.integer(0, shape.most_results); i > 0; --i) {
    CocoResult result;
    result.image_id = image.id;
    result.category_id = category();
    const bool is_near = !boxes.empty() && draws.uniform() < 0.7;
    const CornerBox box =
        is_near ? moved(draws, boxes[static_cast<size_t>(draws.integer(0, static_cast<int64_t>(boxes.size()) - 1))])
                : random_box(draws, image.width, image.height);
    result.mask = rasterise_polygon(diamond(box), image.height, image.width);
    if (shape.has_boxes) result.box = box;
    result.score = static_cast<double>(draws.integer(1, shape.score_steps)) / static_cast<double>(shape.score_steps);
    coco.results.push_back(result);
  }
}

// Ids have gaps and come in falling order; the last category has no truth.
inline RandomCoco random_coco(uint64_t number, const RandomCocoShape& shape = {}) {
  RandomStream draws(11, Purpose::kTest, 1, number);
  RandomCoco coco;
  for (int64_t c = shape.categories; c >= 0; --c)
    coco.truth.categories.push_back({2 + 3 * c, "class " + std::to_string(c)});
  for (int64_t i = shape.images; i > 0; --i) {
    coco.truth.images.push_back(
        {10 * i + 3, draws.integer(60, 200), draws.integer(60, 200), std::to_string(i) + ".jpg"});
    add_random_picture(coco, draws, coco.truth.images.back(), shape);
  }
  return coco;
}

}  // namespace itpn::test
