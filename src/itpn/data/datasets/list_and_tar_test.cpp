#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/utf8.h"
#include "itpn/data/datasets/list_dataset.h"
#include "itpn/data/datasets/shard_list.h"
#include "itpn/data/datasets/tar_dataset.h"
#include "itpn/data/datasets/tar_for_test.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::tar_member;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string text_of(const Dataset& dataset, int64_t index) {
  StoredPicture picture;
  dataset.read(index, picture);
  return {reinterpret_cast<const char*>(picture.bytes.data()), picture.bytes.size()};
}

class ListTest : public ::testing::Test {
 protected:
  ListDataset list(const std::string& text) {
    write_file_atomically(posix_fs(), directory_.file("list.txt"), text);
    return {posix_fs(), directory_.file("list.txt")};
  }
  test::TemporaryDirectory directory_;
};

TEST_F(ListTest, TakesPathsWithLabels) {
  write_file_atomically(posix_fs(), directory_.file("my cat.jpg"), std::string("cat"));
  const ListDataset set = list("my cat.jpg 2\r\n\n/abs/b.jpg\t0\n");
  EXPECT_EQ(set.size(), 2);
  EXPECT_EQ(text_of(set, 0), "cat");
  EXPECT_EQ(set.name(1), "/abs/b.jpg");
  EXPECT_EQ(set.label(0), 2);
  EXPECT_THAT(set.class_names(), ElementsAre("0", "1", "2"));
}

TEST_F(ListTest, TakesPathsWithoutLabels) {
  const ListDataset set = list("a b.jpg\nc.jpg\n");
  EXPECT_EQ(set.name(0), directory_.file("a b.jpg"));
  EXPECT_EQ(set.label(0), -1);
}

TEST_F(ListTest, NamesTheLineOfAMissingLabel) {
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { list("a.jpg 1\nb.jpg\n"); }),
              HasSubstr("list.txt:2: without a label"));
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { list("\n"); }), HasSubstr("names no picture"));
}

// One list in many spellings: the same pictures with the same labels.
TEST_F(ListTest, ReadsWhatSpreadsheetsAndEditorsWrite) {
  const std::vector<std::string> spellings = {
      "\xef\xbb\xbf"
      "x/a.jpg 0\nx/b c.jpg 2\n",
      "x/a.jpg,0\r\nx/b c.jpg,2\r\n",
      "File_Name;Target\nx/a.jpg;0\nx/b c.jpg;2\n",
      "split\tcategory\timage\ntrain\t0\tx/a.jpg\ntest\t2\tx/b c.jpg\n",
      "\"x/a.jpg\" 0\n\"x/b c.jpg\"\t2\n",
      "\"path\",\"label\"\n\"x/a.jpg\",\"0\"\n\"x/b c.jpg\" , 2\n",
      "x/a.jpg 0.0  \n\nx/b c.jpg 2.0\t\n",
      "path label\n  x/a.jpg 0\nx/b\\x20c.jpg 2"};
  for (const std::string& text : spellings) {
    SCOPED_TRACE(text);
    const ListDataset set = list(text);
    ASSERT_EQ(set.size(), 2);
    EXPECT_EQ(set.name(0), directory_.file("x/a.jpg"));
    EXPECT_EQ(set.name(1), directory_.file("x/b c.jpg"));
    EXPECT_EQ(set.label(0), 0);
    EXPECT_EQ(set.label(1), 2);
    EXPECT_TRUE(set.has_numbered_classes());
  }
}

TEST_F(ListTest, WordsAreClassesInTheirOrder) {
  for (const char* text : {"1.png tabby cat\n2.png axolotl\n3.png tabby cat",
                           "img,species\n1.png,tabby cat\n2.png,axolotl\n3.png,tabby cat\n",
                           "1.png;\"tabby cat\"\n2.png;axolotl\n3.png;\"tabby cat\"\n"}) {
    const ListDataset set = list(text);
    EXPECT_THAT(set.class_names(), ElementsAre("axolotl", "tabby cat")) << text;
    EXPECT_EQ(set.label(0), 1);
    EXPECT_EQ(set.label(1), 0);
    EXPECT_FALSE(set.has_numbered_classes());
  }
}

TEST_F(ListTest, ShowsTheFirstLineThatIsNotUnderstoodAndWhatItMustBe) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"a.jpg 1\nb.jpg\n", "list.txt:2: without a label, unlike the lines before: b.jpg"},
      {"a.jpg 1\nb.jpg cat\n", "list.txt:2: a label that is a word, unlike"},
      {"a.jpg,1,train\n", "list.txt:1: 3 columns without a header"},
      {"path,label\na.jpg,1,2\n", "list.txt:2: 3 columns, unlike the first line, which has 2"},
      {"a.jpg -1\n", "list.txt:1: '-1' is no label"},
      {"a.jpg,0.5\n", "list.txt:1: '0.5' is no label"},
      {"\"a.jpg 1\n", "list.txt:1: quotes that do not end"},
      {"file,width,height\na.jpg,3,4\n", "list.txt:1: a header that does not say which column is the label"}};
  for (const auto& [text, expected] : wrong) {
    const std::string message = test::error_of(ExitCode::kData, [&] { list(text); });
    EXPECT_THAT(message, HasSubstr(expected));
    EXPECT_THAT(message, HasSubstr("a line must be PATH, or PATH and LABEL"));
  }
}

TEST_F(ListTest, WhatIsNoTextIsToldByWhatItIs) {
  EXPECT_THAT(test::error_of(ExitCode::kData,
                             [&] {
                               list(
                                   std::string("\xff\xfe"
                                               "a\0",
                                               4));
                             }),
              HasSubstr("UTF-16, no list of pictures; save it as UTF-8"));
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { list(std::string("a\0.\0j\0", 6)); }), HasSubstr("UTF-16"));
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { list("PK\x03\x04"); }), HasSubstr("is a zip archive, no list"));
}

TEST_F(ListTest, NamesThatThisProgramHasWrittenComeBack) {
  const std::string name = "new\nline \xe9\\.png";
  EXPECT_EQ(list(printable_name(name) + "\n").name(0), directory_.file(name));
}

TEST(ExpandBraces, KeepsLeadingZerosAndMultipliesRanges) {
  EXPECT_THAT(expand_braces("a-{008..010}.tar"), ElementsAre("a-008.tar", "a-009.tar", "a-010.tar"));
  EXPECT_THAT(expand_braces("{0..1}/{2..3}"), ElementsAre("0/2", "0/3", "1/2", "1/3"));
  EXPECT_THAT(expand_braces("plain{x}.tar"), ElementsAre("plain{x}.tar"));
  EXPECT_THROW(expand_braces("{3..1}"), Error);
  EXPECT_THROW(expand_braces("{0..99999999}"), Error);
}

class TarTest : public ::testing::Test {
 protected:
  void shard(const std::string& name, const std::string& bytes) {
    write_file_atomically(posix_fs(), directory_.file(name), bytes);
  }
  TarDataset open_path(const std::string& path) {
    return {posix_fs(), path, open_index(posix_fs(), shard_source(posix_fs(), path), "")};
  }
  TarDataset open(const std::string& pattern) { return open_path(directory_.file(pattern)); }
  const std::string end_ = std::string(1024, '\0');
  test::TemporaryDirectory directory_;
};

TEST_F(TarTest, TakesPicturesAndClassesOfAllShards) {
  shard("s-0.tar", tar_member("a.cls", "1\n") + tar_member("a.jpg", "A") + tar_member("n.txt", "no picture") + end_);
  shard("s-1.tar", tar_member("d/b.PNG", "BB") + tar_member("d/b.cls", "0") + end_);
  const TarDataset set = open("s-{0..1}.tar");
  ASSERT_EQ(set.size(), 2);
  EXPECT_EQ(text_of(set, 0), "A");
  EXPECT_EQ(text_of(set, 1), "BB");
  EXPECT_EQ(set.label(0), 1);
  EXPECT_EQ(set.label(1), 0);
  EXPECT_EQ(set.name(1), directory_.file("s-1.tar") + ":d/b.PNG");
  EXPECT_EQ(set.skipped().size(), 1U);
  EXPECT_EQ(open_path(directory_.path()).size(), 2);
}

TEST_F(TarTest, FoldersInsideShardsAreClassesWhereNoneIsGiven) {
  shard("s-0.tar", tar_member("./set/tea/1.jpg", "A") + tar_member("./set/cup/2.png", "B") +
                       tar_member("./set/notes.txt", "n") + end_);
  shard("s-1.tar", tar_member("./set/cup/deep/3.jpg", "C") + tar_member("./set/@eaDir/4.jpg", "D") + end_);
  const TarDataset set = open("s-{0..1}.tar");
  EXPECT_THAT(set.class_names(), ElementsAre("cup", "tea"));
  EXPECT_FALSE(set.has_numbered_classes());
  ASSERT_EQ(set.size(), 3);
  EXPECT_EQ(set.label(0), 1);
  EXPECT_EQ(set.label(2), 0);
  shard("one.tar", tar_member("all/1.jpg", "A") + tar_member("all/2.jpg", "B") + end_);
  EXPECT_TRUE(open("one.tar").class_names().empty());
  shard("mixed.tar", tar_member("a/1.jpg", "A") + tar_member("b/2.jpg", "B") + tar_member("3.jpg", "C") + end_);
  EXPECT_TRUE(open("mixed.tar").class_names().empty());
  EXPECT_THAT(open("mixed.tar").why_no_classes(), HasSubstr(".cls"));
}

TEST_F(TarTest, ClassesOfClsFilesAreNumbers) {
  shard("s.tar", tar_member("x/a.cls", "1") + tar_member("x/a.jpg", "A") + tar_member("y/b.cls", "0") +
                     tar_member("y/b.jpg", "B") + end_);
  EXPECT_THAT(open("s.tar").class_names(), ElementsAre("0", "1"));
  EXPECT_TRUE(open("s.tar").has_numbered_classes());
}

TEST_F(TarTest, NamesThePicturesThatADotInTheNameHides) {
  shard("s.tar", tar_member("v2.5_a.jpg", "A") + tar_member("v2.5_b.jpg", "B") + tar_member("c.jpg", "C") + end_);
  const SkippedGroups groups = open("s.tar").skipped_by_reason();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups.begin()->second.count, 2);
  EXPECT_THAT(groups.begin()->first, HasSubstr("the extension of a shard's member begins at the first dot"));
  shard("all.tar", tar_member("cam.1.png", "A") + tar_member("cam.1.cls", "0") + end_);
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { open("all.tar"); }), HasSubstr("first dot"));
}

TEST_F(TarTest, UsesTheSamplesBeforeACut) {
  const std::string whole = tar_member("a.jpg", "A") + tar_member("b.jpg", std::string(2000, 'b')) + end_;
  shard("s.tar", whole.substr(0, 1024 + 512 + 700));
  const TarDataset set = open("s.tar");
  EXPECT_EQ(set.size(), 1);
  EXPECT_EQ(set.skipped().size(), 1U);
}

TEST_F(TarTest, NamesWhatIsMissingOrWrong) {
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { open("none.tar"); }), HasSubstr("no such shard"));
  shard("s.tar", tar_member("a.cls", "cat") + tar_member("a.jpg", "A") + end_);
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { open("s.tar"); }), HasSubstr("not a class: cat"));
  shard("t.tar", tar_member("a.cls", "1") + tar_member("a.jpg", "A") + tar_member("b.jpg", "B") + end_);
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { open("t.tar"); }), HasSubstr("others have none"));
}

}  // namespace
}  // namespace itpn
