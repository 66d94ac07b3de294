#include "itpn/tasks/features/picture_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExpandPictures : public testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& content = "x") {
    make_directories(posix_fs(), parent_path(directory_.file(name)));
    write_file_atomically(posix_fs(), directory_.file(name), content);
    return directory_.file(name);
  }
  test::TemporaryDirectory directory_;
};

TEST_F(ExpandPictures, AListIsToldByItsContent) {
  const std::string list = put("names.lst", "path,label\na.png,1\n"), picture = put("text.png", "no picture");
  EXPECT_THAT(expand_pictures({list, picture, "/none.txt"}).paths,
              ElementsAre(directory_.file("a.png"), picture, "/none.txt"));
}

TEST_F(ExpandPictures, WhatAFolderHoldsAndIsNotUsedIsCounted) {
  for (const char* name : {"s/a.png", "s/b.gif", "s/c.heic", "s/notes.md", "s/@eaDir/a.jpg"}) put(name);
  std::filesystem::create_symlink("nowhere", directory_.file("s/d.jpg"));
  const ExpandedPictures pictures = expand_pictures({directory_.file("s")});
  EXPECT_THAT(pictures.paths, ElementsAre(directory_.file("s/a.png")));
  EXPECT_EQ(pictures.lost, 3);
}

TEST_F(ExpandPictures, ArchivesAndWeightsAreToldByWhatTheyAre) {
  const std::string zip = put("p.zip", "PK\x03\x04");
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { expand_pictures({zip}); }),
              HasSubstr("is a zip archive; unpack it"));
}

}  // namespace
}  // namespace itpn
