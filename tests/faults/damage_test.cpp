// Damage: whatever bit of a checkpoint flips, and wherever one of its files is cut, it is not taken for whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "itpn/core/philox.h"
#include "sample_checkpoint.h"
#include "tests/support/fault_tally.h"
#include "tests/support/sim_fs.h"

namespace itpn::test {
namespace {

constexpr int64_t kNewest = 4;

class Damage : public testing::Test {
 protected:
  Damage() { save_samples(disk_, kDirectory, kNewest); }

  // A file of the newest checkpoint, each byte of them as likely as the others.
  std::vector<std::byte>& random_file(RandomStream& random) {
    const std::string path = checkpoint_path(kDirectory, kNewest);
    std::vector<DirectoryEntry> entries;
    disk_.list(path, &entries);
    int64_t total = 0;
    for (const auto& entry : entries) total += size_of(join_path(path, entry.name));
    int64_t at = random.integer(0, total - 1);
    for (const auto& entry : entries) {
      const std::string file = join_path(path, entry.name);
      if (at < size_of(file)) return disk_.content(file);
      at -= size_of(file);
    }
    throw std::logic_error("no file");
  }
  int64_t size_of(const std::string& file) { return static_cast<int64_t>(disk_.content(file).size()); }

  void expect_fallback(const std::string& what) {
    EXPECT_THROW(verify_checkpoint(disk_, checkpoint_path(kDirectory, kNewest)), Error) << what;
    const auto scan = scan_checkpoints(disk_, kDirectory);
    ASSERT_TRUE(scan.latest) << what;
    EXPECT_EQ(scan.latest->step(), kNewest - 1) << what;
    ASSERT_EQ(scan.rejected.size(), 1U) << what;
    EXPECT_FALSE(scan.rejected[0].reason.empty());
  }

  SimFs disk_;
};

TEST_F(Damage, EveryFlippedBitIsCaught) {
  FaultTally tally("5", "bit flips in a checkpoint");
  const auto flips = static_cast<uint64_t>(fault_count(1000, 10000));
  for (uint64_t i = 0; i < flips; ++i) {
    RandomStream random(21, Purpose::kTest, 0, i);
    auto& content = random_file(random);
    const auto at = static_cast<size_t>(random.integer(0, static_cast<int64_t>(content.size()) - 1));
    const auto bit = static_cast<std::byte>(1 << random.integer(0, 7));
    content[at] ^= bit;
    expect_fallback(fmt::format("flip {} at {}", i, at));
    content[at] ^= bit;
    tally.count();
  }
  EXPECT_EQ(newest_sample_step(disk_, kDirectory), kNewest);
}

TEST_F(Damage, EveryBitOfTheManifestCounts) {
  FaultTally tally("5", "each bit of a manifest flipped");
  auto& content = disk_.content(join_path(checkpoint_path(kDirectory, kNewest), kManifestName));
  for (size_t at = 0; at < content.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      content[at] ^= static_cast<std::byte>(1 << bit);
      EXPECT_THROW(verify_checkpoint(disk_, checkpoint_path(kDirectory, kNewest)), Error) << at << ":" << bit;
      content[at] ^= static_cast<std::byte>(1 << bit);
      tally.count();
    }
  }
}

TEST_F(Damage, EveryCutIsCaught) {
  FaultTally tally("5", "files of a checkpoint cut short");
  const auto cuts = static_cast<uint64_t>(fault_count(100, 1000));
  for (uint64_t i = 0; i < cuts; ++i) {
    RandomStream random(22, Purpose::kTest, 0, i);
    auto& content = random_file(random);
    const auto whole = content;
    content.resize(i < 5 ? 0 : static_cast<size_t>(random.integer(0, static_cast<int64_t>(whole.size()) - 1)));
    expect_fallback(fmt::format("cut {} to {} of {}", i, content.size(), whole.size()));
    content = whole;
    tally.count();
  }
}

TEST_F(Damage, EveryAppendedByteIsCaught) {
  for (uint64_t i = 0; i < 20; ++i) {
    RandomStream random(23, Purpose::kTest, 0, i);
    auto& content = random_file(random);
    content.push_back(std::byte{0});
    expect_fallback("one byte more");
    content.pop_back();
  }
}

TEST_F(Damage, AMissingFileIsCaught) {
  const std::string path = checkpoint_path(kDirectory, kNewest);
  std::vector<DirectoryEntry> entries;
  disk_.list(path, &entries);
  for (const auto& entry : entries) {
    const std::string file = join_path(path, entry.name);
    disk_.rename(file, "/aside");
    expect_fallback(entry.name);
    disk_.rename("/aside", file);
  }
}

}  // namespace
}  // namespace itpn::test
