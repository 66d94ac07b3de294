#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
