#include "itpn/data/datasets/picture_index.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "itpn/core/mapped_file.h"
#include "itpn/core/sha256.h"
#include "tests/support/process_memory.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;
using Bytes = std::vector<std::byte>;

// Two shards with three pictures, and one of everything else.
PictureList small_list() {
  PictureList list;
  list.add_sample("a\n1.jpg", 5);
  list.add_sample("b.jpg", 0);
  list.add_sample("c.png", uint64_t{5} << 32);
  list.labels = {1, 0, 1};
  list.offsets = {512, 2048, 1024};
  list.add_place("s-0.tar", {1, 2, -3, 4});
  list.add_place("s-1.tar", {1, 5, 6, 7});
  list.place_ends = {2, 3};
  list.classes.add("cat");
  list.classes.add("dog");
  list.empty_classes.add("cow");
  list.add_skipped("x\xff", "why");
  list.add_skipped("y", "other");
  list.add_skipped("z", "why");
  list.fingerprint = {3, 99, "hash"};
  list.hash_with_empty_classes = "other hash";
  return list;
}

std::optional<PictureIndex> open_bytes(const Bytes& bytes, std::string_view key = "key") {
  // A copy of its own size, so that a sanitizer sees any step beyond its end.
  const auto copy = std::make_shared<const Bytes>(bytes);
  return PictureIndex::open(copy, *copy, key);
}

void repair_digest(Bytes& bytes) {
  Sha256 hash;
  hash.update(std::span(bytes).first(bytes.size() - sizeof(Sha256Digest)));
  const Sha256Digest digest = hash.digest();
  std::memcpy(bytes.data() + bytes.size() - digest.size(), digest.data(), digest.size());
}

// Looks at everything that the index has; the sum only keeps the compiler from leaving it out.
size_t walk(const PictureIndex& index) {
  size_t sum = 0;
  for (int64_t i = 0; i < index.size(); ++i) {
    sum += index.name(i).size() + index.stored_bytes(i);
    if (index.has_labels()) sum += index.classes()[static_cast<size_t>(index.label(i))].size();
    if (index.is_of_shards()) sum += index.places()[index.place_of(i)].size() + index.offset(i);
  }
  for (size_t i = 0; i < index.places().size(); ++i) sum += index.places()[i].size() + index.stamp(i).size;
  for (size_t i = 0; i < index.skipped().size(); ++i) sum += index.skipped()[i].size() + index.skipped_reason(i).size();
  return sum + index.skipped_by_reason().size() + index.empty_classes().copy().size();
}

TEST(PictureIndex, ReadsBackWhatWasWritten) {
  const auto index = open_bytes(encode_index(small_list(), "key"));
  ASSERT_TRUE(index.has_value());
  ASSERT_EQ(index->size(), 3);
  EXPECT_EQ(index->name(0), "a\n1.jpg");
  EXPECT_EQ(index->name(2), "c.png");
  EXPECT_EQ(index->stored_bytes(0), 5U);
  EXPECT_EQ(index->stored_bytes(2), UINT32_MAX);
  EXPECT_EQ(index->label(2), 1);
  EXPECT_EQ(index->offset(1), 2048U);
  EXPECT_EQ(index->place_of(1), 0U);
  EXPECT_EQ(index->place_of(2), 1U);
  EXPECT_EQ(index->places()[1], "s-1.tar");
  EXPECT_EQ(index->stamp(0), (PlaceStamp{1, 2, -3, 4}));
  EXPECT_THAT(index->classes().copy(), ElementsAre("cat", "dog"));
  EXPECT_THAT(index->empty_classes().copy(), ElementsAre("cow"));
  EXPECT_EQ(index->skipped()[0], "x\xff");
  EXPECT_EQ(index->skipped_reason(2), "why");
  EXPECT_THAT(index->skipped_by_reason(), ElementsAre(testing::Pair("other", testing::Field(&SkippedGroup::count, 1)),
                                                      testing::Pair("why", testing::Field(&SkippedGroup::count, 2))));
  EXPECT_EQ(index->fingerprint(), (DatasetFingerprint{3, 99, "hash"}));
  EXPECT_EQ(index->hash_with_empty_classes(), "other hash");
}

TEST(PictureIndex, AnEmptyListIsAList) {
  const auto index = open_bytes(encode_index({}, "key"));
  ASSERT_TRUE(index.has_value());
  EXPECT_EQ(index->size(), 0);
  EXPECT_FALSE(index->has_labels());
}

TEST(PictureIndex, NoticesEveryChangedByte) {
  const Bytes bytes = encode_index(small_list(), "key");
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = bytes;
      changed[i] ^= std::byte(1 << bit);
      EXPECT_FALSE(open_bytes(changed).has_value()) << "bit " << bit << " of byte " << i;
    }
  }
}

TEST(PictureIndex, NoticesEveryOtherLength) {
  Bytes bytes = encode_index(small_list(), "key");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(open_bytes({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}).has_value()) << size;
  }
  bytes.resize(bytes.size() + 8);
  EXPECT_FALSE(open_bytes(bytes).has_value());
}

TEST(PictureIndex, IsOfOneKeyOnly) {
  const Bytes bytes = encode_index(small_list(), "key");
  for (const char* other : {"", "ke", "key2", "KEY"}) EXPECT_FALSE(open_bytes(bytes, other).has_value()) << other;
}

// Whoever writes the digest anew can say anything, but never make us read outside the bytes.
TEST(PictureIndex, StaysInsideItsBytesWhateverTheySay) {
  const Bytes bytes = encode_index(small_list(), "key");
  size_t accepted = 0, seen = 0;
  for (size_t i = 0; i + sizeof(Sha256Digest) < bytes.size(); ++i) {
    for (const int value : {0, 1, 2, 7, 8, 9, 0x7F, 0x80, 0xFF}) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::byte>(value);
      repair_digest(changed);
      const auto index = open_bytes(changed);
      if (!index) continue;
      ++accepted;
      seen += walk(*index);
    }
  }
  EXPECT_GT(accepted, 0U) << "a name may be any bytes";
  EXPECT_GT(seen, 0U);
}

TEST(PictureIndex, RefusesNumbersThatDoNotFitEachOther) {
  const auto is_refused = [](const std::function<void(PictureList&)>& change) {
    PictureList list = small_list();
    change(list);
    return !open_bytes(encode_index(list, "key")).has_value();
  };
  EXPECT_FALSE(is_refused([](PictureList&) {}));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.labels[0] = 2; }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.labels[0] = -1; }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.labels.pop_back(); }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.sizes.pop_back(); }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.offsets.pop_back(); }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.stamps.pop_back(); }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.place_ends = {2, 4}; }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.place_ends = {4, 3}; }));
  EXPECT_TRUE(is_refused([](PictureList& list) { list.skipped_reasons[1] = 2; }));
  EXPECT_FALSE(is_refused([](PictureList& list) { list.labels.clear(); }));
}

// The whole point: what lies in the file's pages does not count as the process's own.
TEST(PictureIndex, TakesNoMemoryOfTheProcessForItsPictures) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer keeps several times as much itself";
#endif
  if (test::process_memory("RssAnon") == 0) GTEST_SKIP() << "needs /proc";
  constexpr int64_t kCount = 1'000'000;
  const test::TemporaryDirectory directory;
  {
    PictureList list;
    for (int64_t i = 0; i < kCount; ++i)
      list.add_sample(fmt::format("n{:08}/n{:08}_{}.JPEG", i / 1300, i / 1300, i), 9);
    write_file_atomically(posix_fs(), directory.file("index"), encode_index(list, "key"));
  }
  malloc_trim(0);
  const int64_t before = test::process_memory("RssAnon");
  const auto file = std::make_shared<const MappedFile>(posix_fs(), directory.file("index"));
  if (!file->is_mapped()) GTEST_SKIP() << "no file of this folder can be mapped";
  const auto index = PictureIndex::open(file, file->bytes(), "key");
  ASSERT_TRUE(index.has_value());
  EXPECT_GT(walk(*index), 0U);
  EXPECT_EQ(index->name(1300), "n00000001/n00000001_1300.JPEG");
  // 16 bytes each are the limit; there are none but for the noise of a page here and there.
  EXPECT_LE(test::process_memory("RssAnon") - before, kCount);
}

}  // namespace
}  // namespace itpn
