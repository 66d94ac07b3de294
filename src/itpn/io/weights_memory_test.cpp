// How much memory the readers of weights take at their worst.
#include <gtest/gtest.h>

#include "itpn/io/pth_for_test.h"
#include "itpn/io/weights_file.h"
#include "tests/support/process_memory.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using namespace test;

constexpr int64_t kMiB = 1 << 20;

// Opens the file and holds all of its tensors, as a loader does.
void read_all(const std::string& path) {
  WeightsFile file(posix_fs(), path);
  std::vector<std::vector<std::byte>> contents;
  for (const TensorInfo& info : file.tensors()) {
    contents.emplace_back(info.bytes);
    file.read(info, contents.back());
  }
}

class WeightsMemory : public testing::Test {
 protected:
  void SetUp() override {
    if (!tells_memory()) GTEST_SKIP() << "needs /proc and no sanitizer";
  }
  std::string write(const std::string& content) {
    write_file_atomically(posix_fs(), path_, content);
    return path_;
  }
  TemporaryDirectory directory_;
  const std::string path_ = directory_.file("w.pth");
};

TEST_F(WeightsMemory, StaysBelowATenthMoreThanTheFile) {
  constexpr int64_t kSide = 8192;  // 64 MiB: whole, and transposed in windows
  for (const std::vector<int64_t>& strides : {std::vector<int64_t>{kSide, 1}, std::vector<int64_t>{1, kSide}}) {
    const std::string pickle = dict_op(tensor_op(storage_op("Byte", "0", kSide * kSide), {0, {kSide, kSide}, strides}));
    write(zip_pth(pickle, {{"0", std::string(kSide * kSide, 'x')}}));
    EXPECT_LE(peak_memory([&] { read_all(path_); }), kSide * kSide * 11 / 10 + 64 * kMiB);
  }
}

TEST_F(WeightsMemory, ASmallHostileFileTakesLittle) {
  std::string dictionaries, lists = "]";
  for (int i = 0; i < 480'000; ++i) dictionaries += "}0";
  for (int i = 0; i < 480'000; ++i) lists += "Na";
  for (const std::string& pickle : {dictionaries, lists, "N" + std::string("r\x9f\x86\x01\0", 5)}) {
    write(zip_pth(pickle));
    EXPECT_LE(peak_memory([&] {
                try {
                  read_all(path_);
                } catch (const Error&) {
                }
              }),
              64 * kMiB);
  }
}

}  // namespace
}  // namespace itpn
