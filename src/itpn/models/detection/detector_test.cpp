#include "itpn/models/detection/detector.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "itpn/models/detection/infer_detector.h"
#include "itpn/models/detection/test_views.h"

namespace itpn {
namespace {

BackboneConfig tiny_backbone() {
  BackboneConfig config;
  config.image_size = 64;
  config.embed_dim = 16;
  config.stage1_depth = config.stage2_depth = 1;
  config.depth = 1;
  config.num_heads = 2;
  return config;
}

DetectorConfig tiny(bool is_cascade) {
  const PyramidConfig pyramid = {.num_outs = 3, .fpn_dim = 8, .fpn_depth = 1};
  DetectorConfig config =
      is_cascade ? cascade_rcnn_config(tiny_backbone(), pyramid, 3) : mask_rcnn_config(tiny_backbone(), pyramid, 3);
  config.roi.box.fc_dim = 16;
  config.roi.sampler.count = 32;
  config.train_proposals = config.test_proposals = {.before_nms = 50, .most = 20};
  return config;
}

DetectorInput two_pictures() {
  torch::manual_seed(6);
  DetectorInput input;
  input.images = torch::randn({2, 3, 64, 96});
  input.pictures = {{{60, 90}, {64, 96}, {1.5F, 1.5F, 1.5F, 1.5F}}, {{64, 60}, {64, 64}}};
  return input;
}

PictureObjects one_object() {
  PictureObjects objects = {torch::tensor({{10.F, 8.F, 50.F, 40.F}}), torch::tensor({1})};
  objects.masks = torch::zeros({1, 64, 96}, torch::kUInt8);
  objects.masks[0].slice(0, 8, 40).slice(1, 10, 50).fill_(1);
  return objects;
}

PictureObjects no_objects() {
  return {torch::zeros({0, 4}), torch::zeros({0}, torch::kInt64), torch::zeros({0, 64, 96}, torch::kUInt8)};
}

torch::Tensor total(const std::vector<NamedLoss>& losses) {
  torch::Tensor sum = torch::zeros({});
  for (const NamedLoss& loss : losses) sum = sum + loss.value;
  return sum;
}

TEST(Detector, HasTheParametersOfThePublishedOnes) {
  const auto names = Detector(tiny(false), 0)->named_parameters();
  for (const char* name :
       {"backbone.absolute_pos_embed", "backbone.block_8to4.0.mlp.fc1.weight", "rpn_head.rpn_conv.weight",
        "roi_head.bbox_head.shared_convs.3.bn.weight", "roi_head.bbox_head.shared_fcs.0.bias",
        "roi_head.bbox_head.fc_reg.weight", "roi_head.mask_head.convs.0.conv.bias",
        "roi_head.mask_head.upsample.weight", "roi_head.mask_head.conv_logits.bias"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  const auto cascade = Detector(tiny(true), 0)->named_parameters();
  EXPECT_TRUE(cascade.contains("roi_head.bbox_head.2.fc_cls.weight"));
  EXPECT_TRUE(cascade.contains("roi_head.mask_head.0.convs.0.conv.weight"));
}

TEST(Detector, IsKnownByItsNamesAndShapes) {
  for (const bool is_cascade : {false, true}) {
    DetectorConfig config = tiny(is_cascade);
    config.backbone.axis_grid = 4;
    const Detector detector(config, 0);
    std::vector<TensorInfo> infos;
    for (const auto& item : detector->named_parameters()) {
      infos.push_back({item.key(), DType::kF32, item.value().sizes().vec(), 0, 0});
    }
    ASSERT_TRUE(has_detector_heads(infos));
    const DetectorConfig found = infer_detector(infos, "here");
    EXPECT_EQ(found.roi.stages.size(), is_cascade ? 3 : 1);
    EXPECT_EQ(found.roi.box.classes, 3);
    EXPECT_EQ(found.backbone.num_heads, 2);
    EXPECT_EQ(found.roi.box.fc_dim, 16);
  }
}

// A process whose parameters have no gradient would hold up the others.
TEST(Detector, ConnectsEveryParameterWithoutAnyObject) {
  for (const bool is_cascade : {false, true}) {
    Detector detector(tiny(is_cascade), 1);
    detector->train();
    total(detector->losses(two_pictures(), {no_objects(), no_objects()}, {1, 0, {0, 1}})).backward();
    for (const auto& item : detector->named_parameters()) {
      ASSERT_TRUE(item.value().grad().defined()) << item.key();
      EXPECT_TRUE(item.value().grad().isfinite().all().item<bool>()) << item.key();
    }
  }
}

TEST(Detector, NamesEveryTermOfItsLoss) {
  Detector detector(tiny(true), 1);
  detector->train();
  std::vector<std::string> names;
  for (const NamedLoss& loss : detector->losses(two_pictures(), {one_object(), no_objects()}, {1, 0, {0, 1}})) {
    names.push_back(loss.name);
    EXPECT_TRUE(std::isfinite(loss.value.item<double>())) << loss.name;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"loss_rpn_cls", "loss_rpn_bbox", "s0.loss_cls", "s0.loss_bbox",
                                             "s0.loss_mask", "s1.loss_cls", "s1.loss_bbox", "s1.loss_mask",
                                             "s2.loss_cls", "s2.loss_bbox", "s2.loss_mask"}));
  EXPECT_EQ(detector->accuracies().size(), 3);
}

TEST(Detector, LearnsTheSameFromBoxesWithoutMasksExceptMasks) {
  Detector detector(tiny(false), 2);
  detector->train();
  PictureObjects boxes_only = one_object();
  boxes_only.masks = torch::Tensor();
  const auto losses = detector->losses(two_pictures(), {boxes_only, no_objects()}, {1, 0, {0, 1}});
  EXPECT_GT(losses[3].value.item<double>(), 0.0);  // loss_bbox
  EXPECT_EQ(losses[4].value.item<double>(), 0.0);  // loss_mask
}

TEST(Detector, DrawsTheSameBoxesForTheSamePositions) {
  const auto loss_of = [](uint64_t position) {
    Detector detector(tiny(false), 3);
    detector->train();
    return total(detector->losses(two_pictures(), {one_object(), one_object()}, {1, 0, {position, 5}}));
  };
  EXPECT_EQ(loss_of(4).item<float>(), loss_of(4).item<float>());
  EXPECT_NE(loss_of(4).item<float>(), loss_of(7).item<float>());
}

TEST(Detector, FindsObjectsInTheCoordinatesOfTheOriginal) {
  Detector detector(tiny(false), 4);
  detector->eval();
  const auto found = detector->detect(two_pictures());
  ASSERT_EQ(found.size(), 2);
  ASSERT_GT(found[0].boxes.size(0), 0);
  EXPECT_EQ(found[0].masks.sizes().vec(), (std::vector<int64_t>{found[0].boxes.size(0), 28, 28}));
  EXPECT_LE(found[0].boxes.select(1, 2).max().item<float>(), 90.0F / 1.5F + 1e-3F);
  EXPECT_TRUE(torch::equal(found[0].scores, std::get<0>(found[0].scores.sort(0, true))));
}

TEST(Detector, FindsTheSameByOneViewAsWithout) {
  Detector detector(tiny(true), 5);
  detector->eval();
  DetectorInput input = two_pictures();
  input.images = input.images.slice(0, 0, 1);
  input.pictures.resize(1);
  const Detections alone = detector->detect(input)[0];
  const TestView view = {input.pictures[0]};
  const Detections merged = detect_with_views(*detector, {input.images}, {view}, {.most = 20});
  ASSERT_EQ(alone.scores.size(0), merged.scores.size(0));
  EXPECT_TRUE(torch::allclose(alone.scores, merged.scores, 1e-3, 1e-4));
}

// Attention with tables by axis has no mask for attention to fall back to a matrix of all pairs.
TEST(Detector, MayHaveRelativePositionsByAxis) {
  DetectorConfig config = tiny(false);
  config.backbone.axis_grid = 4;
  config.backbone.layer_scale = 0.1;
  Detector detector(config, 6);
  const auto names = detector->named_parameters();
  ASSERT_TRUE(names.contains("backbone.blocks.4.attn.rel_pos_h"));
  EXPECT_GT(names["backbone.blocks.4.attn.rel_pos_h"].abs().max().item<float>(), 0.0F);
  total(detector->losses(two_pictures(), {one_object(), one_object()}, {1, 0, {0, 1}})).backward();
  EXPECT_GT(names["backbone.blocks.4.attn.rel_pos_w"].grad().abs().max().item<float>(), 0.0F);
}

}  // namespace
}  // namespace itpn
