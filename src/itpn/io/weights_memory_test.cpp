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

// Whether it is accepted or not.
int64_t memory_of(const std::string& path) {
  return peak_memory([&] {
    try {
      read_all(path);
    } catch (const Error&) {
    }
  });
}

std::string times(int count, const std::string& instructions) {
  std::string all;
  for (int i = 0; i < count; ++i) all += instructions;
  return all;
}

// {"0xxx": value, "1xxx": value, ...} with keys of that length.
std::string dict_of(int count, const std::string& value, size_t key_length = 4) {
  std::string items = "}(";
  for (int i = 0; i < count; ++i) {
    std::string key = std::to_string(i);
    key.resize(std::max(key.size(), key_length), 'x');
    items += text_op(key) + value;
  }
  return items + "u";
}

// Makes a value and keeps it as memo entry `place` alone.
std::string remember(const std::string& value, char place) { return value + "q" + place + "0"; }

const std::string kTensor = tensor_op(storage_op("Byte", "0", 4), {0, {4}, {1}});
const std::string kFirst = "h\0"s, kSecond = "h\1"s;

struct HostileMemory {
  std::string name, content;
};

// Whose key is a long text and which is part of another: a copy of both for each.
std::string many_storages(const std::string& long_key) {
  const std::string part = "(" + text_op("p") + "K\0K\1t"s, type = "ctorch\nByteStorage\n";
  const std::string id = "(" + text_op("storage") + type + kFirst + text_op("cpu") + "K\4" + part + "t";
  return zip_pth(remember(text_op(long_key), '\0') + remember(id, '\1') + times(3000, kSecond + "Q0") + "N");
}

std::string many_classes(const std::string& long_name) {
  const std::string names = remember(text_op("__torch__" + long_name), '\0') + remember(text_op("M"), '\1');
  const std::string pickle = "\x80\2" + names + times(3000, kFirst + kSecond + "\x93" + "0") + "N.";
  return zip_of({{"a/data.pkl", pickle}, {"a/constants.pkl", "N."}});
}

std::string key_listed_often(const std::string& long_key) {
  const std::string file = legacy_pth("N"), end = "e.";
  return file.substr(0, file.size() - end.size()) + remember(text_op(long_key), '\0') + times(3000, kFirst) + end;
}

std::string tensors_of_many_axes() {
  const std::vector<int64_t> ones(64, 1);
  const std::string tensor = tensor_op(storage_op("Byte", "0", 4), {0, ones, ones});
  return zip_pth(remember(tensor, '\0') + dict_of(10, "](" + times(9000, kFirst) + "e"), {{"0", "abcd"}});
}

// Few bytes of a file that ask for copies of something large.
std::vector<HostileMemory> copies() {
  const std::string long_text(100'000, 'k'), text = remember(text_op(std::string(4000, 't')), '\0');
  const std::string tensors = remember(kTensor, '\0') + remember(dict_of(250, kFirst, 100), '\1');
  return {{"text of many names", zip_pth(text + remember(dict_of(500, kFirst), '\1') + dict_of(100, kSecond))},
          {"key of many storages", many_storages(long_text)},
          {"name of many classes", many_classes(long_text)},
          {"key listed many times", key_listed_often(long_text)},
          {"shape of many tensors", tensors_of_many_axes()},
          {"long names", zip_pth(tensors + dict_of(250, kSecond, 100), {{"0", "abcd"}})}};
}

TEST_F(WeightsMemory, ASmallHostileFileTakesLittle) {
  std::vector<HostileMemory> cases = copies();
  cases.push_back({"dictionaries", zip_pth(times(480'000, "}0"))});
  cases.push_back({"list", zip_pth("]" + times(480'000, "Na"))});
  cases.push_back({"memo", zip_pth("N" + std::string("r\x9f\x86\x01\0", 5))});
  for (const HostileMemory& hostile : cases) {
    EXPECT_LE(hostile.content.size(), static_cast<size_t>(kMiB)) << hostile.name;
    write(hostile.content);
    EXPECT_LE(memory_of(path_), 64 * kMiB) << hostile.name;
  }
}

// As many values, tensors and names as there may be.
TEST_F(WeightsMemory, ASmallFileAtEveryLimitIsReadWithinIt) {
  const std::string values = times(350'000, "}0"), tensors = remember(dict_of(700, kFirst, 60), '\1');
  write(zip_pth(values + remember(kTensor, '\0') + tensors + dict_of(70, kSecond, 50), {{"0", "abcd"}}));
  EXPECT_LE(peak_memory([&] { read_all(path_); }), 64 * kMiB);
  EXPECT_EQ(WeightsFile(posix_fs(), path_).tensors().size(), 49'000u);
}

TEST_F(WeightsMemory, ALongChainOfPrefixesTakesLittle) {
  write(zip_pth(dict_op(kTensor, times(4000, "model.") + "w"), {{"0", "abcd"}}));
  WeightsFile file(posix_fs(), path_);
  EXPECT_LE(peak_memory([&] { file.strip_prefix([](const std::string&) { return false; }); }), 8 * kMiB);
}

}  // namespace
}  // namespace itpn
