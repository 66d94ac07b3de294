#include "itpn/data/path_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/data/datasets/tar_for_test.h"
#include "itpn/io/png_writer.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

class PathKindTest : public testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& content) {
    const std::string path = directory_.file(name);
    make_directories(posix_fs(), parent_path(path));
    write_file_atomically(posix_fs(), path, content);
    return path;
  }
  std::string source(const std::string& name) { return source_of_path(posix_fs(), directory_.file(name)); }
  std::string refusal(const std::string& name) {
    return test::error_of(ExitCode::kData, [&] { source(name); });
  }
  const std::string tar_ = test::tar_member("a.jpg", "A") + std::string(1024, '\0');
  test::TemporaryDirectory directory_;
};

TEST_F(PathKindTest, ContentDecidesAndNotTheName) {
  put("shard.data", tar_);
  put("pictures.list", "a.png 0\n");
  put("names.tar", "a.png 0\n");
  put("folder.txt/a.png", "x");
  EXPECT_EQ(source("shard.data"), "tar");
  EXPECT_EQ(source("pictures.list"), "list");
  EXPECT_EQ(source("names.tar"), "list");
  EXPECT_EQ(source("folder.txt"), "folder");
  EXPECT_EQ(source("s-{0..3}.tar"), "tar");
}

TEST_F(PathKindTest, AFolderIsOneOfShardsOnlyWhereNothingElseMayHoldPictures) {
  put("only/s-0.tar", tar_);
  put("only/readme.txt", "x");
  put("only/@eaDir/t.jpg", "x");
  put("beside/s-0.tar", tar_);
  put("beside/cat/a.png", "x");
  put("picture/s-0.tar", tar_);
  put("picture/a.png", "x");
  EXPECT_EQ(source("only"), "tar");
  EXPECT_EQ(source("beside"), "folder");
  EXPECT_EQ(source("picture"), "folder");
}

TEST_F(PathKindTest, WhatIsNoDatasetIsToldByWhatItIs) {
  const auto png = encode_png(Image(2, 2, 3));
  write_file_atomically(posix_fs(), directory_.file("one"), png);
  put("packed.tar", "\x1f\x8b\x08 packed");
  put("archive.zip", "PK\x03\x04");
  put("seven", "7z\xbc\xaf\x27\x1c");
  put("weights", std::string("\x10\0\0\0\0\0\0\0{", 9));
  put("phone.heic", std::string("\0\0\0\x18"
                                "ftypheic\0\0\0\0",
                                16));
  EXPECT_THAT(refusal("one"), HasSubstr("is a PNG picture: one picture, no dataset"));
  EXPECT_THAT(refusal("packed.tar"), HasSubstr("is a gzip-compressed file; unpack it first"));
  EXPECT_THAT(refusal("archive.zip"), HasSubstr("is a zip archive; unpack it first"));
  EXPECT_THAT(refusal("seven"), HasSubstr("is a 7z archive"));
  EXPECT_THAT(refusal("weights"), HasSubstr("weights, no pictures"));
  EXPECT_THAT(refusal("phone.heic"), HasSubstr("is a HEIC picture; convert it"));
  EXPECT_THAT(refusal("nothing"), HasSubstr("there is no such folder, list or shard"));
}

TEST_F(PathKindTest, APathSetsTheSourceAndIsNeverIgnored) {
  DataConfig data;
  settle_source(posix_fs(), &data);
  EXPECT_EQ(data.source, "synthetic");
  data.source = kAutoSource;
  data.path = put("list.csv", "a.png,1\n");
  settle_source(posix_fs(), &data);
  EXPECT_EQ(data.source, "list");
  data.source = "synthetic";
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { settle_source(posix_fs(), &data); }),
              HasSubstr("is given, but data.source = \"synthetic\""));
}

TEST_F(PathKindTest, ASourceThatThePathIsNotIsRefused) {
  put("cat/a.png", "x");
  put("s.tar", tar_);
  const auto refusal_of = [&](const std::string& source, const std::string& name) {
    return test::error_of(ExitCode::kData, [&] { check_source(posix_fs(), source, directory_.file(name)); });
  };
  EXPECT_THAT(refusal_of("list", "cat"), HasSubstr("but this is a folder"));
  EXPECT_THAT(refusal_of("list", "s.tar"), HasSubstr("but this is a tar shard"));
  EXPECT_THAT(refusal_of("folder", "s.tar"), HasSubstr("but this is a tar shard"));
  check_source(posix_fs(), "tar", directory_.path());
  check_source(posix_fs(), "folder", directory_.path());
}

}  // namespace
}  // namespace itpn
