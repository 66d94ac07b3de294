#include "itpn/data/datasets/class_checks.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

// Samples with given labels and nothing else.
class LabelledDataset : public Dataset {
 public:
  LabelledDataset(std::vector<std::string> classes, std::vector<int64_t> labels, bool is_numbered = false)
      : labels_(std::move(labels)) {
    class_names_ = std::move(classes);
    has_numbered_classes_ = is_numbered;
  }
  int64_t size() const override { return static_cast<int64_t>(labels_.size()); }
  void read(int64_t, StoredPicture&) const override {}
  int64_t label(int64_t index) const override { return labels_[static_cast<size_t>(index)]; }
  std::string name(int64_t index) const override { return "sample" + std::to_string(index); }
  uint64_t stored_bytes(int64_t) const override { return 0; }

 private:
  std::vector<int64_t> labels_;
};

template <class Call>
std::string data_error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kData);
    return error.what();
  }
  return "";
}

TEST(ClassChecks, NamesTheClassesThatOnlyOneSideHas) {
  const LabelledDataset train({"ant", "bee", "cat"}, {0, 1, 2}), val({"ant", "cat", "dog"}, {0, 1, 2});
  const std::string text = data_error_of([&] { check_same_classes(train, val); });
  EXPECT_NE(text.find("only in training: bee"), std::string::npos) << text;
  EXPECT_NE(text.find("only in validation: dog"), std::string::npos) << text;
  EXPECT_EQ(data_error_of([&] { check_same_classes(train, train); }), "");
}

TEST(ClassChecks, SaysWhereTwoNamesThatLookAlikeDifferInTheirUnicodeForm) {
  const LabelledDataset train({"U\u0308bung", "the"}, {0, 1}), val({"\u00dcbung", "the"}, {0, 1});
  const std::string text = data_error_of([&] { check_same_classes(train, val); });
  EXPECT_NE(text.find("U\\xcc\\x88bung and \\xc3\\x9cbung look the same"), std::string::npos) << text;
  const LabelledDataset other({"Ubung", "the"}, {0, 1});
  EXPECT_EQ(data_error_of([&] { check_same_classes(train, other); }).find("Unicode"), std::string::npos);
}

TEST(ClassChecks, FoldersMustAgreeButNumbersMayEndEarlier) {
  const LabelledDataset train({"0", "1", "2"}, {0, 1, 2}), val({"0", "1"}, {0, 1});
  EXPECT_NE(data_error_of([&] { check_same_classes(train, val); }), "");
  const LabelledDataset long_list({"0", "1", "2"}, {0, 1, 2}, true), short_list({"0", "1"}, {0, 1}, true);
  EXPECT_EQ(data_error_of([&] { check_same_classes(long_list, short_list); }), "");
  EXPECT_NE(data_error_of([&] { check_same_classes(short_list, long_list); }), "");
}

TEST(ClassChecks, NamesTheFirstSampleWithoutAFittingLabel) {
  const LabelledDataset dataset({"ant", "bee", "cat"}, {0, 1, 2});
  EXPECT_EQ(data_error_of([&] { check_labels(dataset, 3); }), "");
  const std::string text = data_error_of([&] { check_labels(dataset, 2); });
  EXPECT_NE(text.find("sample2: label 2"), std::string::npos) << text;
  EXPECT_NE(text.find("cat"), std::string::npos) << text;
  const LabelledDataset partly({"ant"}, {0, -1});
  EXPECT_NE(data_error_of([&] { check_labels(partly, 1); }).find("sample1: no label"), std::string::npos);
}

TEST(ClassChecks, ALongListOfClassesIsCut) {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("class" + std::to_string(i));
  const LabelledDataset train(many, {0}), val({"other"}, {0});
  EXPECT_NE(data_error_of([&] { check_same_classes(train, val); }).find("and 90 more"), std::string::npos);
}

}  // namespace
}  // namespace itpn
