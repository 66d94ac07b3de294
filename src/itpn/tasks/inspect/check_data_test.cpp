#include "itpn/tasks/inspect/check_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "itpn/io/png_writer.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

class CheckDataTest : public ::testing::Test {
 protected:
  CheckDataTest() {
    for (const char* folder : {"cat", "dog"}) make_directories(posix_fs(), directory_.file(folder));
    put("cat/a.png", 4, 3);
    put("cat/b.png", 8, 3);
    put("dog/c.png", 6, 5);
    write_file_atomically(posix_fs(), directory_.file("dog/empty.jpg"), std::string());
    write_file_atomically(posix_fs(), directory_.file("dog/text.jpg"), std::string("hello"));
    write_file_atomically(posix_fs(), directory_.file("dog/notes.txt"), std::string("hello"));
  }
  void put(const std::string& name, int width, int height) {
    write_file_atomically(posix_fs(), directory_.file(name), encode_png(Image(width, height, 3)));
  }
  DataReport report() { return check_data({.path = directory_.path(), .threads = 3, .shows_progress = false}); }

  test::TemporaryDirectory directory_;
};

TEST_F(CheckDataTest, CountsPicturesClassesAndSizes) {
  const DataReport found = report();
  EXPECT_EQ(found.images, 5);
  EXPECT_EQ(found.class_counts, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(found.pictures.width.min, 4);
  EXPECT_EQ(found.pictures.width.median, 6);
  EXPECT_EQ(found.pictures.width.max, 8);
  EXPECT_EQ(found.pictures.formats.at("png"), 3);
  EXPECT_EQ(found.skipped.size(), 1U);
}

TEST_F(CheckDataTest, NamesEveryDefectWithItsFile) {
  const DataReport found = report();
  ASSERT_EQ(found.pictures.defects.size(), 2U);
  EXPECT_THAT(found.pictures.defects[0].name, HasSubstr("dog/empty.jpg"));
  EXPECT_EQ(found.pictures.defects[0].kind, "empty");
  EXPECT_EQ(found.pictures.defects[1].kind, "not-an-image");
  EXPECT_THAT(data_report_table(found), HasSubstr("dog/text.jpg"));
}

TEST_F(CheckDataTest, TheJsonIsCompleteAndTheTableSaysWhatItLeavesOut) {
  const DataReport found = report();
  const auto json = nlohmann::json::parse(data_report_json(found));
  EXPECT_EQ(json.at("defects").size(), 2U);
  EXPECT_EQ(json.at("classes").at("dog"), 3);
  EXPECT_THAT(data_report_table(found, 1), HasSubstr("and 1 more"));
}

// Pictures of the fixtures, cut and closed with an end mark.
TEST_F(CheckDataTest, NamesDamagedPicturesThatCanBeDecoded) {
  for (const std::string name : {"colour_420.jpg", "colour_444_progressive.jpg"}) {
    auto bytes = read_file(posix_fs(), test::source_path("src/itpn/io/testdata/images/" + name));
    bytes.resize(bytes.size() - 20);
    bytes.insert(bytes.end(), {std::byte{0xFF}, std::byte{0xD9}});
    write_file_atomically(posix_fs(), directory_.file("cat/" + name), bytes);
  }
  const DataReport found = report();
  EXPECT_EQ(found.pictures.defect_kinds.at("damaged"), 2);
  EXPECT_THAT(data_report_table(found), HasSubstr("cat/colour_420.jpg: JPEG: "));
  EXPECT_THAT(data_report_table(found), HasSubstr("cat/colour_444_progressive.jpg: JPEG: "));
}

TEST_F(CheckDataTest, CountsWhatKeysOfARecipeDecide) {
  write_file_atomically(posix_fs(), directory_.file("cat/cut.png"), encode_png(Image(4, 4, 4)));
  for (const std::string name : {"orientation_6.png", "orientation_8.webp", "palette_alpha_4.png"}) {
    write_file_atomically(posix_fs(), directory_.file("dog/" + name),
                          read_file(posix_fs(), test::source_path("src/itpn/io/testdata/images/" + name)));
  }
  const std::string text = data_report_table(report());
  EXPECT_THAT(text, HasSubstr("2 pictures turned or mirrored by EXIF: seen as people see it (data.exif=ignore"));
  EXPECT_THAT(text, HasSubstr("2 pictures with transparent pixels: white shines through (data.alpha=drop"));
}

TEST_F(CheckDataTest, RefusesWhatIsNotThere) { EXPECT_THROW(check_data({.path = directory_.file("no")}), Error); }

}  // namespace
}  // namespace itpn
