#include "itpn/tasks/features/labelled_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(LabelledData, NamesThatAreNotUtf8AreFoundAgainByWhatTheWeightsCallThem) {
  const test::TemporaryDirectory directory;
  const std::string path = write_classes(directory, {"caf\xe9", "tea"});
  const std::vector<std::string> names = open_labelled_data(folder_at(path), 0).class_names;
  EXPECT_THAT(names, ElementsAre("caf\\xe9", "tea"));
  EXPECT_EQ(outputs(path, names).at("caf\xe9"), 0);
}

}  // namespace
}  // namespace itpn
