#include "itpn/tasks/features/labelled_data.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/data/uncached_folder_for_test.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A folder with a file for each class, which nobody decodes here.
std::string write_classes(const test::TemporaryDirectory& directory, const std::vector<std::string>& classes) {
  for (const std::string& name : classes) {
    const std::string folder = directory.file(name);
    make_directories(posix_fs(), folder);
    write_file_atomically(posix_fs(), join_path(folder, "0.png"), std::string("pixels"));
  }
  return directory.path();
}

DataConfig folder_at(const std::string& path) {
  DataConfig data = test::uncached_folder();
  data.path = path;
  return data;
}

// The output that is right for the picture of each class.
std::map<std::string, int64_t> outputs(const std::string& path, const std::vector<std::string>& class_names) {
  const auto dataset = open_labelled_set(folder_at(path), path, class_names);
  std::map<std::string, int64_t> result;
  for (int64_t i = 0; i < dataset->size(); ++i) {
    result[parent_path(dataset->name(i)).substr(path.size() + 1)] = dataset->label(i);
  }
  return result;
}

std::vector<std::string> numbers(int64_t count) {
  std::vector<std::string> result;
  for (int64_t i = 0; i < count; ++i) result.push_back(std::to_string(i));
  return result;
}

TEST(LabelledSet, NumberedFoldersAreFoundByNameThoughTheySortOtherwise) {
  const test::TemporaryDirectory directory;
  const auto found = outputs(write_classes(directory, numbers(12)), numbers(12));
  EXPECT_EQ(found.at("2"), 2);
  EXPECT_EQ(found.at("10"), 10);
}

TEST(LabelledSet, SomeOfTheClassesAreFoundByName) {
  const test::TemporaryDirectory directory;
  const auto found = outputs(write_classes(directory, {"cat", "eel"}), {"ape", "cat", "dog", "eel"});
  EXPECT_THAT(found, ElementsAre(std::pair("cat", 1), std::pair("eel", 3)));
}

TEST(LabelledSet, OfAModelWithoutNamesGoesByPlace) {
  const test::TemporaryDirectory directory;
  const auto found = outputs(write_classes(directory, {"ape", "cat"}), numbers(2));
  EXPECT_THAT(found, ElementsAre(std::pair("ape", 0), std::pair("cat", 1)));
}

TEST(LabelledSet, UnknownClassesAreNamed) {
  const test::TemporaryDirectory directory;
  const std::string path = write_classes(directory, {"cat", "gnu"});
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { outputs(path, {"ape", "cat"}); }), HasSubstr("does not know: gnu"));
}

class ListedData : public testing::Test {
 protected:
  // A list of pictures with these labels.
  DataConfig list(const std::string& name, const std::vector<std::string>& labels) {
    std::string text;
    for (size_t i = 0; i < labels.size(); ++i) text += fmt::format("{}.png {}\n", i, labels[i]);
    write_file_atomically(posix_fs(), directory_.file(name), text);
    DataConfig data;
    data.path = directory_.file(name);
    return data;
  }
  std::string refusal(const DataConfig& data, int64_t count = 0) {
    return test::error_of(ExitCode::kData, [&] { open_labelled_data(data, count); });
  }
  static std::vector<int64_t> labels_of(const Dataset& dataset) {
    std::vector<int64_t> labels;
    for (int64_t i = 0; i < dataset.size(); ++i) labels.push_back(dataset.label(i));
    return labels;
  }
  test::TemporaryDirectory directory_;
};

TEST_F(ListedData, NumbersThatBeginAtOneOrHaveHolesAreRefusedUnlessTheCountInsists) {
  const DataConfig from_one = list("one.txt", {"1", "2", "2", "1"}), sparse = list("holes.txt", {"0", "9", "4", "0"});
  EXPECT_THAT(refusal(from_one), HasSubstr("labels start at 1, so class 0 has no picture"));
  EXPECT_THAT(refusal(sparse), HasSubstr("only 3 of 10 classes occur: class 1, for one, has no picture"));
  EXPECT_EQ(open_labelled_data(from_one, 3).class_names.size(), 3u);
  EXPECT_EQ(open_labelled_data(sparse, 10).class_names.size(), 10u);
  EXPECT_EQ(open_labelled_data(list("fine.txt", {"1", "0"}), 0).class_names.size(), 2u);
}

TEST_F(ListedData, ASingleClassIsRefusedUnlessTheCountInsists) {
  EXPECT_THAT(refusal(list("l.txt", {"cat", "cat"})), HasSubstr("only one class (cat)"));
  EXPECT_EQ(open_labelled_data(list("l.txt", {"cat", "cat"}), 2).class_names.size(), 2u);
}

TEST_F(ListedData, AFolderOneLevelTooHighIsShownTheOneBelow) {
  write_classes(directory_, {"flowers/rose", "flowers/tulip"});
  EXPECT_THAT(refusal(folder_at(directory_.path())), HasSubstr("did you mean " + directory_.file("flowers") + "?"));
}

// Folders sort 0, 1, 10, 11, 2, ...: the model's output 2 is class "10".
TEST_F(ListedData, ANumberIsTheClassOfThatNameWhereverItStands) {
  std::vector<std::string> sorted = numbers(12);
  std::sort(sorted.begin(), sorted.end());
  const DataConfig data = list("l.txt", {"2", "10", "11", "3"});
  const auto set = open_labelled_set(data, data.path, sorted);
  EXPECT_THAT(labels_of(*set), ElementsAre(4, 2, 3, 5));
}

TEST_F(ListedData, ValidationFindsTheClassesOfTrainingByName) {
  DataConfig data = list("train.txt", {"bee", "ape", "bee"});
  data.val_path = list("val.csv", {"ape", "bee"}).path;
  EXPECT_THAT(labels_of(*open_labelled_data(data, 0).val), ElementsAre(0, 1));
  write_classes(directory_, numbers(11));
  data = folder_at(directory_.path());
  data.val_path = list("numbers.txt", {"10", "2"}).path;
  EXPECT_THAT(labels_of(*open_labelled_data(data, 0).val), ElementsAre(2, 3));
}

TEST(LabelledData, NamesThatAreNotUtf8AreFoundAgainByWhatTheWeightsCallThem) {
  const test::TemporaryDirectory directory;
  const std::string path = write_classes(directory, {"caf\xe9", "tea"});
  const std::vector<std::string> names = open_labelled_data(folder_at(path), 0).class_names;
  EXPECT_THAT(names, ElementsAre("caf\\xe9", "tea"));
  EXPECT_EQ(outputs(path, names).at("caf\xe9"), 0);
}

}  // namespace
}  // namespace itpn
