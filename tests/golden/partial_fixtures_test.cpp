// What a fixture lacks is left out of the comparison, what it holds is not.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/golden/made_up_fixtures.h"

namespace itpn::golden {
namespace {

void drop(Fixture& fixture, const std::string& prefix) {
  std::erase_if(fixture.tensors, [&](const auto& item) { return item.first.starts_with(prefix); });
}

void spoil(Fixture& fixture, const std::string& name) { fixture.tensors.at(name) = fixture.at(name) * 1.01 + 0.01; }

void expect_pass(const Fixture& fixture, const std::string& what) {
  const Comparison comparison = compare(fixture);
  EXPECT_TRUE(comparison.passed()) << what << ": " << comparison.worst_name() << " " << comparison.worst();
}

void expect_failure(const Fixture& fixture, const std::string& name) {
  const Comparison comparison = compare(fixture);
  EXPECT_FALSE(comparison.passed()) << name;
  EXPECT_EQ(comparison.worst_name(), name);
}

TEST(PartialFixture, EachResultMayBeMissing) {
  for (const Fixture& whole : {made_up_pyramid(), made_up_classifier(), made_up_pretraining()}) {
    expect_pass(whole, whole.name);
    for (const std::string& name : left_out(whole, compare(whole))) {
      EXPECT_TRUE(name.starts_with("after/")) << name;  // of a parameter whose gradient is noise
    }
    for (const auto& [name, tensor] : whole.tensors) {
      if (!name.starts_with("out/")) continue;
      Fixture rest = whole;
      rest.tensors.erase(name);
      expect_pass(rest, whole.name + " without " + name);
    }
  }
}

TEST(PartialFixture, EachWrongResultIsSeen) {
  for (const Fixture& whole : {made_up_pyramid(), made_up_classifier()}) {
    for (const auto& [name, tensor] : whole.tensors) {
      if (!name.starts_with("out/")) continue;
      Fixture wrong = whole;
      spoil(wrong, name);
      expect_failure(wrong, name);
    }
  }
}

TEST(PartialFixture, WithoutCotangentsTheLevelsAreCompared) {
  Fixture fixture = made_up_pyramid();
  drop(fixture, "in/cotangent1");
  const Comparison comparison = compare(fixture);
  EXPECT_TRUE(comparison.passed());
  EXPECT_EQ(comparison.compared(), 3);
  EXPECT_EQ(left_out(fixture, comparison).back(), "out/loss");
  spoil(fixture, "out/level2");
  expect_failure(fixture, "out/level2");
}

TEST(PartialFixture, WithoutClassesTheFeaturesAreCompared) {
  Fixture fixture = made_up_classifier();
  drop(fixture, "in/labels");
  expect_pass(fixture, "without labels");
  for (const char* part : {"weights/head", "grad/", "out/logits", "out/loss"}) drop(fixture, part);
  expect_pass(fixture, "without a head");
  fixture.tensors["out/logits"] = fixture.at("out/fc_norm");  // as the published model without classes has it
  expect_pass(fixture, "with features as logits");
  spoil(fixture, "out/tokens");
  expect_failure(fixture, "out/tokens");
}

TEST(PartialFixture, WithoutStepsThePassIsCompared) {
  Fixture fixture = made_up_pretraining();
  Fixture bare = fixture;
  bare.about.erase("optimizer");
  drop(bare, "after/");
  drop(bare, "out/step_");
  bare.tensors.at("in/noise") = fixture.at("in/noise")[0];  // no axis of steps
  expect_pass(bare, "without steps");
  spoil(bare, "out/loss");
  expect_failure(bare, "out/loss");
}

TEST(PartialFixture, StepsAreComparedWithoutGradients) {
  Fixture fixture = made_up_pretraining();
  drop(fixture, "grad/");
  expect_pass(fixture, "without gradients");
  fixture.tensors.at("after/decoder_pred.weight") += 0.1;
  EXPECT_FALSE(compare(fixture).passed());
}

TEST(PartialFixture, ThatHoldsNoResultFails) {
  for (Fixture fixture : {made_up_pyramid(), made_up_classifier(), made_up_pretraining()}) {
    fixture.about.erase("optimizer");
    for (const char* results : {"out/", "act/", "grad/", "after/"}) drop(fixture, results);
    const Comparison comparison = compare(fixture);
    EXPECT_FALSE(comparison.passed()) << fixture.name;
    EXPECT_EQ(comparison.compared(), 0) << fixture.name << ": " << comparison.worst_name();
  }
}

TEST(PartialFixture, WeightsThatTheModelLacksFail) {
  Fixture fixture = made_up_pyramid();
  fixture.tensors["weights/stray.weight"] = torch::ones({2});
  expect_failure(fixture, "weights (every one used)");
}

TEST(PartialFixture, ShortFloatsAreComparedWithTheirOwnTolerance) {
  for (Fixture fixture : {made_up_pyramid(), made_up_classifier(), made_up_pretraining()}) {
    for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
      fixture.setting.dtype = type;
      expect_pass(fixture, fixture.name + " in " + c10::toString(type));
    }
  }
}

TEST(PartialFixture, LossWhoseTermsCancelIsJudgedByTheirSize) {
  Fixture fixture = made_up_pyramid();
  // The finest level's cotangent shifted until the loss is all but zero.
  const torch::Tensor level = fixture.at("out/level2"), loss = fixture.at("out/loss");
  fixture.tensors.at("in/cotangent2") = fixture.at("in/cotangent2") - loss * level / level.square().mean();
  drop(fixture, "grad/");
  fixture.tensors.at("out/loss") = torch::tensor(1e-9F);
  expect_pass(fixture, "all but zero");
  fixture.tensors.at("out/loss") = torch::tensor(1e-3F);
  expect_failure(fixture, "out/loss");
}

}  // namespace
}  // namespace itpn::golden
