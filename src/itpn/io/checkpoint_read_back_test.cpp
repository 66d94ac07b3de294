#include "itpn/io/checkpoint_read_back.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using Bytes = std::vector<std::byte>;

// More than two of the blocks in which it is read, and no whole number of them.
Bytes some_bytes() {
  Bytes bytes((2 << 20) + 4097);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 % 251);
  return bytes;
}

class ReadBack : public testing::Test {
 protected:
  void store(const Bytes& bytes) { OpenFile(posix_fs(), path_, OpenMode::kCreate).write_all(bytes); }
  // Compares what is stored with `wanted`, handed over in pieces of `piece` bytes.
  void compare(const Bytes& wanted, size_t piece = 700'001) {
    compare_with_disk(posix_fs(), path_, [&](const ByteSink& sink) {
      for (std::span<const std::byte> rest(wanted); !rest.empty();) {
        const auto part = rest.first(std::min(piece, rest.size()));
        sink(part);
        rest = rest.subspan(part.size());
      }
    });
  }

  const test::TemporaryDirectory folder_;
  const std::string path_ = folder_.file("model");
};

TEST_F(ReadBack, AgreesWithWhatWasWrittenInWhateverPieces) {
  const Bytes bytes = some_bytes();
  store(bytes);
  for (const size_t piece : {size_t{1000}, size_t{1} << 20, bytes.size()}) EXPECT_NO_THROW(compare(bytes, piece));
  store({});
  EXPECT_NO_THROW(compare({}));
}

TEST_F(ReadBack, NoticesOneByteAnywhere) {
  const Bytes bytes = some_bytes();
  for (const size_t at : {size_t{0}, size_t{1} << 20, bytes.size() - 1}) {
    Bytes stored = bytes;
    stored[at] ^= std::byte{0x80};
    store(stored);
    SCOPED_TRACE(at);
    EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { compare(bytes); }), testing::HasSubstr(path_));
  }
}

TEST_F(ReadBack, NoticesAnotherLength) {
  const Bytes bytes = some_bytes();
  store(bytes);
  for (const size_t size : {bytes.size() - 1, bytes.size() + 1, size_t{2} << 20, size_t{0}}) {
    Bytes wanted = bytes;
    wanted.resize(size);
    EXPECT_THROW(compare(wanted), Error) << size;
  }
}

}  // namespace
}  // namespace itpn
