// Pictures that are not square, and grey ones, through every command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/files.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/safetensors.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/program.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

const Words kGreyAndWide = {"data.image_size=[32, 48]", "data.channels=1", "model.in_channels=1"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Shapes : public ::testing::Test {
 protected:
  Shapes() { write_colour_data(data_); }

  // What a command says, which has to end well.
  static Outcome run(const Words& words) {
    Outcome outcome = run_program(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome;
  }

  void pretrain(const Words& changes) {
    run(tiny_pretrain(pretrained_,
                      with({"data.path=" + data_ + "/train", "data.cache_dir=off", "train.max_steps=2"}, changes)));
  }
  void finetune(const Words& changes) {
    run(tiny_classifier("finetune", data_, classifier_, with({"--init", pretrained_}, changes)));
  }

  TemporaryDirectory folder_;
  const std::string data_ = folder_.file("data"), pretrained_ = folder_.file("pretrained"),
                    classifier_ = folder_.file("classifier"), picture_ = data_ + "/val/red/0.png";
};

TEST_F(Shapes, GreyAndWidePicturesGoThroughEveryCommand) {
  pretrain(kGreyAndWide);
  finetune(with(kGreyAndWide, {"model.relative_position_bias=true"}));
  EXPECT_THAT(run({"eval", classifier_, "--data", data_ + "/val"}).out, HasSubstr("top-1"));
  EXPECT_THAT(run({"predict", classifier_, data_ + "/val", "--format", "csv"}).out, HasSubstr("0.png"));
  EXPECT_THAT(run({"knn", "--init", pretrained_, "--data", data_}).out, HasSubstr("k-NN top-1"));
  run(tiny_classifier("linprobe", data_, folder_.file("probe"), with({"--init", pretrained_}, kGreyAndWide)));
  run({"embed", pretrained_, data_ + "/val", "--level", "p4", "-o", folder_.file("p4.safetensors")});
  const SafetensorsFile features(posix_fs(), folder_.file("p4.safetensors"));
  EXPECT_THAT(features.find("features")->shape, ElementsAre(12, 16, 2, 3));
  run({"reconstruct", pretrained_, data_ + "/val/red", "-o", folder_.file("panels")});
  const Image panel = decode_rgb(read_file(posix_fs(), folder_.file("panels/0.png")));
  EXPECT_EQ(panel.height, 32 + 2 * 4);
  EXPECT_EQ(panel.width, 4 * (48 + 4) + 4);
}

TEST_F(Shapes, AModelTakesOtherShapesThanItsOwnWhereItIsAsked) {
  pretrain({});
  finetune({"model.relative_position_bias=true"});
  for (const char* size : {"48", "32x64", "48x16"}) {
    run({"predict", classifier_, data_ + "/val", "--image-size", size});
    run({"knn", "--init", pretrained_, "--data", data_, "--image-size", size});
  }
  run({"embed", pretrained_, data_ + "/val", "--level", "p3", "--image-size", "32x64", "-o",
       folder_.file("p3.safetensors")});
  const SafetensorsFile features(posix_fs(), folder_.file("p3.safetensors"));
  EXPECT_THAT(features.find("features")->shape, ElementsAre(12, 16, 4, 8));
}

TEST_F(Shapes, WhatIsNoSizeOfPicturesIsRefused) {
  pretrain({});
  for (const char* size : {"0", "-32", "32x", "32x48x3", "wide", "32x0"}) {
    const Outcome outcome = run_program({"embed", pretrained_, picture_, "--image-size", size});
    EXPECT_EQ(outcome.code, 2) << size;
    EXPECT_THAT(outcome.err, HasSubstr("wanted a side, as 224, or HEIGHTxWIDTH, as 96x160")) << size;
  }
  const Outcome undivided = run_program({"embed", pretrained_, picture_, "--image-size", "32x40"});
  EXPECT_EQ(undivided.code, 2);
  EXPECT_THAT(undivided.err, HasSubstr("32x40 does not divide into patches of 16 pixels; try 32x48"));
}

TEST_F(Shapes, WeightsOfColourStartAModelOfGreyAndBack) {
  pretrain({});
  const Outcome to_grey =
      run(tiny_classifier("finetune", data_, classifier_, with(kGreyAndWide, {"--init", pretrained_})));
  EXPECT_THAT(to_grey.err, HasSubstr("reshaped: patch_embed.proj.weight [8, 3, 4, 4] -> [8, 1, 4, 4]"));
  const Outcome to_colour =
      run(tiny_classifier("finetune", data_, folder_.file("colour"), {"--init", classifier_, "data.image_size=32"}));
  EXPECT_THAT(to_colour.err, HasSubstr("reshaped: patch_embed.proj.weight [8, 1, 4, 4] -> [8, 3, 4, 4]"));
}

}  // namespace
}  // namespace itpn::test
