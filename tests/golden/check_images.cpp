// resized_crop, eval_preprocess, random_decisions: pictures and the random choices behind them.
#include <torch/torch.h>

#include <stdexcept>

#include "itpn/data/transforms/block_mask.h"
#include "itpn/data/transforms/crop_box.h"
#include "itpn/data/transforms/picture_transform.h"
#include "itpn/data/transforms/random_erasing.h"
#include "itpn/data/transforms/resize.h"
#include "tests/golden/golden.h"
#include "tests/golden/pictures.h"
#include "tests/golden/replayed_draws.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

constexpr double kNormalised = 1e-6;

ResizeFilter filter_named(const std::string& name) {
  if (name == "bicubic") return ResizeFilter::kBicubic;
  if (name == "lanczos") return ResizeFilter::kLanczos;
  if (name == "bilinear") return ResizeFilter::kBilinear;
  throw std::runtime_error("unknown interpolation " + name);
}

// (H, W, 3) uint8 -> (3, H, W), normalised by the ImageNet statistics or by 0.5.
torch::Tensor normalised(const torch::Tensor& pixels, bool is_half) {
  const auto constants = [&](double r, double g, double b) {
    return is_half ? torch::full({3, 1, 1}, 0.5F) : torch::tensor({r, g, b}, torch::kFloat32).reshape({3, 1, 1});
  };
  const auto values = pixels.permute({2, 0, 1}).to(torch::kFloat32) / 255.0F;
  return (values - constants(0.485, 0.456, 0.406)) / constants(0.229, 0.224, 0.225);
}

// What the view shows of the picture, by the kernels of this processor and by the plain loops, which must agree.
torch::Tensor render(const Image& picture, const PictureView& view, Comparison& comparison) {
  const ResizePlan plan(view.job);
  const Rect box{view.box.left + plan.source().left, view.box.top + plan.source().top, plan.source().width,
                 plan.source().height};
  const auto pixels = to_tensor(picture).narrow(0, box.top, box.height).narrow(1, box.left, box.width);
  const Image source = to_image(pixels);
  Image fast(plan.width(), plan.height(), 3), plain(plan.width(), plan.height(), 3);
  Resizer().run(plan, source, fast.pixels.data());
  Resizer(scalar_resample_kernels()).run(plan, source, plain.pixels.data());
  comparison.require("vector kernels", to_tensor(fast).equal(to_tensor(plain)));
  return to_tensor(fast);
}

PictureView crop_view(const json& box, int size, ResizeFilter filter) {
  const Rect rect{box.at("left"), box.at("top"), box.at("width"), box.at("height")};
  return {rect, whole_resize(rect.width, rect.height, size, size, filter)};
}

void check_resized_crop(const Fixture& fixture, Comparison& comparison) {
  const Image picture = to_image(fixture.at("in/image"));
  PictureView view;
  for (const auto& box : fixture.about.at("cases")) {
    const std::string name = "out/" + box.at("key").get<std::string>();
    view = crop_view(box, box.at("size"), filter_named(box.at("interpolation")));
    compare_held_exactly(fixture, name, render(picture, view, comparison), comparison);
  }
  const std::string last = "out/last_flipped_normalised_chw";
  if (!fixture.has(last)) return;
  view.job.is_mirrored = true;
  comparison.absolute(last, normalised(render(picture, view, comparison), false), fixture.at(last), kNormalised);
}

void check_eval_preprocess(const Fixture& fixture, Comparison& comparison) {
  for (const auto& about : fixture.about.at("cases")) {
    const std::string index = std::to_string(about.at("index").get<int>());
    const Image picture = to_image(fixture.at("in/image" + index));
    const EvalTransform transform({about.at("input_size").get<int64_t>()}, about.at("crop_pct"));
    PictureView view = transform.choose(picture.width, picture.height);
    const auto cropped = render(picture, view, comparison);
    compare_held_exactly(fixture, "out/cropped" + index, cropped, comparison);
    if (const std::string name = "out/tensor" + index; fixture.has(name)) {
      comparison.absolute(name, normalised(cropped, about.at("mean_std") == "half"), fixture.at(name), kNormalised);
    }
    view.job.window = {0, 0, view.job.full_width, view.job.full_height};
    compare_held_exactly(fixture, "out/resized" + index, render(picture, view, comparison), comparison);
  }
}

CropRange crop_range(const json& about) {
  return {about.at("scale")[0], about.at("scale")[1], about.at("ratio")[0], about.at("ratio")[1]};
}

bool is_box(const Rect& found, const json& top_left_height_width) {
  return json{found.top, found.left, found.height, found.width} == top_left_height_width;
}

// The recorded cases of one kind; none where the file has none.
json cases_of(const json& about, const char* kind) { return about.value(kind, json::array()); }

void check_crops(const json& about, Comparison& comparison) {
  for (const auto& one : cases_of(about, "random_resized_crop")) {
    ReplayedDraws draws(one.at("draws"));
    const Rect found = random_crop(draws, one.at("width"), one.at("height"), crop_range(one));
    comparison.holds("random_resized_crop", is_box(found, one.at("top_left_height_width")) && draws.is_used_up());
  }
}

void check_loop_free_crops(const json& about, Comparison& comparison) {
  if (!about.contains("loop_free_crop")) return;
  // The recorded cases of the loop-free crop name no range: it is that of linear probing.
  CropRange probing;
  probing.min_scale = 0.08;
  for (const auto& one : about.at("loop_free_crop").at("cases")) {
    ReplayedDraws draws = ReplayedDraws::of_units(one.at("unit_draws"));
    const Rect found = loop_free_crop(draws, one.at("width"), one.at("height"), probing);
    comparison.holds("loop_free_crop", is_box(found, one.at("top_left_height_width")) && draws.is_used_up());
  }
}

void check_block_masks(const json& about, Comparison& comparison) {
  for (const auto& one : cases_of(about, "block_masks")) {
    BlockMaskConfig config;
    config.rows = one.at("grid")[0];
    config.columns = one.at("grid")[1];
    config.hidden = one.at("num_masking_patches");
    config.min_block = one.at("min_num_patches");
    config.max_block = one.at("max_num_patches").is_null() ? 0 : one.at("max_num_patches").get<int>();
    config.min_aspect = one.at("min_aspect");
    ReplayedDraws draws(one.at("draws"));
    const BlockMask mask = block_mask(draws, config);
    json rows = json::array();
    for (int y = 0; y < mask.rows; ++y) {
      std::string row;
      for (int x = 0; x < mask.columns; ++x) row += mask.is_hidden[y * mask.columns + x] ? '1' : '0';
      rows.push_back(row);
    }
    comparison.holds("block_masks",
                     rows == one.at("mask_rows") && mask.hidden == one.at("masked") && draws.is_used_up());
  }
}

void check_erasing(const Fixture& fixture, Comparison& comparison) {
  for (const auto& one : cases_of(fixture.about, "random_erasing")) {
    const std::string folder = "erase" + std::to_string(one.at("index").get<int>()) + "/";
    auto picture = fixture.at(folder + "in").clone();
    ErasingConfig config;
    config.probability = one.at("probability");
    config.max_count = one.at("max_count");
    ReplayedDraws draws(one.at("draws"));
    int fills = 0;
    const auto fill = [&](const Rect& box) {
      const auto& noise = fixture.at(folder + "fill" + std::to_string(fills++));
      picture.narrow(1, box.top, box.height).narrow(2, box.left, box.width).copy_(noise);
    };
    erase_randomly(draws, static_cast<int>(picture.size(2)), static_cast<int>(picture.size(1)), config, fill);
    comparison.holds(folder + "draws", fills == one.at("fills") && draws.is_used_up());
    if (fixture.has(folder + "out")) {
      comparison.absolute(folder + "out", picture, fixture.at(folder + "out"), kNormalised);
    }
  }
}

void check_random_decisions(const Fixture& fixture, Comparison& comparison) {
  check_crops(fixture.about, comparison);
  check_loop_free_crops(fixture.about, comparison);
  check_block_masks(fixture.about, comparison);
  check_erasing(fixture, comparison);
}

const bool kAddedImages = add_kind("resized_crop", {check_resized_crop, Runs::kOnHost}) &&
                          add_kind("eval_preprocess", {check_eval_preprocess, Runs::kOnHost}) &&
                          add_kind("random_decisions", {check_random_decisions, Runs::kOnHost});

}  // namespace
}  // namespace itpn::golden
