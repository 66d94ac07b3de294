#include "itpn/tasks/weights/head_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/tasks/weights/model_card.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(HeadRows, NamesDecideAndNeverPlaces) {
  const HeadMatch match = match_classes({"ape", "bee", "cat"}, {"bee", "dog", "ape"});
  EXPECT_THAT(match.rows, ElementsAre(Pair(1, 0), Pair(0, 2)));
  EXPECT_THAT(match.fresh, ElementsAre("dog"));
  EXPECT_THAT(match.unused, ElementsAre("cat"));
  EXPECT_FALSE(match.is_same);
  EXPECT_THAT(describe(match)[0], HasSubstr("2 rows of the head by class names, 1 start at random, 1 of the weights"));
}

TEST(HeadRows, TheSameClassesInAnotherOrderAreSo) {
  EXPECT_FALSE(match_classes({"1", "10", "2"}, {"1", "2", "10"}).is_same);
  EXPECT_THAT(match_classes({"1", "10", "2"}, {"1", "2", "10"}).fresh, IsEmpty());
  EXPECT_TRUE(match_classes({"x", "y"}, {"x", "y"}).is_same);
}

class HeadRowsFile : public testing::Test {
 protected:
  // A head of (names, 2), whose row i has the value i, behind "module.".
  WeightsPath write(const std::vector<std::string>& names) {
    const auto rows = static_cast<int64_t>(names.size());
    const NamedTensors tensors = {
        {"module.head.weight", torch::arange(rows, torch::kFloat32).unsqueeze(1).repeat({1, 2})},
        {"module.head.bias", torch::arange(rows, torch::kFloat32) + 10}};
    ModelCard card;
    card.class_names = names;
    write_weights_file(posix_fs(), path_, as_tensor_bytes(tensors), to_metadata(card));
    return find_weights(posix_fs(), path_);
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("w.safetensors");
};

TEST_F(HeadRowsFile, MatchedRowsAreCopiedAndTheOthersStay) {
  const WeightsPath weights = write({"ape", "bee", "cat"});
  const NamedTensors model = {{"head.weight", torch::full({4, 2}, -1.0)}, {"head.bias", torch::full({4}, -1.0)}};
  const std::vector<std::string> stored = head_classes(posix_fs(), weights, model);
  EXPECT_THAT(stored, ElementsAre("ape", "bee", "cat"));
  EXPECT_TRUE(load_head_rows(posix_fs(), weights, model, match_classes(stored, {"cat", "dog", "ape", "eel"})));
  EXPECT_TRUE(torch::equal(model[0].second.select(1, 0), torch::tensor({2.0F, -1.0F, 0.0F, -1.0F})));
  EXPECT_TRUE(torch::equal(model[1].second, torch::tensor({12.0F, -1.0F, 10.0F, -1.0F})));
}

TEST_F(HeadRowsFile, AHeadOfAnotherWidthIsNotTouched) {
  const WeightsPath weights = write({"ape", "bee"});
  const NamedTensors model = {{"head.weight", torch::full({2, 5}, -1.0)}};
  EXPECT_FALSE(load_head_rows(posix_fs(), weights, model, match_classes({"ape", "bee"}, {"bee", "ape"})));
  EXPECT_TRUE(model[0].second.eq(-1).all().item<bool>());
}

TEST_F(HeadRowsFile, AFileWithoutACardNamesNoClasses) {
  const NamedTensors tensors = {{"head.weight", torch::zeros({2, 2})}};
  write_weights_file(posix_fs(), path_, as_tensor_bytes(tensors), {});
  EXPECT_THAT(head_classes(posix_fs(), find_weights(posix_fs(), path_), tensors), IsEmpty());
}

}  // namespace
}  // namespace itpn
