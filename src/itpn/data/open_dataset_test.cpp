#include "itpn/data/open_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "itpn/data/uncached_folder_for_test.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Opening fails as a data error; its message.
std::string refusal(DataConfig config, const std::string& path) {
  config.path = path;
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

class OpenFolder : public testing::Test {
 protected:
  void put(const std::string& name) {
    make_directories(posix_fs(), parent_path(directory_.file(name)));
    write_file_atomically(posix_fs(), directory_.file(name), std::string("x"));
  }
  std::string refusal_with_labels() { return refusal(test::uncached_folder(), directory_.path()); }
  test::TemporaryDirectory directory_;
};

TEST_F(OpenFolder, PartsOfADatasetAreNoClasses) {
  put("Train/cat/1.jpg");
  put("test/cat/2.jpg");
  EXPECT_THAT(refusal_with_labels(), HasSubstr("Train/ and test/ are parts of a dataset and no classes"));
  EXPECT_THAT(refusal_with_labels(),
              HasSubstr("data.path=" + directory_.file("Train") + " data.val_path=" + directory_.file("test")));
  put("bus/3.jpg");  // among other vehicles, a train is a class
  EXPECT_EQ(open_dataset(test::uncached_folder(), directory_.path(), {.needs_labels = true, .shows_progress = false})
                ->class_names()
                .size(),
            3u);
}

TEST_F(OpenFolder, PicturesAndTheirLabelMapsAreNoClasses) {
  put("Images/train/1.jpg");
  put("masks/train/1.png");
  EXPECT_THAT(refusal_with_labels(), HasSubstr("Images/ and masks/ are pictures and their label maps and no classes"));
  EXPECT_THAT(refusal_with_labels(), HasSubstr("data.path=" + directory_.file("Images")));
  put("gloves/2.jpg");  // among other things to wear, masks are a class
  EXPECT_NO_THROW(
      open_dataset(test::uncached_folder(), directory_.path(), {.needs_labels = true, .shows_progress = false}));
}

TEST_F(OpenFolder, AClassThatIsALinkToAnotherIsAnErrorNotAClassFewer) {
  put("cat/1.jpg");
  put("dog/2.jpg");
  std::filesystem::create_directory_symlink(directory_.file("cat"), directory_.file("lion"));
  EXPECT_THAT(refusal_with_labels(), HasSubstr("lion: folder seen already (a link)"));
  EXPECT_EQ(open_dataset(test::uncached_folder(), directory_.path(), {.shows_progress = false})->size(), 2);
}

TEST_F(OpenFolder, AClassThatCannotBeReadIsAnError) {
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser reads every folder";
  put("cat/1.jpg");
  put("dog/2.jpg");
  std::filesystem::permissions(directory_.file("dog"), std::filesystem::perms::none);
  EXPECT_THAT(refusal_with_labels(), HasSubstr("dog: folder cannot be read"));
  std::filesystem::permissions(directory_.file("dog"), std::filesystem::perms::owner_all);
}

TEST_F(OpenFolder, AnEmptyClassIsShownWithWhatIsInIt) {
  put("cat/1.jpg");
  put("scans/a.tif");
  put("scans/b.tif");
  EXPECT_THAT(refusal_with_labels(), HasSubstr("scans (skipped 2: a picture in a format that is not read"));
  EXPECT_THAT(refusal_with_labels(), HasSubstr("data.allow_empty_classes"));
}

TEST_F(OpenFolder, ThePictureBesideTheClassesIsNamed) {
  put("cat/1.jpg");
  put("cover.jpg");
  EXPECT_THAT(refusal_with_labels(), HasSubstr("no classes: cover.jpg lies beside the sub-folders"));
}

TEST_F(OpenFolder, TheSummaryIsOneLineWithSourceAndClasses) {
  put("cat/1.jpg");
  put("dog/2.jpg");
  const auto dataset = open_dataset(test::uncached_folder(), directory_.path(), {.shows_progress = false});
  EXPECT_EQ(dataset_summary(*dataset, "/p", "folder"), "/p (folder): 2 pictures, 2 classes (cat, dog), 0.0 MiB");
}

TEST_F(OpenFolder, ValidationPicturesMayBeOfAnotherKind) {
  put("cat/1.jpg");
  write_file_atomically(posix_fs(), directory_.file("val.csv"), std::string("path,label\ncat/1.jpg,cat\n"));
  DataConfig config = test::uncached_folder();
  config.path = directory_.path();
  EXPECT_THAT(open_dataset(config, directory_.file("val.csv"), {.shows_progress = false})->class_names(),
              ElementsAre("cat"));
}

}  // namespace
}  // namespace itpn
