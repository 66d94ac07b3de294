#include "itpn/io/name_prefixes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace itpn {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

const NameTest kIsBlock = [](const std::string& name) { return name.starts_with("blocks."); };

// Two blocks and a head behind each of `prefixes`.
PrefixChoice choice_for(const std::vector<std::string>& prefixes) {
  std::vector<std::string> names;
  for (const std::string& prefix : prefixes) {
    for (const char* name : {"blocks.0.w", "blocks.1.w", "head.w"}) names.push_back(prefix + name);
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return choose_prefix(views, kIsBlock);
}

TEST(NamePrefixes, AnyChainOfWrappersComesOffInAnyOrder) {
  for (const std::string prefix :
       {"_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "net.student.module.", "model.encoder.backbone.net.",
        "_fsdp_wrapped_module._orig_mod._fsdp_wrapped_module.", "state_dict.teacher.backbone."}) {
    const PrefixChoice choice = choice_for({prefix});
    EXPECT_EQ(choice.prefix, prefix);
    EXPECT_THAT(choice.models, IsEmpty());
  }
}

TEST(NamePrefixes, NamesThatFitStayAsTheyAre) {
  EXPECT_EQ(choice_for({""}).prefix, "");
  EXPECT_EQ(choice_for({"", "encoder."}).prefix, "");
  EXPECT_EQ(choice_for({"unknown."}).prefix, "");
}

TEST(NamePrefixes, TwoWholeModelsAreBothListed) {
  const PrefixChoice choice = choice_for({"teacher.backbone.", "student.backbone."});
  EXPECT_THAT(choice.models, ElementsAre(Field(&PrefixScore::prefix, "student.backbone."),
                                         Field(&PrefixScore::prefix, "teacher.backbone.")));
  EXPECT_EQ(choice.models[0].names, 2u);
}

TEST(NamePrefixes, ASmallPartOfAnotherModelIsNoModel) {
  std::vector<std::string> names = {"decoder.blocks.0.w", "encoder_k.blocks.0.w"};
  for (int i = 0; i < 12; ++i) names.push_back("encoder_q.blocks." + std::to_string(i) + ".w");
  const std::vector<std::string_view> views(names.begin(), names.end());
  EXPECT_EQ(choose_prefix(views, kIsBlock).prefix, "encoder_q.");
  EXPECT_THAT(choose_prefix(views, kIsBlock).models, IsEmpty());
}

TEST(NamePrefixes, AMovingAverageBesideTheModelIsNotChosen) {
  EXPECT_EQ(choice_for({"ema.", "model."}).prefix, "model.");
  EXPECT_EQ(choice_for({"module.", "model_ema.module."}).prefix, "module.");
  EXPECT_EQ(choice_for({"ema."}).prefix, "ema.");
}

TEST(NamePrefixes, WrappersInsideANameComeOff) {
  EXPECT_EQ(without_inner_wrappers("blocks.0._orig_mod.attn._checkpoint_wrapped_module.w"), "blocks.0.attn.w");
  EXPECT_EQ(without_inner_wrappers("my_orig_mod.w"), "my_orig_mod.w");
  EXPECT_EQ(without_inner_wrappers("blocks.0.attn"), "blocks.0.attn");
  EXPECT_EQ(without_inner_wrappers(""), "");
}

}  // namespace
}  // namespace itpn
