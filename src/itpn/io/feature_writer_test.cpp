#include "itpn/io/feature_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "itpn/core/utf8.h"
#include "itpn/io/npy_writer.h"
#include "itpn/io/safetensors.h"
#include "tests/support/process_memory.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

const std::vector<std::string> kPictures = {"a.png", "new\nline.png", "latin-\xe9.png", "z,\"q\".png"};

class FeatureWriterTest : public testing::Test {
 protected:
  std::string path(const std::string& format) { return directory_.file("f." + format); }
  // Rows (i, 10 i) of the pictures with these places.
  void write(const std::string& format, const std::vector<size_t>& places) {
    FeatureWriter writer(posix_fs(), {path(format), feature_format(format).value(), {2}, {{"level", "p3"}}}, kPictures);
    for (const size_t i : places) {
      const std::array<float, 2> row = {static_cast<float>(i), 10.0F * static_cast<float>(i)};
      writer.add(i, row);
    }
    writer.finish();
  }
  std::string read(const std::string& file) { return read_text_file(posix_fs(), directory_.file(file)); }
  static std::string bytes_of(const std::vector<float>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
  }
  size_t files() {
    std::vector<DirectoryEntry> entries;
    posix_fs().list(directory_.path(), &entries);
    return entries.size();
  }
  test::TemporaryDirectory directory_;
};

TEST_F(FeatureWriterTest, RowIOfTheArrayIsLineIOfTheNames) {
  write("npy", {0, 1, 2, 3});
  EXPECT_EQ(read("f.npy"), npy_header({4, 2}) + bytes_of({0, 0, 1, 10, 2, 20, 3, 30}));
  EXPECT_EQ(read("f.npy.txt"), "a.png\nnew\\x0aline.png\nlatin-\\xe9.png\nz,\"q\".png\n");
}

TEST_F(FeatureWriterTest, PicturesWithoutARowAreInNeither) {
  write("npy", {1, 3});
  EXPECT_EQ(read("f.npy"), npy_header({2, 2}) + bytes_of({1, 10, 3, 30}));
  EXPECT_EQ(read("f.npy.txt"), "new\\x0aline.png\nz,\"q\".png\n");
  EXPECT_EQ(files(), 2u);
}

TEST_F(FeatureWriterTest, SafetensorsHoldNamesThatComeBack) {
  for (const std::vector<size_t>& places : {std::vector<size_t>{0, 1, 2, 3}, std::vector<size_t>{1, 2}}) {
    write("safetensors", places);
    SafetensorsFile file(posix_fs(), path("safetensors"));
    EXPECT_EQ(file.metadata().at("level"), "p3");
    EXPECT_EQ(file.metadata().at("format"), "pt");
    const auto names = nlohmann::json::parse(file.metadata().at("pictures"));
    ASSERT_EQ(names.size(), places.size());
    std::vector<float> numbers(2 * places.size());
    file.read(*file.find("features"), std::as_writable_bytes(std::span(numbers)));
    for (size_t i = 0; i < places.size(); ++i) {
      EXPECT_EQ(name_of_printable(names[i].get<std::string>()), kPictures[places[i]]);
      EXPECT_EQ(numbers[2 * i], static_cast<float>(places[i]));
    }
  }
}

TEST_F(FeatureWriterTest, CsvHasALineAPicture) {
  write("csv", {1, 3});
  EXPECT_EQ(read("f.csv"), "new\\x0aline.png,1,10\n\"z,\"\"q\"\".png\",3,30\n");
}

TEST_F(FeatureWriterTest, AnUnfinishedFileLeavesTheOldOne) {
  write("npy", {0, 1, 2, 3});
  const std::string before = read("f.npy");
  {
    FeatureWriter writer(posix_fs(), {path("npy"), FeatureFormat::kNpy, {1}, {}}, kPictures);
    const float one = 1.0F;
    writer.add(0, std::span(&one, 1));
  }
  EXPECT_EQ(read("f.npy"), before);
  EXPECT_EQ(files(), 2u);
}

TEST_F(FeatureWriterTest, MemoryDoesNotGrowWithTheRows) {
  if (!test::tells_memory()) GTEST_SKIP() << "needs /proc and no sanitizer";
  constexpr size_t kRows = 512, kNumbers = 1 << 16;  // 128 MiB
  const std::vector<std::string> pictures(kRows, "p");
  const std::vector<float> row(kNumbers, 1.0F);
  const int64_t peak = test::peak_memory([&] {
    FeatureWriter writer(posix_fs(), {path("npy"), FeatureFormat::kNpy, {kNumbers}, {}}, pictures);
    for (size_t i = 1; i < kRows; ++i) writer.add(i, row);
    writer.finish();
  });
  EXPECT_LE(peak, 32 << 20);
}

TEST(FeatureFormat, IsToldByTheEndingInAnyCase) {
  EXPECT_EQ(feature_format_of_name("a/F.NPY"), FeatureFormat::kNpy);
  EXPECT_EQ(feature_format_of_name("f.Safetensors"), FeatureFormat::kSafetensors);
  EXPECT_EQ(feature_format_of_name("f.csv"), FeatureFormat::kCsv);
  for (const char* name : {"f.npz", "f", "a/.csv", "csv"}) EXPECT_FALSE(feature_format_of_name(name)) << name;
}

}  // namespace
}  // namespace itpn
