// What the commands see of turned and transparent pictures: the same as the model has seen in training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "itpn/core/files.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/picture_files_for_test.h"
#include "tests/integration/program.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

// Blocks of colour, so that features of the upright picture and of the lying one are far apart.
Image blocks(int channels) {
  Image image(60, 40, channels);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 60; ++x) {
      for (int c = 0; c < channels; ++c)
        image.row(y)[x * channels + c] = static_cast<uint8_t>(x * 4 * (c == 0) + y * 6 * (c == 1));
    }
  }
  return image;
}

class Pictures : public ::testing::Test {
 protected:
  Pictures() {
    make_directories(posix_fs(), folder_.file("d"));
    const Image stored = blocks(3);
    put("phone", png_with_orientation(stored, 6));
    put("bare", encode_png(stored));
    put("upright", encode_png(apply_orientation(stored, 6)));
    for (const uint8_t hidden : {uint8_t{0}, uint8_t{200}}) {
      Image cut = blocks(4);
      for (size_t i = 0; i < cut.pixels.size(); i += 4) {
        cut.pixels[i + 3] = i % 480 < 240 ? 255 : 0;
        if (i % 480 >= 240) std::fill_n(&cut.pixels[i], 3, hidden);
      }
      put(hidden == 0 ? "cut0" : "cut200", encode_png(cut));
    }
    for (int i = 0; i < 3; ++i) put("z" + std::to_string(i), encode_png(noise(40, 40, 3, static_cast<unsigned>(i))));
  }
  void put(const std::string& name, const Bytes& bytes) { write_file_atomically(posix_fs(), picture(name), bytes); }
  std::string picture(const std::string& name) const { return folder_.file("d/" + name + ".png"); }

  std::string trained(const std::string& name, const std::vector<std::string>& changes) {
    std::vector<std::string> words = {"data.path=" + folder_.file("d"), "train.max_steps=1", "log.panel_images=0"};
    words.insert(words.end(), changes.begin(), changes.end());
    const Outcome outcome = run_program(tiny_pretrain(folder_.file(name), words));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return folder_.file(name);
  }

  // The features of each picture, as text.
  std::vector<std::string> features(const std::string& run, const std::vector<std::string>& names) {
    std::vector<std::string> words = {"embed", run, "-o", folder_.file("e.csv")};
    for (const std::string& name : names) words.push_back(picture(name));
    const Outcome outcome = run_program(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    std::istringstream lines(read_text_file(posix_fs(), folder_.file("e.csv")));
    std::vector<std::string> rows;
    for (std::string line; std::getline(lines, line);) rows.push_back(line.substr(line.find(',')));
    EXPECT_EQ(rows.size(), names.size());
    rows.resize(names.size());
    return rows;
  }

  Bytes panel(const std::string& run, const std::string& name) {
    const std::string output = folder_.file("panels-" + name);
    const Outcome outcome = run_program({"reconstruct", run, picture(name), "-o", output});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return read_file(posix_fs(), output + "/overview.png");
  }

  TemporaryDirectory folder_;
};

TEST_F(Pictures, AreTurnedWhereTheModelHasSeenThemTurnedAndNotElsewhere) {
  const std::string applying = trained("apply", {}), ignoring = trained("ignore", {"data.exif=ignore"});
  const auto turned = features(applying, {"phone", "bare", "upright"});
  EXPECT_EQ(turned[0], turned[2]);
  EXPECT_NE(turned[0], turned[1]);
  const auto lying = features(ignoring, {"phone", "bare", "upright"});
  EXPECT_EQ(lying[0], lying[1]);
  EXPECT_NE(lying[0], lying[2]);
  EXPECT_EQ(panel(applying, "phone"), panel(applying, "upright"));
  EXPECT_EQ(panel(ignoring, "phone"), panel(ignoring, "bare"));
}

TEST_F(Pictures, WhatLiesBelowTransparencyMattersOnlyToAModelThatHasSeenIt) {
  const auto blended = features(trained("white", {}), {"cut0", "cut200"});
  EXPECT_EQ(blended[0], blended[1]);
  const auto dropped = features(trained("drop", {"data.alpha=drop"}), {"cut0", "cut200"});
  EXPECT_NE(dropped[0], dropped[1]);
}

TEST_F(Pictures, OtherWaysOfSeeingThemAreRefusedOnResume) {
  const std::string run = trained("run", {});
  const std::vector<std::string> words = {"data.path=" + folder_.file("d"),
                                          "train.max_steps=2",
                                          "log.panel_images=0",
                                          "--resume",
                                          "auto",
                                          "data.exif=ignore"};
  const Outcome outcome = run_program(tiny_pretrain(run, words));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("data.exif: \"apply\" -> \"ignore\""));
}

TEST_F(Pictures, TooLargeOnesAreNamedWithAnOptionThatHelps) {
  const std::vector<std::string> words = {"data", folder_.file("d"), "--max-megapixels", "0.002"};
  const Outcome refused = run_program(words);
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.out,
              HasSubstr("60 x 40 pixels are more than 0.002 megapixels; make the picture smaller, or raise "
                        "--max-megapixels here and data.max_megapixels in training (too-large)"));
  EXPECT_EQ(run_program({"data", folder_.file("d"), "--max-megapixels", "0.0024"}).code, 0);
  const Outcome left_out = run_program({"embed", trained("run", {}), picture("bare"), picture("z0"), "-o",
                                        folder_.file("e.csv"), "--max-megapixels", "0.002"});
  EXPECT_EQ(left_out.code, 3);
  EXPECT_THAT(left_out.err, HasSubstr("make the picture smaller, or raise --max-megapixels"));
}

}  // namespace
}  // namespace itpn::test
