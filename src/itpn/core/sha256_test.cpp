#include "itpn/core/sha256.h"

#include <gtest/gtest.h>

#include <vector>

namespace itpn {
namespace {

std::string hash_of(std::string_view text, Sha256Path path) {
  Sha256 hash(path);
  hash.update(text);
  return hash.hex();
}

class Sha256Paths : public testing::TestWithParam<Sha256Path> {
 protected:
  void SetUp() override {
    if (GetParam() == Sha256Path::kInstructions && !has_sha_instructions()) {
      GTEST_SKIP() << "this processor has no SHA instructions";
    }
  }
};

// Examples of FIPS 180-4 and of NIST's CAVP.
TEST_P(Sha256Paths, MatchesPublishedVectors) {
  EXPECT_EQ(hash_of("", GetParam()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of("abc", GetParam()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", GetParam()),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash_of(std::string(1'000'000, 'a'), GetParam()),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_P(Sha256Paths, DoesNotDependOnHowTheBytesAreCut) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 37 + i / 7);
  const std::string whole = hash_of(text, GetParam());
  for (const size_t piece : {1U, 3U, 55U, 63U, 64U, 65U, 127U, 130U}) {
    Sha256 hash(GetParam());
    for (size_t at = 0; at < text.size(); at += piece) hash.update(std::string_view(text).substr(at, piece));
    EXPECT_EQ(hash.hex(), whole) << "pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Sha256Paths, testing::Values(Sha256Path::kPortable, Sha256Path::kInstructions));

TEST(Sha256, BothPathsAgreeForEveryLengthAroundABlock) {
  if (!has_sha_instructions()) GTEST_SKIP() << "this processor has no SHA instructions";
  std::string text;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(hash_of(text, Sha256Path::kPortable), hash_of(text, Sha256Path::kInstructions)) << length;
    text += static_cast<char>(length * 11 + 3);
  }
}

TEST(Sha256, GoesOnAfterADigest) {
  Sha256 hash;
  hash.update("ab");
  EXPECT_EQ(hash.hex(), sha256_hex(std::string_view("ab")));
  hash.update("c");
  EXPECT_EQ(hash.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace itpn
