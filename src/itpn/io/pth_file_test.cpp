#include "itpn/io/pth_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/io/pth_for_test.h"
#include "itpn/io/weights_file.h"
#include "tests/support/error_of.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class PthFileTest : public testing::Test {
 protected:
  std::string write(const std::string& content) {
    const std::string path = directory_.file("w.pth");
    write_file_atomically(posix_fs(), path, content);
    return path;
  }
  std::unique_ptr<WeightsSource> open(const std::string& content) { return open_pth_file(posix_fs(), write(content)); }
  std::string bytes(WeightsSource& file, size_t index) {
    std::string text(file.tensors()[index].info.bytes, '\0');
    file.read(index, std::as_writable_bytes(std::span(text)));
    return text;
  }
  TemporaryDirectory directory_;
};

// Twelve bytes as 3 x 4, whole, transposed, a column, a repeated row, an empty and a scalar one, in both containers.
TEST_F(PthFileTest, ReadsViewsRowByRow) {
  const Storages storages = {{"0", "abcdefghijkl"}};
  for (const bool is_legacy : {false, true}) {
    const std::string storage = storage_op("Byte", "0", 12, is_legacy);
    const std::vector<std::pair<ViewForTest, std::string>> views = {{{0, {3, 4}, {4, 1}}, "abcdefghijkl"},
                                                                    {{0, {4, 3}, {1, 4}}, "aeibfjcgkdhl"},
                                                                    {{1, {3}, {4}}, "bfj"},
                                                                    {{4, {2, 4}, {0, 1}}, "efghefgh"},
                                                                    {{12, {0, 4}, {4, 1}}, ""},
                                                                    {{11, {}, {}}, "l"},
                                                                    {{2, {1, 2}, {999, 1}}, "cd"}};
    std::string list = "](";
    for (const auto& [view, expected] : views) list += tensor_op(storage, view);
    const std::string pickle = dict_op(list + "e", "model");
    const auto file = open(is_legacy ? legacy_pth(pickle, storages, 1) : zip_pth(pickle, storages));
    EXPECT_EQ(file->format(), is_legacy ? WeightsFormat::kPthLegacy : WeightsFormat::kPthZip);
    ASSERT_EQ(file->tensors().size(), views.size());
    for (size_t i = 0; i < views.size(); ++i) {
      EXPECT_EQ(bytes(*file, i), views[i].second) << i;
      EXPECT_EQ(file->tensors()[i].info.shape, views[i].first.shape);
      EXPECT_EQ(file->tensors()[i].info.name, "model." + std::to_string(i));
      EXPECT_EQ(file->tensors()[i].group, "model");
    }
  }
}

TEST_F(PthFileTest, AViewLargerThanTheWindowIsGatheredRight) {
  const int64_t rows = 3000, columns = 3000;  // 9 MB: two windows
  std::string content(static_cast<size_t>(rows * columns), '\0');
  for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i % 251);
  const auto file =
      open(zip_pth(dict_op(tensor_op(storage_op("Byte", "0", rows * columns), {0, {columns, rows}, {1, columns}})),
                   {{"0", content}}));
  const std::string read = bytes(*file, 0);
  size_t wrong = 0;
  for (size_t c = 0; c < 3000; ++c) {
    for (size_t r = 0; r < 3000; ++r) wrong += read[c * 3000 + r] != content[r * 3000 + c];
  }
  EXPECT_EQ(wrong, 0u);
}

TEST_F(PthFileTest, PartsOfAStorageOfTheOlderContainerAreFound) {
  const std::string part = "(" + text_op("storage") + "ctorch\nByteStorage\n" + text_op("0") + text_op("cpu") +
                           integer_op(6) + "(" + text_op("p") + integer_op(2) + integer_op(3) + "ttQ";
  const auto file = open(legacy_pth(dict_op(tensor_op(part, {1, {2}, {1}})), {{"0", "abcdef"}}, 1));
  EXPECT_EQ(bytes(*file, 0), "de");
}

TEST_F(PthFileTest, FindsTheWeightsUnderTheirEntryAndTellsOfTheRest) {
  const Storages storages = {{"0", "abcd"}};
  const std::string tensor = tensor_op(storage_op("Byte", "0", 4), {0, {4}, {1}});
  const std::string args = "cargparse\nNamespace\n)\x81}" + text_op("lr") + "G\x3f\xe0\0\0\0\0\0\0"s + "sb";
  WeightsFile file(posix_fs(), write(zip_pth("}(" + text_op("optimizer") + dict_op(dict_op(tensor, "m"), "state") +
                                                 text_op("epoch") + "K\x07" + text_op("args") + args +
                                                 text_op("model") + dict_op(tensor, "a.weight") + "u",
                                             storages)));
  EXPECT_EQ(file.key(), "model");
  ASSERT_EQ(file.tensors().size(), 1u);
  EXPECT_EQ(file.tensors()[0].name, "a.weight");
  EXPECT_EQ(file.other_entries().at("optimizer"), 1u);
  EXPECT_EQ(file.metadata().at("epoch"), "7");
  EXPECT_EQ(file.metadata().at("args.lr"), "0.5");
  WeightsFile other(posix_fs(), file.path(), {.key = "optimizer"});
  EXPECT_EQ(other.tensors().at(0).name, "state.m");
}

// Every writer takes text alone.
TEST_F(PthFileTest, MetadataLeavesOutWhatIsNoText) {
  const std::string seed = "\x8a\x09\x39\x30\0\0\0\0\0\x80\0"s;  // 2^63 + 12345
  const auto file = open(zip_pth("}(" + text_op("seed") + seed + text_op("bytes") + "C\x02\xff\xfe" + text_op("\xff") +
                                 "K\x01" + text_op("note") + text_op("caf\xc3\xa9") + "u"));
  EXPECT_THAT(file->metadata(), ElementsAre(Pair("note", "caf\xc3\xa9")));
}

// A number of numpy, a history that is filled item by item and by attributes, a path, a set, and keys that are numbers
// of numpy, beside two tensors, one of which has attributes of its own.
TEST_F(PthFileTest, ReadsTheTensorsBesideWhatTrainingProgramsKeepAndNamesTheRest) {
  const std::string type = "cnumpy\ndtype\n" + text_op("f8") + "\x85R";
  const std::string scalar = "cnumpy.core.multiarray\nscalar\n(" + type + "C\x08" + std::string(8, 'x') + "tR";
  const std::string history =
      "cmmengine.logging.history_buffer\nHistoryBuffer\n)\x81(NNe(NNu}" + text_op("max") + "K\x05sb";
  const std::string path = "cpathlib\nPosixPath\n(" + text_op("/") + text_op("data") + "tR";
  const std::string tensor = tensor_op(storage_op("Byte", "0", 4), {0, {4}, {1}});
  const std::string make = "ctorch._utils\n_rebuild_tensor_v2\n", arguments = tensor.substr(make.size());
  const std::string typed = "ctorch._tensor\n_rebuild_from_type_v2\n(" + make + "ctorch.nn.parameter\nParameter\n" +
                            arguments.substr(0, arguments.size() - 1) + "}tR";
  WeightsFile file(posix_fs(),
                   write(zip_pth("}(" + text_op("meta") + "}(" + text_op("best") + scalar + text_op("where") + path +
                                     text_op("ids") + "c__builtin__\nset\n]\x85R" + text_op("last") + scalar + scalar +
                                     "Nu" + text_op("hub") + dict_op(history, "loss") + text_op("epoch") + "K\x07" +
                                     text_op("state_dict") + "}(" + text_op("a") + tensor + text_op("b") + typed + "uu",
                                 {{"0", "abcd"}})));
  ASSERT_EQ(file.tensors().size(), 2u);
  EXPECT_EQ(file.tensors()[1].name, "b");
  EXPECT_EQ(file.metadata().at("epoch"), "7");
  const auto left_out = file.left_out();
  ASSERT_EQ(left_out.size(), 4u);
  EXPECT_EQ(left_out.at("numpy.core.multiarray.scalar").count, 3u);
  EXPECT_EQ(left_out.at("numpy.core.multiarray.scalar").first, "meta.best");
  EXPECT_EQ(left_out.at("mmengine.logging.history_buffer.HistoryBuffer").first, "hub.loss");
  EXPECT_EQ(left_out.at("pathlib.PosixPath").count, 1u);
  EXPECT_EQ(left_out.at("__builtin__.set").count, 1u);
}

TEST_F(PthFileTest, ATypedTensorIsMadeByAFunctionForTensorsAlone) {
  const std::string typed = "ctorch._tensor\n_rebuild_from_type_v2\n";
  for (const std::string& function : {typed, std::string("N"), std::string("cnumpy\ndtype\n")}) {
    EXPECT_THAT(
        test::error_of(ExitCode::kCheckpoint, [&] { open(zip_pth(dict_op(typed + "(" + function + "N)}tR"))); }),
        HasSubstr("a typed tensor without a function"));
  }
}

TEST_F(PthFileTest, ReadsIntegersOfAnyNumberOfBytes) {
  const std::string ones(9, '\xff');
  const auto file = open(zip_pth("}(" + text_op("a") + "\x8a\x09\0\0\0\0\0\1\0\0\0"s + text_op("b") + "\x8a\x09" +
                                 ones + text_op("c") + "\x8a\0"s + text_op("d") + "\x8a\x01\x80" + "u"));
  EXPECT_THAT(file->metadata(),
              ElementsAre(Pair("a", "1099511627776"), Pair("b", "-1"), Pair("c", "0"), Pair("d", "-128")));
}

TEST_F(PthFileTest, KeepsTextsOfUpToAMebibyte) {
  const std::string longest(1 << 20, 'x');
  const auto file = open(zip_pth("}(" + text_op("a") + text_op(longest) + text_op("b") + text_op(longest + "x") + "u"));
  EXPECT_THAT(file->metadata(), ElementsAre(Pair("a", longest)));
}

TEST_F(PthFileTest, ChecksumsAreComparedUnlessTold) {
  std::string content = zip_pth(dict_op(tensor_op(storage_op("Byte", "0", 4), {1, {2}, {1}})), {{"0", "abcd"}});
  content[content.find("abcd")] = 'x';  // outside the view, inside the storage
  const auto file = open(content);
  const std::string message = error_of(ExitCode::kCheckpoint, [&] { bytes(*file, 0); });
  EXPECT_THAT(message, HasSubstr("'a/data/0' is damaged"));
  EXPECT_THAT(message, HasSubstr("itpn convert " + directory_.file("w.pth") + " NEW.safetensors --skip-check"));
  EXPECT_THROW(bytes(*file, 0), Error);  // the second time too
  EXPECT_EQ(bytes(*open_pth_file(posix_fs(), directory_.file("w.pth"), {.checks_checksums = false}), 0), "bc");
}

TEST_F(PthFileTest, OpensEveryReferenceFileAndRefusesItCut) {
  const auto folder = shared_path("reference/fixtures");
  if (!folder) GTEST_SKIP() << "needs ../shared/reference/fixtures";
  std::vector<DirectoryEntry> entries;
  posix_fs().list(*folder, &entries);
  int count = 0;
  for (const DirectoryEntry& entry : entries) {
    if (!entry.name.ends_with(".pth") && !entry.name.ends_with(".pt")) continue;
    ++count;
    const std::string content = read_text_file(posix_fs(), *folder + "/" + entry.name);
    EXPECT_FALSE(open(content)->tensors().empty()) << entry.name;
    for (size_t part = 0; part < 40; ++part) {
      EXPECT_THROW(open(content.substr(0, content.size() * part / 40)), Error) << entry.name << " " << part;
    }
  }
  EXPECT_GE(count, 1);
}

}  // namespace
}  // namespace itpn
