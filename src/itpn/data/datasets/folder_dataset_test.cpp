#include "itpn/data/datasets/folder_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "itpn/core/utf8.h"
#include "itpn/data/datasets/folder_list.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

namespace files = std::filesystem;
using ::testing::ElementsAre;

class FolderTest : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& content = "x") {
    const std::string path = directory_.file(name);
    make_directories(posix_fs(), parent_path(path));
    write_file_atomically(posix_fs(), path, content);
  }
  FolderScan scan() { return scan_folder(posix_fs(), directory_.path()); }
  static std::vector<std::string> names(const FolderScan& scan) {
    std::vector<std::string> result;
    for (const auto& file : scan.files) result.push_back(file.name);
    return result;
  }
  static std::string reason(const FolderScan& scan, const std::string& name) {
    for (const auto& entry : scan.skipped) {
      if (entry.name == name) return entry.reason;
    }
    return "taken";
  }
  FolderDataset dataset(bool keeps_empty_classes = false) {
    const std::string root = directory_.path();
    return {posix_fs(), root, PictureIndex::in_memory(list_of(scan(), root)), keeps_empty_classes};
  }

  test::TemporaryDirectory directory_;
};

TEST_F(FolderTest, TakesPicturesOfAnyDepthAndCaseSortedByName) {
  for (const char* name : {"b/2.JPG", "a.jpeg", "b/c/d/1.WebP", "b/note.txt", "b/.hidden.jpg", "z.PNG"}) put(name);
  EXPECT_THAT(names(scan()), ElementsAre("a.jpeg", "b/2.JPG", "b/c/d/1.WebP", "z.PNG"));
  EXPECT_EQ(reason(scan(), "b/note.txt"), "not a picture's name");
}

TEST_F(FolderTest, MakesClassesOfSubFoldersOnlyIfAllPicturesLieInThem) {
  put("dog/1.jpg");
  put("cat/deep/2.jpg");
  const FolderDataset with = dataset();
  EXPECT_THAT(with.class_names(), ElementsAre("cat", "dog"));
  EXPECT_EQ(with.label(0), 0);
  EXPECT_EQ(with.label(1), 1);
  put("0.jpg");
  const FolderDataset without = dataset();
  EXPECT_TRUE(without.class_names().empty());
  EXPECT_EQ(without.label(0), -1);
}

TEST_F(FolderTest, NamesEmptyClasses) {
  put("dog/1.jpg");
  make_directories(posix_fs(), directory_.file("cow"));
  EXPECT_THAT(dataset().empty_classes(), ElementsAre("cow"));
}

TEST_F(FolderTest, AnEmptyClassKeepsItsNumberIfAsked) {
  put("ant/1.jpg");
  put("dog/1.jpg");
  make_directories(posix_fs(), directory_.file("cow"));
  const FolderDataset kept = dataset(true);
  EXPECT_THAT(kept.class_names(), ElementsAre("ant", "cow", "dog"));
  EXPECT_EQ(kept.label(1), 2);
  EXPECT_EQ(dataset().label(1), 1);
  EXPECT_NE(fingerprint(kept), fingerprint(dataset()));
}

// Checkpoints hold it: the SHA-256 of "LENGTH LABEL NAME" of each picture.
TEST(Fingerprint, HasTheValueThatCheckpointsHold) {
  FolderScan scan;
  scan.files = {{"a/1.jpg", 5}, {"b/2.png", 7}};
  const FolderDataset set(posix_fs(), "/data", PictureIndex::in_memory(list_of(scan, "/data")));
  const DatasetFingerprint print = fingerprint(set);
  EXPECT_EQ(print.count, 2);
  EXPECT_EQ(print.total_bytes, 12U);
  EXPECT_EQ(print.names_hash, "823a610086e1cb3c4dee760c2a5f9ebe28419c1bc27636b98b39ad063c61ff77");
}

TEST_F(FolderTest, SurvivesLoopsDanglingLinksPipesAndFoldersNamedLikePictures) {
  put("a/1.jpg");
  files::create_directory_symlink(directory_.path(), directory_.file("a/loop"));
  files::create_symlink("nowhere", directory_.file("a/dangling.jpg"));
  files::create_symlink("1.jpg", directory_.file("a/link.jpg"));
  ASSERT_EQ(mkfifo(directory_.file("a/pipe.jpg").c_str(), 0600), 0);
  put("a/folder.jpg/2.jpg");
  const FolderScan found = scan();
  EXPECT_THAT(names(found), ElementsAre("a/1.jpg", "a/folder.jpg/2.jpg", "a/link.jpg"));
  EXPECT_EQ(reason(found, "a/loop"), "folder seen already (a link)");
  EXPECT_EQ(reason(found, "a/pipe.jpg"), "neither a file nor a link to one");
  EXPECT_THAT(reason(found, "a/dangling.jpg"), ::testing::HasSubstr("No such file"));
}

TEST_F(FolderTest, FoldersOfSystemsAreNoClassesAndCountOnce) {
  for (const char* name :
       {"cat/1.jpg", "cat/@eaDir/1.jpg/thumb.jpg", "dog/2.png", "$Recycle.Bin/3.jpg", "#recycle/4.jpg",
        "__MACOSX/cat/5.jpg", "dog/.ipynb_checkpoints/2-checkpoint.png", ".thumbnails/6.png"}) {
    put(name);
  }
  make_directories(posix_fs(), directory_.file("lost+found"));
  EXPECT_THAT(dataset().class_names(), ElementsAre("cat", "dog"));
  EXPECT_EQ(dataset().size(), 2);
  EXPECT_TRUE(dataset().empty_classes().empty());
  const SkippedGroups groups = dataset().skipped_by_reason();
  EXPECT_EQ(groups.at(kSystemFolder).count, 7);
  EXPECT_EQ(groups.at(kSystemFolder).examples.size(), kMaxExamples);
}

TEST_F(FolderTest, WhatWasGivenAndIsNotReadIsToldApartFromOtherFiles) {
  for (const char* name : {"a.png", "b.bmp", "c.TIFF", "d.heic", "e.gif", "notes.txt"}) put(name);
  files::create_symlink("nowhere", directory_.file("f.png"));
  const SkippedGroups groups = dataset().skipped_by_reason();
  EXPECT_EQ(groups.at(kOtherFormat).count, 4);
  EXPECT_EQ(only_lost(groups).size(), 2u);
  EXPECT_THAT(skipped_text(only_harmless(groups)), ::testing::StrEq("skipped 1: not a picture's name (notes.txt)"));
  EXPECT_THAT(skipped_text(groups), ::testing::HasSubstr("(b.bmp, c.TIFF, d.heic, ...)"));
}

TEST_F(FolderTest, SaysWhyThereAreNoClasses) {
  put("a.png");
  EXPECT_THAT(dataset().why_no_classes(), ::testing::HasSubstr("lie in no sub-folders"));
  put("cat/b.png");
  EXPECT_THAT(dataset().why_no_classes(), ::testing::StartsWith("a.png lies beside the sub-folders; move it away"));
}

TEST_F(FolderTest, KeepsTheBytesOfNamesAndEscapesThemForMessages) {
  const std::string name = "bad\xff\nname\\.jpg";
  put(name);
  EXPECT_THAT(names(scan()), ElementsAre(name));
  EXPECT_EQ(printable_name(name), "bad\\xff\\x0aname\\x5c.jpg");
  EXPECT_EQ(printable_name("gr\xc3\xbc\xc3\x9f \xe2\x82\xac"), "gr\xc3\xbc\xc3\x9f \xe2\x82\xac");
  EXPECT_EQ(printable_name("\xc3"), "\\xc3");
  EXPECT_EQ(printable_name("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST_F(FolderTest, SaysWhyThereIsNothing) {
  put("a.txt");
  EXPECT_THROW(dataset(), Error);
  EXPECT_THROW(scan_folder(posix_fs(), directory_.file("absent")), Error);
}

TEST_F(FolderTest, AFingerprintNoticesNamesAndSizes) {
  put("a/1.jpg");
  put("b/2.jpg");
  const auto before = fingerprint(dataset());
  EXPECT_EQ(before.count, 2);
  EXPECT_EQ(before.total_bytes, 2U);
  EXPECT_EQ(fingerprint(dataset()), before);
  files::rename(directory_.file("b/2.jpg"), directory_.file("b/3.jpg"));
  EXPECT_NE(fingerprint(dataset()).names_hash, before.names_hash);
}

TEST_F(FolderTest, AMissingSampleIsBadByKind) {
  put("a/1.jpg");
  const FolderDataset set = dataset();
  files::remove(directory_.file("a/1.jpg"));
  StoredPicture picture;
  try {
    set.read(0, picture);
    FAIL();
  } catch (const SampleError& error) {
    EXPECT_EQ(error.kind, "missing");
  }
}

}  // namespace
}  // namespace itpn
