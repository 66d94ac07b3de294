#include "itpn/eval/knn_classifier.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "itpn/eval/topk_accuracy.h"

namespace itpn {
namespace {

TEST(Knn, TheNearestByAngleDecides) {
  const at::Tensor known = torch::tensor({{1.0, 0.0}, {0.0, 1.0}, {-1.0, 0.0}});
  const KnnClassifier knn(known, torch::tensor({2, 0, 1}), 3, {.k = 1});
  const at::Tensor votes = knn.votes(torch::tensor({{100.0, 1.0}, {0.1, 5.0}, {-3.0, 0.2}}));
  EXPECT_TRUE(votes.argmax(1).equal(torch::tensor({2, 0, 1})));
}

TEST(Knn, VotesAreWeightedBySimilarity) {
  const at::Tensor known = torch::tensor({{1.0, 0.0}, {0.8, 0.6}, {0.6, 0.8}});
  const KnnClassifier knn(known, torch::tensor({0, 1, 1}), 2, {.k = 3, .temperature = 0.5});
  const at::Tensor votes = knn.votes(torch::tensor({{1.0, 0.0}}));
  const double a = std::exp(1.0 / 0.5), b = std::exp(0.8 / 0.5) + std::exp(0.6 / 0.5);
  EXPECT_NEAR(votes[0][0].item<double>(), a / (a + b), 1e-6);
  EXPECT_NEAR(votes[0][1].item<double>(), b / (a + b), 1e-6);
}

TEST(Knn, FewerPicturesThanNeighboursAllVote) {
  const KnnClassifier knn(torch::tensor({{1.0, 0.0}, {0.0, 1.0}}), torch::tensor({0, 1}), 2, {.k = 20});
  EXPECT_NEAR(knn.votes(torch::tensor({{1.0, 1.0}}))[0][0].item<double>(), 0.5, 1e-6);
}

TEST(Knn, ManyRowsGiveTheSameAsFew) {
  torch::manual_seed(1);
  const at::Tensor known = torch::randn({50, 8}), asked = torch::randn({600, 8});
  const KnnClassifier knn(known, torch::randint(5, {50}), 5, {});
  EXPECT_TRUE(torch::allclose(knn.votes(asked)[599], knn.votes(asked.narrow(0, 599, 1))[0]));
}

TEST(Knn, AClassWithoutAVoteIsNoHitWhereverItStandsInTheOrder) {
  torch::Tensor votes = torch::zeros({2, 8});
  votes.index_put_({torch::indexing::Slice(), 7}, 1.0F);  // all neighbours are of class 7
  TopKAccuracy accuracy;
  const torch::Tensor labels = torch::tensor({0, 7}, torch::kInt64);
  accuracy.add(with_missing_votes(votes, labels), labels);
  EXPECT_DOUBLE_EQ(accuracy.value(1), 50.0);
  EXPECT_DOUBLE_EQ(accuracy.value(5), 50.0);
}

}  // namespace
}  // namespace itpn
