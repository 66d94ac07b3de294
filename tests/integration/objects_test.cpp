// `itpn data` on pictures with objects, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "itpn/core/files.h"
#include "itpn/io/png_writer.h"
#include "tests/integration/program.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A set in YOLO's form: two pictures to learn from, one to measure on.
class Objects : public ::testing::Test {
 protected:
  Objects() {
    put("data.yaml", "train: images/train\nval: images/val\nnames: [cat, dog]\n");
    put_picture("train/a", "0 0.5 0.5 0.5 0.5\n1 0.1 0.1 0.4 0.1 0.4 0.6\n");
    put_picture("train/b", "");
    put_picture("val/c", "1 0.25 0.5 0.25 0.5\n");
  }
  void put(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(parent_path(folder_.file(name)));
    write_file_atomically(posix_fs(), folder_.file(name), text);
  }
  void put_picture(const std::string& name, const std::string& labels) {
    put("labels/" + name + ".txt", labels);
    std::filesystem::create_directories(parent_path(folder_.file("images/" + name)));
    write_file_atomically(posix_fs(), folder_.file("images/" + name + ".png"), encode_png(Image(64, 48, 3)));
  }

  const TemporaryDirectory folder_;
};

TEST_F(Objects, AreCountedByPartAndClassAndDrawn) {
  const Outcome outcome = run_program({"data", folder_.path(), "--json", "--pictures", folder_.file("sheets")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto parts = nlohmann::json::parse(outcome.out).at("parts");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].at("form"), "yolo");
  EXPECT_EQ(parts[0].at("images_without_objects"), 1);
  EXPECT_EQ(parts[0].at("objects_with_mask"), 1);
  EXPECT_EQ(parts[1].at("classes").at(1).at("objects"), 1);
  EXPECT_TRUE(exists(posix_fs(), folder_.file("sheets/training.png")));
  EXPECT_TRUE(exists(posix_fs(), folder_.file("sheets/validation.png")));
}

TEST_F(Objects, InADamagedTextAreNamedWithFileAndLine) {
  put("labels/val/c.txt", "1 0.25 0.5 0.25 0.5\n1 12 30 40 50\n");
  const Outcome outcome = run_program({"data", folder_.path()});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("labels/val/c.txt: line 2: 12 is no share"), HasSubstr("a line must be")));
}

TEST_F(Objects, CannotBeDrawnWhereThereAreNone) {
  const Outcome outcome = run_program({"data", folder_.file("images"), "--pictures", folder_.file("sheets")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--pictures draws objects, and there are no annotations"));
}

}  // namespace
}  // namespace itpn::test
