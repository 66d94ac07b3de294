#include "itpn/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "itpn/config/sample_config_for_test.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/philox.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::sample_recipe;
using test::SampleConfig;
using testing::HasSubstr;

SampleConfig load(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return load_config<SampleConfig>("recipe.toml", text, overrides);
}

// The message of the usage error; the test fails where there is none.
std::string error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return test::error_of(ExitCode::kUsage, [&] { load(text, overrides); });
}

TEST(Config, EmptyRecipeGivesTheDefaults) { EXPECT_TRUE(config_diff(load(""), SampleConfig{}).empty()); }

TEST(Config, ReadsEveryTypeOfField) {
  const SampleConfig config = load(sample_recipe());
  EXPECT_EQ(config.seed, 7);
  EXPECT_TRUE(config.verbose);
  EXPECT_EQ(config.optim.blr, 1e-3);
  EXPECT_EQ(config.optim.betas, (std::vector<double>{0.9, 0.98}));
  EXPECT_EQ(config.data.source, "folder");
  EXPECT_EQ(config.data.names, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(config.log.milestones, (std::vector<int64_t>{3, 4}));
  EXPECT_TRUE(std::isinf(config.log.ceiling));
}

TEST(Config, DottedKeysAndInlineTablesMeanTheSame) {
  EXPECT_EQ(load("optim.blr = 2").optim.blr, 2.0);
  EXPECT_EQ(load("optim = {blr = 2}").optim.blr, 2.0);
}

TEST(Config, ErrorsNameFileLineColumnKeyWantedGotAndNearest) {
  EXPECT_EQ(error_of("seed = 1\n[optim]\nweight_decy = 0.1"),
            "recipe.toml:3:1: optim.weight_decy: unknown key; did you mean optim.weight_decay?");
  EXPECT_EQ(error_of("[optim]\nweight_decay = 1.5"),
            "recipe.toml:2:16: optim.weight_decay: wanted a number from 0 to 1, got the number 1.5");
  EXPECT_EQ(error_of("data.image_size = 128.0"),
            "recipe.toml:1:19: data.image_size: wanted an integer from 16 to 4096, got the number 128.0");
  EXPECT_EQ(error_of("data.source = \"foldr\""),
            "recipe.toml:1:15: data.source: wanted one of folder, list, synthetic, got the text \"foldr\"; "
            "did you mean folder?");
  EXPECT_EQ(error_of("optim.betas = [0.9, 1]"),
            "recipe.toml:1:21: optim.betas: entry 2: wanted a number >= 0 and < 1, got the integer 1");
  EXPECT_EQ(error_of("optim.betas = [0.9]"),
            "recipe.toml:1:15: optim.betas: wanted a list of 2 numbers >= 0 and < 1, got a list of 1");
  EXPECT_EQ(error_of("[optm]\nblr = 1"), "recipe.toml:1:2: optm: unknown key; did you mean optim?");
  EXPECT_EQ(error_of("optim = 3"), "recipe.toml:1:1: optim: wanted a table with keys as optim.blr, got the integer 3");
  EXPECT_EQ(error_of("optim.blr = nan"), "recipe.toml:1:13: optim.blr: wanted a number > 0, got the number nan");
  EXPECT_EQ(error_of("seed = 2020-01-02"),
            "recipe.toml:1:8: seed: wanted an integer >= 0, got the date or time 2020-01-02");
}

TEST(Config, MalformedTextShowsTheLine) {
  const std::string message = error_of("seed = 1\noptim.blr = = 3\n");
  EXPECT_THAT(message, HasSubstr("recipe.toml:2:13: not valid TOML: "));
  EXPECT_THAT(message, HasSubstr("(in `optim.blr = = 3`)"));
  EXPECT_THAT(error_of("seed = 1\nseed = 2"), HasSubstr("recipe.toml:2:"));
  EXPECT_THAT(error_of("[optim]\nblr=1\n[optim]\n"), HasSubstr("recipe.toml:3:"));
  EXPECT_THAT(error_of("data.path = \"\xff\xfe\""), HasSubstr("not valid TOML"));
}

TEST(Config, LimitsSizeAndDepth) {
  EXPECT_THAT(error_of(std::string((1U << 20) + 1, ' ')), HasSubstr("the limit is 1048576"));
  std::string dotted = "a", header = "a";
  for (int i = 0; i < 100000; ++i) dotted += ".a";
  EXPECT_THAT(error_of("seed = 1\n" + dotted + " = 1"), HasSubstr("recipe.toml:2:128: a key of more than 64 parts"));
  EXPECT_THAT(error_of("[" + dotted + "]"), HasSubstr("a key of more than 64 parts"));
  EXPECT_THAT(error_of("x = " + std::string(100000, '[')), HasSubstr("64"));
  std::string nested = "1";
  for (int i = 0; i < 40; ++i) nested = "{a.a = " + nested + "}";
  EXPECT_THAT(error_of("x = " + nested), HasSubstr("nested deeper than 64"));
}

// toml++ 3.3 has undefined behaviour on these, so they must not reach it.
TEST(Config, CharactersBeyondAsciiBelongInQuotesAndComments) {
  EXPECT_EQ(error_of("seed = 1\nvérbose = true"),
            "recipe.toml:2:2: not valid TOML: a character beyond ASCII outside quotes and comments");
  EXPECT_THAT(error_of("data.path = '='\xc3\xba"), HasSubstr("recipe.toml:1:16: not valid TOML"));
  EXPECT_THAT(error_of("data.path = \"\"\"\\\n  \xc3\xba\"\"\""), HasSubstr("recipe.toml:2:3: not valid TOML"));
  EXPECT_THAT(error_of("data.path = \"\"\"\\\xc3\xba\"\"\""), HasSubstr("not valid TOML"));
  for (const char* value :
       {"1\"é\"", "[1'é']", "[[], 1.\"é\"]", "{a = -'é'}", "2020-01-01 1'é'", "1[\"é\"]", "[{a=2}, b=\"é\"]"}) {
    EXPECT_THAT(error_of(std::string("x = ") + value), HasSubstr("not valid TOML: a quote within a value")) << value;
  }
  EXPECT_EQ(load("\xEF\xBB\xBFseed = 3 # é").seed, 3);
  EXPECT_EQ(load("data.path = \"\"\"é \\\n a\\\"é\"\"\"").data.path, "é a\"é");
  EXPECT_THAT(error_of("\"é\" = 1"), HasSubstr("\"é\": unknown key"));
  // Valid, so that the key is what is wrong with it.
  for (const char* text : {"x=[1,{a=[2],b=\"\"},'é',[\"é\"]]\n\"é\"=1", "x=\"é\"#'\n\"é\"=1", "[x]\n\"é\"=1"}) {
    EXPECT_THAT(error_of(text), HasSubstr("x: unknown key")) << text;
  }
}

TEST(Config, DotsInTextAndCommentsAreNoDepth) {
  const std::string dots(200, '.');
  EXPECT_EQ(load("data.path = \"" + dots + "\" # " + dots).data.path, dots);
  EXPECT_EQ(load("data.path = '''" + dots + "'''''").data.path, dots + "''");
  EXPECT_EQ(load("data.path = \"a\\\"" + dots + "\"").data.path, "a\"" + dots);
}

TEST(Config, OverridesComeLast) {
  const SampleConfig config =
      load(sample_recipe(), {"optim.blr=0.5", "data.path=/x/y=z", "data.source=list", "optim.betas=[0.1, 0.2]",
                             "verbose=false", "seed=1_000", "data.names=[\"a b\"]", "log.ceiling=-inf"});
  EXPECT_EQ(config.optim.blr, 0.5);
  EXPECT_EQ(config.data.path, "/x/y=z");
  EXPECT_EQ(config.data.source, "list");
  EXPECT_EQ(config.optim.betas, (std::vector<double>{0.1, 0.2}));
  EXPECT_FALSE(config.verbose);
  EXPECT_EQ(config.seed, 1000);
  EXPECT_EQ(config.data.names, std::vector<std::string>{"a b"});
  EXPECT_EQ(config.log.ceiling, -HUGE_VAL);
}

TEST(Config, PlainWordsAreTextWhereTheFieldIsText) {
  EXPECT_EQ(load("", {"data.path=true"}).data.path, "true");
  EXPECT_EQ(load("", {"data.path=12"}).data.path, "12");
  EXPECT_EQ(load("", {"data.path="}).data.path, "");
  EXPECT_EQ(load("", {"data.path=\"two words\""}).data.path, "two words");
  EXPECT_EQ(load("", {"data.path=a\"b\\c # d"}).data.path, "a\"b\\c # d");
}

TEST(Config, ATildeMeansHomeWhereAPathIsWantedAndNowhereElse) {
  ASSERT_EQ(setenv("HOME", "/home/me", 1), 0);
  EXPECT_EQ(load("[data]\npath = \"~/pictures\"\n").data.path, "/home/me/pictures");
  EXPECT_EQ(load("", {"data.path=~/my pictures"}).data.path, "/home/me/my pictures");
  EXPECT_EQ(load("", {"data.path='~'"}).data.path, "/home/me");
  EXPECT_EQ(load("", {"data.path=a~/b"}).data.path, "a~/b");
  EXPECT_EQ(load("", {"data.names=['~/x']"}).data.names.front(), "~/x");
}

TEST(Config, ABaseMayLieInTheHomeDirectory) {
  const test::TemporaryDirectory home;
  ASSERT_EQ(setenv("HOME", home.path().c_str(), 1), 0);
  std::ofstream(home.file("base.toml")) << "seed = 17\n";
  EXPECT_EQ(load("base = \"~/base.toml\"\n").seed, 17);
}

TEST(Config, PathsCanBeMadeToMeanTheSameFromEverywhere) {
  const std::string here = std::filesystem::current_path();
  EXPECT_EQ(with_absolute_paths(load("", {"data.path=a/../b"})).data.path, here + "/b");
  EXPECT_EQ(with_absolute_paths(load("", {"data.path=/x"})).data.path, "/x");
  EXPECT_EQ(with_absolute_paths(load("", {"data.path=off"})).data.path, "off");
  EXPECT_EQ(with_absolute_paths(load("")).data.path, load("").data.path);
}

TEST(Config, WrongOverridesAreNamed) {
  EXPECT_EQ(error_of("", {"log.every_steps=abc"}), "override log.every_steps=abc: wanted an integer >= 1, got abc");
  EXPECT_EQ(error_of("", {"log.every_steps=0"}),
            "override log.every_steps=0: wanted an integer >= 1, got the integer 0");
  EXPECT_EQ(error_of("", {"blr=1"}), "override blr=1: unknown key; did you mean optim.blr?");
  EXPECT_EQ(error_of("", {"optim=1"}), "override optim=1: wanted a table with keys as optim.blr");
  EXPECT_EQ(error_of("", {"seed"}), "override seed: wanted KEY=VALUE, as train.epochs=3");
  EXPECT_THAT(error_of("", {"seed=1\nverbose=true"}), HasSubstr("wanted an integer"));
  EXPECT_THAT(error_of("", {"data.path=\"open"}), HasSubstr("wanted a text"));
  EXPECT_THAT(error_of("", {"data.path=\xff"}), HasSubstr("wanted a text"));
  EXPECT_THAT(error_of("", {"base=x.toml"}), HasSubstr("unknown key"));
}

TEST(Config, RecipeChangesWhatItNamesOfItsBase) {
  test::TemporaryDirectory directory;
  std::ofstream(directory.file("base.toml")) << sample_recipe();
  std::ofstream(directory.file("top.toml")) << "base = \"base.toml\"\noptim.blr = 5\noptim.betas = [0.5, 0.6]\n";
  const auto config = load_config_file<SampleConfig>(directory.file("top.toml"), {"seed=9"});
  EXPECT_EQ(config.optim.blr, 5.0);
  EXPECT_EQ(config.optim.betas, (std::vector<double>{0.5, 0.6}));
  EXPECT_EQ(config.optim.weight_decay, 0.1);
  EXPECT_EQ(config.seed, 9);
}

TEST(Config, BaseThatIsMissingWrongOrCircularIsRefused) {
  test::TemporaryDirectory directory;
  std::ofstream(directory.file("loop.toml")) << "base = \"loop.toml\"\n";
  std::ofstream(directory.file("wrong.toml")) << "\nsed = 1\n";
  const auto error = [&](const std::string& text) {
    return test::error_of(ExitCode::kUsage, [&] { load_config<SampleConfig>(directory.file("top.toml"), text); });
  };
  EXPECT_THAT(error("base = \"none.toml\""), HasSubstr("top.toml:1:1: base: " + directory.file("none.toml")));
  EXPECT_THAT(error("base = \".\""), HasSubstr("no regular file"));
  EXPECT_THAT(error("base = 3"), HasSubstr("wanted the name of a recipe, got the integer 3"));
  EXPECT_THAT(error("base = \"loop.toml\""), HasSubstr("more than 8 recipes"));
  EXPECT_THAT(error("base = \"wrong.toml\""), HasSubstr("wrong.toml:2:1: sed: unknown key; did you mean seed?"));
}

// A configuration to which a version of the program has added `mode`.
struct Grown {
  int64_t size = 3;
  std::string mode = "new";
};
template <class V>
void visit_fields(V& v, Grown& c) {
  v("size", c.size, {.doc = "size"});
  v("mode", c.mode, {.doc = "mode", .one_of = {"new", "old"}, .unrecorded = "old"});
}

TEST(Config, ARecordedConfigurationMeansWhatItMeantBeforeAKeyExisted) {
  EXPECT_EQ(load_config<Grown>("recipe.toml", "size = 4").mode, "new");
  EXPECT_EQ(load_recorded_config<Grown>("state", "size = 4").mode, "old");
  EXPECT_EQ(load_recorded_config<Grown>("state", "mode = \"new\"").mode, "new");
}

TEST(Config, TheConfigurationOfARunIsRecordedAsARecipeOrABaseToo) {
  const test::TemporaryDirectory directory;
  const std::string run = directory.file("config.toml"), recipe = directory.file("recipe.toml");
  write_file_atomically(posix_fs(), run, std::string("size = 4"));
  write_file_atomically(posix_fs(), recipe, std::string("base = \"config.toml\"\nsize = 5"));
  EXPECT_EQ(load_config_file<Grown>(run).mode, "new");  // anybody's file of that name
  write_file_atomically(posix_fs(), directory.file("env.json"), std::string("{}"));
  EXPECT_EQ(load_config_file<Grown>(run).mode, "old");
  EXPECT_EQ(load_config_file<Grown>(run, {"mode=new"}).mode, "new");
  EXPECT_EQ(load_config_file<Grown>(recipe).mode, "old");
}

TEST(Config, MissingRecipeIsAUsageError) {
  EXPECT_EQ(test::error_of(ExitCode::kUsage, [] { load_config_file<SampleConfig>("/nowhere/recipe.toml"); }),
            "/nowhere/recipe.toml: there is no such recipe");
}

TEST(Config, DumpReadsBackEqual) {
  SampleConfig config = load(sample_recipe());
  config.data.path = "a\"b\\c\nd\te\x01\x7f \xc3\xa9";
  config.data.names = {"", "x = 1", "#"};
  config.optim.blr = 0.1 + 0.2;
  EXPECT_TRUE(config_diff(config, load(dump_config(config))).empty()) << dump_config(config);
  EXPECT_EQ(load(dump_config(config)).data.path, config.data.path);
}

TEST(Config, NumbersRoundTripToTheLastBit) {
  RandomStream random(1, Purpose::kTest, 0, 0);
  SampleConfig config;
  for (int i = 0; i < 2000; ++i) {
    config.log.ceiling = std::ldexp(random.uniform(-1.0, 1.0), static_cast<int>(random.integer(-1070, 1023)));
    ASSERT_EQ(load(dump_config(config)).log.ceiling, config.log.ceiling) << dump_config(config);
  }
  for (const double value : {0.0, 1.0, -2.0, 1e300, 5e-324, HUGE_VAL, -HUGE_VAL}) {
    config.log.ceiling = value;
    ASSERT_EQ(load(dump_config(config)).log.ceiling, value);
  }
  config.log.ceiling = std::nan("");
  EXPECT_TRUE(std::isnan(load(dump_config(config)).log.ceiling));
}

TEST(Config, DiffNamesChangedKeysAndWhetherTheyMatter) {
  SampleConfig after;
  after.optim.blr = 1.0;
  after.log.every_steps = 3;
  const std::vector<ConfigChange> changes = config_diff(SampleConfig{}, after);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].key, "optim.blr");
  EXPECT_EQ(changes[0].before, "0.00015");
  EXPECT_EQ(changes[0].after, "1.0");
  EXPECT_TRUE(changes[0].trajectory);
  EXPECT_EQ(changes[1].key, "log.every_steps");
  EXPECT_FALSE(changes[1].trajectory);
}

TEST(Config, ReferenceNamesEveryKeyOnce) {
  const std::string page = config_reference<SampleConfig>();
  for (const std::string& key : config_keys<SampleConfig>()) EXPECT_THAT(page, HasSubstr("| `" + key + "` |"));
  EXPECT_THAT(page, HasSubstr("| `optim.blr` | `0.00015` | a number > 0 | fixed | base learning rate |\n"));
  EXPECT_THAT(page, HasSubstr("## optim\n\nThe optimiser.\n\n| key |"));
  EXPECT_THAT(page, HasSubstr("folder \\| list"));
}

struct Sized {
  ImageSize size = 224;
};

template <class V>
void visit_fields(V& v, Sized& c) {
  v("size", c.size, {.min = 1, .max = 4096});
}

TEST(Config, SizesAreOneNumberOrHeightAndWidth) {
  EXPECT_EQ(load_config<Sized>("r", "size = 64").size, ImageSize(64, 64));
  EXPECT_EQ(load_config<Sized>("r", "size = [96, 160]").size, ImageSize(96, 160));
  EXPECT_EQ(load_config<Sized>("r", "size = \"96x160\"").size, ImageSize(96, 160));
  EXPECT_EQ(load_config<Sized>("r", "", {"size=[96,160]"}).size, ImageSize(96, 160));
  EXPECT_EQ(load_config<Sized>("r", "", {"size=96x160"}).size, ImageSize(96, 160));
  EXPECT_EQ(load_config<Sized>("r", "", {"size=96"}).size, ImageSize(96));
}

TEST(Config, SizesAreDumpedAsOlderReadersKnowThemWhereTheyAreSquare) {
  EXPECT_EQ(dump_config(Sized{}), "size = 224\n");
  EXPECT_EQ(dump_config(Sized{{96, 160}}), "size = [96, 160]\n");
  EXPECT_EQ(load_config<Sized>("r", dump_config(Sized{{96, 160}})).size, ImageSize(96, 160));
}

TEST(Config, OtherSizesAreRefusedWithWhatASizeIs) {
  for (const char* value : {"0", "-16", "[96]", "[96, 160, 3]", "[96, 0]", "[96, -160]", "[96, 160.0]", "[96, 5000]",
                            "64.0", "true", "\"96x\"", "\"x160\"", "{}"}) {
    const std::string recipe = std::string("size = ") + value;
    EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { load_config<Sized>("r.toml", recipe); }),
                HasSubstr("r.toml:1:8: size: wanted a side in pixels or [height, width], from 1 to 4096, got "))
        << value;
  }
  for (const char* value : {"96x", "96x160x3", "96;160", "0x", "wide"}) {
    const std::vector<std::string> overrides = {std::string("size=") + value};
    EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { load_config<Sized>("r.toml", "", overrides); }),
                HasSubstr("wanted a side in pixels or [height, width]"))
        << value;
  }
}

}  // namespace
}  // namespace itpn
