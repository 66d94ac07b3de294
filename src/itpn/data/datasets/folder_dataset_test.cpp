#include "itpn/data/datasets/folder_dataset.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <utime.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "itpn/core/stopwatch.h"
#include "itpn/data/datasets/scan_cache.h"
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
  FolderDataset dataset() { return {posix_fs(), directory_.path(), scan()}; }

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
  const FolderDataset kept(posix_fs(), directory_.path(), scan(), true);
  EXPECT_THAT(kept.class_names(), ElementsAre("ant", "cow", "dog"));
  EXPECT_EQ(kept.label(1), 2);
  EXPECT_EQ(dataset().label(1), 1);
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

// The scan cache.

FolderScan small_scan() {
  FolderScan scan;
  scan.files = {{"a\n1.jpg", 5}, {"b.jpg", 0}};
  scan.directories = {{"", 1, 2, -3}};
  scan.skipped = {{"x\xff", "why"}};
  return scan;
}

TEST(ScanCache, ReadsBackWhatItWrote) {
  const FolderScan scan = small_scan();
  const auto back = decode_scan("/root", encode_scan("/root", scan));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->files, scan.files);
  EXPECT_EQ(back->directories, scan.directories);
  EXPECT_EQ(back->skipped[0].name, scan.skipped[0].name);
}

TEST(ScanCache, RefusesAnythingDamagedOrOfAnotherFolder) {
  const std::string bytes = encode_scan("/root", small_scan());
  EXPECT_FALSE(decode_scan("/other", bytes).has_value());
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(decode_scan("/root", bytes.substr(0, i)).has_value());
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 4);
    EXPECT_FALSE(decode_scan("/root", flipped).has_value()) << i;
  }
}

TEST_F(FolderTest, TheCacheIsUsedUntilAFolderChanges) {
  put("a/1.jpg");
  for (const auto& folder : {directory_.path(), directory_.file("a")}) {
    const utimbuf long_ago{1'000'000, 1'000'000};
    ASSERT_EQ(utime(folder.c_str(), &long_ago), 0);
  }
  const test::TemporaryDirectory cache;
  int scanned = 0;
  const auto scan_again = [&] {
    scanned = 0;
    return scan_folder_cached(posix_fs(), directory_.path(), cache.path(), [&](int64_t) { ++scanned; });
  };
  EXPECT_EQ(names(scan_again()).size(), 1U);
  EXPECT_EQ(scanned, 1);
  EXPECT_EQ(names(scan_again()).size(), 1U);
  EXPECT_EQ(scanned, 0);
  put("a/2.jpg");
  EXPECT_EQ(names(scan_again()).size(), 2U);
  EXPECT_EQ(scanned, 2);
}

// Prints what it takes; ITPN_INDEX_ENTRIES asks for another number of pictures (10000000, say).
TEST(FolderDataset, ListsManyPicturesInLittleMemoryAndTime) {
  const char* wanted = std::getenv("ITPN_INDEX_ENTRIES");
  const int64_t count = wanted ? std::atoll(wanted) : 200'000;
  const test::TemporaryDirectory cache;
  FolderScan scan;
  scan.directories.push_back({});
  for (int64_t i = 0; i < count; ++i)
    scan.files.push_back({fmt::format("n{:08}/n{:08}_{}.JPEG", i / 1300, i / 1300, 1'000'000 + i), 110'000});
  write_file_atomically(posix_fs(), cache.file("list"), encode_scan("/data", scan));
  scan = {};
  const Stopwatch watch;
  auto decoded = decode_scan("/data", read_text_file(posix_fs(), cache.file("list"), uint64_t{4} << 30));
  ASSERT_TRUE(decoded);
  const double decode_seconds = watch.seconds();
  const FolderDataset dataset(posix_fs(), "/data", std::move(*decoded));
  const double open_seconds = watch.seconds();
  const DatasetFingerprint print = fingerprint(dataset);
  std::printf(
      "%lld pictures: list read in %.2f s, opened in %.2f s, fingerprint after %.2f s; %.1f bytes each and %.1f of "
      "names\n",
      static_cast<long long>(count), decode_seconds, open_seconds, watch.seconds(),
      static_cast<double>(dataset.index_bytes() - dataset.name_bytes()) / static_cast<double>(count),
      static_cast<double>(dataset.name_bytes()) / static_cast<double>(count));
  EXPECT_EQ(print.count, count);
  EXPECT_LE(dataset.index_bytes() - dataset.name_bytes(), static_cast<size_t>(17 * count));
  EXPECT_EQ(dataset.label(count - 1), (count - 1) / 1300);
  EXPECT_EQ(dataset.name(1300), "/data/n00000001/n00000001_1001300.JPEG");
}

}  // namespace
}  // namespace itpn
