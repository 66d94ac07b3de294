// A set of which every fifth picture is bad, in 25 ways: each is counted as what it is, replaced by the same one in
// every run, and past the limit the run stops.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "itpn/core/log.h"
#include "itpn/core/sha256.h"
#include "itpn/data/loader.h"
#include "itpn/data/open_dataset.h"
#include "tests/support/error_of.h"
#include "tests/support/fault_fs.h"
#include "tests/support/fault_tally.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kPictures = 1000;

// One way to be bad: the name says which file of the corpus, or which part of a good picture, or what has become of
// the file after the folder was scanned.
struct Defect {
  std::string name;
  std::string kind;
};

const std::vector<Defect>& defects() {
  static const std::vector<Defect> kDefects = {{"empty", "empty"},
                                               {"web page", "not-an-image"},
                                               {"GIF", "not-an-image"},
                                               {"jpeg/only_start.jpg", "truncated"},
                                               {"cut colour_420.jpg", "truncated"},
                                               {"cut colour_420_progressive.jpg", "truncated"},
                                               {"cut rgb_8.png", "truncated"},
                                               {"cut lossy.webp", "truncated"},
                                               {"cut lossless.webp", "truncated"},
                                               {"jpeg/huge.jpg", "too-large"},
                                               {"png/huge.png", "corrupt"},
                                               {"jpeg/many_scans.jpg", "too-large"},
                                               {"whole two_components.jpg", "unsupported"},
                                               {"jpeg/twelve_bits.jpg", "unsupported"},
                                               {"jpeg/lossless.jpg", "unsupported"},
                                               {"jpeg/zero_width.jpg", "corrupt"},
                                               {"jpeg/factor_0.jpg", "corrupt"},
                                               {"png/zero.png", "corrupt"},
                                               {"png/not_zlib.png", "corrupt"},
                                               {"png/palette_missing.png", "corrupt"},
                                               {"png/depth_3.png", "corrupt"},
                                               {"gone", "missing"},
                                               {"folder", "not-a-file"},
                                               {"pipe", "not-a-file"},
                                               {"link to itself", "read-error"}};
  return kDefects;
}

std::string text_of(const std::string& path) { return read_text_file(posix_fs(), path, 1 << 20); }

std::string good_picture(const std::string& name) {
  return text_of(source_path("src/itpn/io/testdata/images/" + name));
}

std::string content_of(const Defect& defect) {
  if (defect.name == "empty") return "";
  if (defect.name == "web page") return "<html>404 Not Found</html>";
  if (defect.name == "GIF") return "GIF89a\x01";
  if (defect.name.starts_with("cut ")) {
    const std::string whole = good_picture(defect.name.substr(4));
    return whole.substr(0, whole.size() / 2);
  }
  if (defect.name.starts_with("whole ")) return good_picture(defect.name.substr(6));
  if (defect.name.find('/') != std::string::npos) return text_of(source_path("tests/fuzz/corpus/" + defect.name));
  return good_picture("rgb_8.png");  // something becomes of it only after the scan
}

void change_after_scan(const Defect& defect, const std::string& path) {
  if (defect.name == "gone") fs::remove(path);
  if (defect.name != "folder" && defect.name != "pipe" && defect.name != "link to itself") return;
  fs::remove(path);
  if (defect.name == "folder") fs::create_directory(path);
  if (defect.name == "pipe") {
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  }
  if (defect.name == "link to itself") fs::create_symlink(path, path);
}

class BadPictures : public testing::Test {
 protected:
  BadPictures() {
    log::set_level(log::Level::kError);  // each bad picture is a warning
    const std::vector<std::string> good = {good_picture("colour_420.jpg"), good_picture("rgba_8.png"),
                                           good_picture("lossy.webp"), good_picture("grey.jpg")};
    for (int i = 0; i < kPictures; ++i) {
      const std::string content = is_bad(i) ? content_of(defect(i)) : good[static_cast<size_t>(i) % good.size()];
      std::ofstream(path(i), std::ios::binary) << content;  // a thousand flushed files take long
    }
    DataConfig config;
    config.source = "folder";
    config.path = folder_.path();
    config.cache_dir = "off";
    dataset_ = open_dataset(config, config.path, {.shows_progress = false});
    for (int i = 0; i < kPictures; ++i) {
      if (is_bad(i)) change_after_scan(defect(i), path(i));
    }
  }

  ~BadPictures() override { log::set_level(log::Level::kInfo); }

  static bool is_bad(int i) { return i % 5 == 0; }
  static const Defect& defect(int i) { return defects()[static_cast<size_t>(i) / 5 % defects().size()]; }
  std::string path(int i) const { return folder_.file(fmt::format("{:04}.jpg", i)); }

  Loader loader(double max_fraction, int64_t threads, LoaderPosition start = {}) {
    LoaderConfig config;
    config.batch_size = 8;
    config.global_batch_size = 8;
    config.seed = 3;
    config.threads = threads;
    config.bad = {max_fraction, folder_.file("bad.tsv")};
    return Loader(dataset_, std::make_shared<TrainTransform>(PictureFormat{16}, CropRange{}, 0.5), config, start);
  }

  TemporaryDirectory folder_;
  std::shared_ptr<const Dataset> dataset_;
};

std::string hash_of(Loader& loader, int batches) {
  Sha256 hash;
  for (int i = 0; i < batches; ++i) {
    const HostBatch batch = *loader.next();
    hash.update(std::as_bytes(std::span(batch.pixels)));
    hash.update(std::as_bytes(std::span(batch.positions)));
  }
  return hash.hex();
}

TEST_F(BadPictures, AreCountedAsWhatTheyAre) {
  ASSERT_EQ(defects().size(), 25U);
  FaultTally tally("14", "bad pictures of 25 kinds among 1,000");
  std::map<std::string, int64_t> expected;
  for (int i = 0; i < kPictures; ++i) expected[defect(i).kind] += is_bad(i);
  Loader all = loader(1.0, 2);
  ASSERT_EQ(all.batches_per_epoch() * 8, kPictures);
  hash_of(all, kPictures / 8);
  EXPECT_EQ(all.bad_samples().counts(), expected);
  EXPECT_EQ(all.bad_samples().total(), kPictures / 5);
  tally.count(kPictures / 5);
}

TEST_F(BadPictures, AreReplacedByTheSameOnesAfterAResume) {
  FaultTally tally("14", "resumes among bad pictures, loader of 0 to 4 threads");
  Loader whole = loader(1.0, 2);
  for (const int64_t threads : {0, 1, 4}) {
    hash_of(whole, 13);
    Loader resumed = loader(1.0, threads, whole.position());
    EXPECT_EQ(hash_of(resumed, 20), hash_of(whole, 20)) << threads;
    tally.count();
  }
}

TEST_F(BadPictures, EndTheRunPastTheLimit) {
  Loader strict = loader(0.1, 2);
  const std::string message = error_of(ExitCode::kData, [&] { hash_of(strict, kPictures / 8); });
  EXPECT_THAT(message, HasSubstr("101 of 1000"));
  EXPECT_THAT(message, HasSubstr("truncated"));
}

// What opening or reading one picture may meet: its own fault, or one of the system that ends the run.
TEST(PictureErrors, AreOfTheFileOrOfTheSystem) {
  FaultTally tally("14", "errors of opening and reading a picture");
  const TemporaryDirectory folder;
  const std::string path = folder.file("a.jpg");
  std::ofstream(path) << "x";
  const std::map<int, std::string> kinds = {
      {EACCES, "no-permission"}, {ESTALE, "read-error"}, {ENOENT, "missing"}, {ENAMETOOLONG, "read-error"},
      {EIO, "read-error"},       {EMFILE, ""},           {ENFILE, ""}};
  for (const Call call : {Call::kOpen, Call::kPread, Call::kStat}) {
    for (const auto& [error, kind] : kinds) {
      FaultFs disk(posix_fs());
      disk.inject({.call = call, .nth = 1, .error = error});
      std::vector<std::byte> bytes;
      try {
        read_sample_file(disk, path, bytes);
        ADD_FAILURE() << name_of(call) << " " << error << " was not noticed";
      } catch (const SampleError& e) {
        EXPECT_EQ(e.kind, kind) << name_of(call) << " " << error;
      } catch (const Error& e) {
        EXPECT_EQ(kind, "") << name_of(call) << " " << error << ": " << e.what();
        EXPECT_EQ(e.code(), ExitCode::kInputOutput);
      }
      tally.count();
    }
  }
}

}  // namespace
}  // namespace itpn::test
