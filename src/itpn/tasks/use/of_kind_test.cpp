#include "itpn/tasks/use/of_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/tasks/use/evaluate.h"
#include "itpn/tasks/use/predict.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

class KindOfModel : public testing::Test {
 protected:
  // A file of weights with a head for two classes or without one, whose card names `kind`; "": it has no card.
  void write_weights(const std::string& kind, bool has_head) {
    const ClassifierConfig sizes{find_preset("itpn-nano").backbone, 2};
    NamedTensors tensors = copy_to_host(named_weights(*Classifier(sizes, 0)));
    if (!has_head) std::erase_if(tensors, [](const auto& item) { return item.first.starts_with("head."); });
    ModelCard card;
    card.kind = kind;
    card.model.preset = "itpn-nano";
    write_weights_file(posix_fs(), path_, as_tensor_bytes(tensors), kind.empty() ? Metadata{} : to_metadata(card));
  }
  ModelRequest model() const { return {.weights = path_, .device = "cpu"}; }
  // The refusals of all uses, which are one.
  std::string refusal() const {
    EvaluateRequest evaluation;
    evaluation.model = model();
    const std::string of_evaluation = test::error_of(ExitCode::kUsage, [&] { evaluate(evaluation); });
    PredictRequest prediction;
    prediction.model = model();
    prediction.pictures = {"x.png"};
    const std::string of_prediction =
        test::error_of(ExitCode::kUsage, [&] { predict(prediction, [](const std::string&) {}); });
    EXPECT_EQ(of_evaluation, of_prediction);
    return of_prediction;
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("model.safetensors");
};

TEST_F(KindOfModel, IsTheOneThatTheCardNames) {
  const std::map<std::string, int> table = {{"classifier", 1}, {"segmenter", 2}};
  write_weights("segmenter", /*has_head=*/true);
  EXPECT_EQ(of_kind(table, find_model(model())), 2);
  write_weights("classifier", /*has_head=*/true);
  EXPECT_EQ(of_kind(table, find_model(model())), 1);
}

TEST_F(KindOfModel, FollowsFromTheHeadWhereNoCardNamesIt) {
  write_weights("", /*has_head=*/true);
  EXPECT_EQ(find_model(model()).card.kind, "classifier");
  write_weights("", /*has_head=*/false);
  EXPECT_EQ(find_model(model()).card.kind, "pretrained");
}

TEST_F(KindOfModel, PretrainedWeightsAreRefusedWithWhatToDo) {
  for (const std::string kind : {"", "pretrained"}) {
    write_weights(kind, /*has_head=*/false);
    EXPECT_THAT(refusal(), HasSubstr(path_ + ": these weights tell no classes apart; fine-tune them first"));
  }
}

TEST_F(KindOfModel, AKindOfAnotherVersionIsRefusedByItsName) {
  write_weights("segmenter", /*has_head=*/true);
  EXPECT_THAT(refusal(), HasSubstr(path_ + ": a model of the kind \"segmenter\", which this version"));
}

}  // namespace
}  // namespace itpn
