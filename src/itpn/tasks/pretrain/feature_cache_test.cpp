#include "itpn/tasks/pretrain/feature_cache.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/core/files.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

const std::vector<uint8_t> kPixels = {1, 2, 3}, kOthers = {1, 2, 4};

TEST(FeatureCache, GivesBackWhatWasStoredForThesePixelsAndThisTeacher) {
  const test::TemporaryDirectory folder;
  FeatureCache cache(folder.file("cache"), "teacher a");
  const at::Tensor features = torch::randn({4, 3});
  const std::string place = cache.place_of(kPixels);
  EXPECT_FALSE(cache.find(place, {4, 3}));
  cache.store(place, features);
  EXPECT_TRUE(cache.find(place, {4, 3})->equal(features));
  EXPECT_FALSE(cache.find(cache.place_of(kOthers), {4, 3}));
  const FeatureCache other(folder.file("cache"), "teacher b");
  EXPECT_FALSE(other.find(other.place_of(kPixels), {4, 3}));
}

TEST(FeatureCache, LeavesOutFilesOfAnotherSizeAndDisksThatRefuse) {
  const test::TemporaryDirectory folder;
  FeatureCache cache(folder.file("cache"), "teacher");
  const std::string place = cache.place_of(kPixels);
  cache.store(place, torch::randn({4, 3}));
  EXPECT_FALSE(cache.find(place, {5, 3}));
  write_file_atomically(posix_fs(), folder.file("file"), std::string("in the way"));
  FeatureCache blocked(folder.file("file"), "teacher");  // no folder can be made there
  EXPECT_NO_THROW(blocked.store(blocked.place_of(kPixels), torch::randn({4, 3})));
}

}  // namespace
}  // namespace itpn
