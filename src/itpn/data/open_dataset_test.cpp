#include "itpn/data/open_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/data/uncached_folder_for_test.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;

// Opening fails as a data error; its message.
std::string refusal(const DataConfig& config, const std::string& path) {
  return test::error_of(ExitCode::kData,
                        [&] { open_dataset(config, path, {.needs_labels = true, .shows_progress = false}); });
}

TEST(OpenDataset, AnEmptyClassEndsATaskWithLabelsUnlessAllowed) {
  const test::TemporaryDirectory directory;
  make_directories(posix_fs(), directory.file("cow"));
  make_directories(posix_fs(), directory.file("dog"));
  write_file_atomically(posix_fs(), directory.file("dog/1.jpg"), std::string("x"));
  DataConfig config = test::uncached_folder();
  EXPECT_THAT(open_dataset(config, directory.path(), {.shows_progress = false})->class_names(), ElementsAre("dog"));
  EXPECT_THAT(refusal(config, directory.path()), ::testing::HasSubstr("cow"));
  config.allow_empty_classes = true;
  EXPECT_THAT(open_dataset(config, directory.path(), {.needs_labels = true, .shows_progress = false})->class_names(),
              ElementsAre("cow", "dog"));
}

TEST(OpenDataset, ATaskWithLabelsRefusesPicturesWithoutClasses) {
  const test::TemporaryDirectory directory;
  write_file_atomically(posix_fs(), directory.file("1.jpg"), std::string("x"));
  EXPECT_THAT(refusal(test::uncached_folder(), directory.path()), ::testing::HasSubstr("no classes"));
}

TEST(GuessSource, TellsShardsListsAndFoldersApart) {
  const test::TemporaryDirectory directory;
  make_directories(posix_fs(), directory.file("shards"));
  make_directories(posix_fs(), directory.file("pictures/dog"));
  write_file_atomically(posix_fs(), directory.file("shards/0.tar"), std::string("x"));
  write_file_atomically(posix_fs(), directory.file("names.txt"), std::string("dog/1.jpg\n"));
  EXPECT_EQ(guess_source(directory.file("shards")), "tar");
  EXPECT_EQ(guess_source(directory.file("shards/0.tar")), "tar");
  EXPECT_EQ(guess_source(directory.file("names.txt")), "list");
  EXPECT_EQ(guess_source(directory.file("pictures")), "folder");
}

}  // namespace
}  // namespace itpn
