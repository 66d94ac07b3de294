#include "itpn/data/datasets/index_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include <filesystem>

#include "itpn/data/datasets/folder_dataset.h"
#include "itpn/data/datasets/folder_list.h"
#include "itpn/data/datasets/shard_list.h"
#include "itpn/data/datasets/tar_dataset.h"
#include "itpn/data/datasets/tar_for_test.h"
#include "tests/support/fault_fs.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

namespace files = std::filesystem;
using test::tar_member;
using ::testing::ElementsAre;

std::vector<std::string> names_of(const PictureIndex& index) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < index.size(); ++i) names.emplace_back(index.name(i));
  return names;
}

// As fingerprint() does where nothing is known.
DatasetFingerprint walked_fingerprint(const Dataset& dataset) {
  FingerprintHasher hasher;
  for (int64_t i = 0; i < dataset.size(); ++i) hasher.add(dataset.name(i), dataset.label(i), dataset.stored_bytes(i));
  return hasher.fingerprint();
}

class IndexCache : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& content = "x") {
    const std::string path = data_.file(name);
    make_directories(posix_fs(), parent_path(path));
    write_file_atomically(posix_fs(), path, content);
  }
  // Nothing changed lately.
  void settle() {
    const utimbuf long_ago{1'000'000, 1'000'000};
    for (const auto& entry : files::recursive_directory_iterator(data_.path())) utime(entry.path().c_str(), &long_ago);
    utime(data_.path().c_str(), &long_ago);
  }
  // Counts the pictures that a scan finds, or the shards.
  ScanProgress counter() {
    scanned_ = 0;
    return [this](int64_t) { ++scanned_; };
  }
  PictureIndex open_folder(Fs& fs = posix_fs()) {
    return open_index(fs, folder_source(fs, data_.path(), counter()), cache_.path());
  }
  PictureIndex open_shards(const std::string& pattern) {
    return open_index(posix_fs(), shard_source(posix_fs(), pattern, counter()), cache_.path());
  }
  void put_shards() {
    put("s-0.tar", tar_member("a.cls", "1\n") + tar_member("a.jpg", "A") + tar_member("n.txt", "-") + end_);
    put("s-1.tar", tar_member("d/b.PNG", "BB") + tar_member("d/b.cls", "0") + std::string(512, 'x'));
    settle();
  }
  std::string folder_index() { return index_path(cache_.path(), folder_source(posix_fs(), data_.path()).key); }

  const std::string end_ = std::string(1024, '\0');
  test::TemporaryDirectory data_, cache_;
  int scanned_ = 0;
};

TEST_F(IndexCache, AKeptFolderIsTheScannedOne) {
  for (const char* name : {"dog/1.jpg", "dog-b/2.jpg", "ant/x/3.png", "ant/note.txt"}) put(name);
  make_directories(posix_fs(), data_.file("cow"));
  settle();
  const std::string root = data_.path();
  open_folder();
  EXPECT_EQ(scanned_, 3);
  for (const bool keeps_empty : {false, true}) {
    const FolderDataset kept(posix_fs(), root, open_folder(), keeps_empty);
    EXPECT_EQ(scanned_, 0);
    const FolderDataset fresh(posix_fs(), root, PictureIndex::in_memory(list_of(scan_folder(posix_fs(), root), root)),
                              keeps_empty);
    EXPECT_EQ(fingerprint(kept), walked_fingerprint(fresh));
    EXPECT_EQ(fingerprint(fresh), walked_fingerprint(fresh));
    EXPECT_EQ(kept.class_names(), fresh.class_names());
    EXPECT_THAT(kept.empty_classes(), ElementsAre("cow"));
    ASSERT_EQ(kept.skipped().size(), 1U);
    EXPECT_EQ(kept.skipped()[0].name, "ant/note.txt");
  }
}

TEST_F(IndexCache, KeptShardsAreTheScannedOnes) {
  put_shards();
  const std::string pattern = data_.file("s-{0..1}.tar");
  const TarDataset fresh(posix_fs(), pattern, open_index(posix_fs(), shard_source(posix_fs(), pattern), ""));
  open_shards(pattern);
  EXPECT_EQ(scanned_, 2);
  testing::internal::CaptureStderr();
  const TarDataset kept(posix_fs(), pattern, open_shards(pattern));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), ::testing::HasSubstr("s-1.tar: damaged"));
  EXPECT_EQ(scanned_, 0);
  EXPECT_EQ(fingerprint(kept), walked_fingerprint(fresh));
  EXPECT_EQ(fingerprint(fresh), walked_fingerprint(fresh));
  EXPECT_EQ(kept.name(1), data_.file("s-1.tar") + ":d/b.PNG");
  EXPECT_THAT(kept.class_names(), ElementsAre("0", "1"));
  EXPECT_EQ(kept.skipped_by_reason(), fresh.skipped_by_reason());
  StoredPicture picture;
  kept.read(1, picture);
  EXPECT_EQ(picture.bytes.size(), 2U);
}

TEST_F(IndexCache, AChangedFolderIsListedAgain) {
  put("a/1.jpg");
  settle();
  open_folder();
  EXPECT_EQ(scanned_, 1);
  EXPECT_THAT(names_of(open_folder()), ElementsAre("a/1.jpg"));
  EXPECT_EQ(scanned_, 0);
  put("a/2.jpg");
  EXPECT_THAT(names_of(open_folder()), ElementsAre("a/1.jpg", "a/2.jpg"));
  EXPECT_EQ(scanned_, 2);
  settle();
  open_folder();
  files::remove_all(data_.file("a"));
  put("b/3.jpg");
  EXPECT_THAT(names_of(open_folder()), ElementsAre("b/3.jpg"));
}

TEST_F(IndexCache, ChangedOrNewShardsAreListedAgain) {
  put_shards();
  open_shards(data_.path());
  open_shards(data_.path());
  EXPECT_EQ(scanned_, 0);
  put("s-1.tar", tar_member("e.jpg", "E") + tar_member("e.cls", "3") + end_);
  settle();  // the same time stamp, another file
  EXPECT_THAT(names_of(open_shards(data_.path())), ElementsAre("a.jpg", "e.jpg"));
  EXPECT_EQ(scanned_, 2);
  put("s-2.tar", tar_member("f.jpg", "F") + tar_member("f.cls", "0") + end_);
  settle();
  EXPECT_THAT(names_of(open_shards(data_.path())), ElementsAre("a.jpg", "e.jpg", "f.jpg"));
  files::remove(data_.file("s-0.tar"));
  EXPECT_THAT(names_of(open_shards(data_.path())), ElementsAre("e.jpg", "f.jpg"));
}

TEST_F(IndexCache, AFolderThatChangedJustNowIsNotKept) {
  put("a/1.jpg");
  open_folder();
  open_folder();
  EXPECT_EQ(scanned_, 1);
  EXPECT_FALSE(exists(posix_fs(), folder_index()));
}

TEST_F(IndexCache, ADamagedIndexCostsAScanAndIsReplaced) {
  put("a/1.jpg");
  settle();
  open_folder();
  const std::string whole = read_text_file(posix_fs(), folder_index());
  for (const std::string& damaged :
       {std::string(), whole.substr(0, 100), whole.substr(0, whole.size() - 1), whole + "x",
        std::string(whole).replace(whole.find("1.jpg"), 1, "2"), std::string(5000, 'x')}) {
    write_file_atomically(posix_fs(), folder_index(), damaged);
    EXPECT_THAT(names_of(open_folder()), ElementsAre("a/1.jpg"));
    EXPECT_EQ(scanned_, 1);
    EXPECT_EQ(read_text_file(posix_fs(), folder_index()), whole);
  }
}

TEST_F(IndexCache, ACacheThatCannotBeUsedCostsTimeOnly) {
  put("a/1.jpg");
  settle();
  test::FaultFs fs(posix_fs());
  for (const auto call : {test::Call::kWrite, test::Call::kFsync, test::Call::kRename, test::Call::kMkdir}) {
    files::remove_all(cache_.path());
    fs.reset();
    fs.inject({.call = call, .and_all_later = true, .error = ENOSPC});
    EXPECT_THAT(names_of(open_folder(fs)), ElementsAre("a/1.jpg")) << test::name_of(call);
  }
  fs.reset();
  EXPECT_EQ(names_of(open_folder(fs)).size(), 1U);
  fs.inject({.call = test::Call::kPread, .nth = fs.calls(test::Call::kPread) + 1, .and_all_later = true, .error = EIO});
  EXPECT_EQ(names_of(open_folder(fs)).size(), 1U);
  EXPECT_EQ(scanned_, 1);
}

TEST_F(IndexCache, WithoutADirectoryTheIndexLiesInMemory) {
  put("a/1.jpg");
  settle();
  EXPECT_THAT(names_of(open_index(posix_fs(), folder_source(posix_fs(), data_.path()), "")), ElementsAre("a/1.jpg"));
}

// Each process always has the whole list, whoever wrote the file that it finds.
TEST_F(IndexCache, ProcessesMayWriteTheSameIndexAtOnce) {
  for (int i = 0; i < 40; ++i) put("a/" + std::to_string(i) + ".jpg");
  settle();
  const auto open_many = [&] {
    bool all_right = true;
    for (int i = 0; i < 60; ++i) {
      IndexSource source = folder_source(posix_fs(), data_.path());
      if (i % 2 == 0) {  // finds nothing fit, so it lists and writes
        source.is_fresh = [asked = 0](const PictureIndex&) mutable { return asked++ > 0; };
      }
      all_right = all_right && open_index(posix_fs(), source, cache_.path()).size() == 40;
    }
    return all_right;
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(open_many() ? 0 : 1);
    children.push_back(child);
  }
  EXPECT_TRUE(open_many());
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  std::vector<DirectoryEntry> left;
  posix_fs().list(cache_.path(), &left);
  EXPECT_EQ(left.size(), 1U) << "temporary files are left";
}

}  // namespace
}  // namespace itpn
