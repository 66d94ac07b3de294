// Every fused operation beside its twin of separate tensor operations: outputs, and all gradients against those of the
// twin in double precision.
#include "itpn/ops/fused.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>
#include <limits>
#include <optional>

#include "itpn/ops/cpu/attention_passes.h"

namespace itpn::ops {
namespace {

using Tensors = std::vector<at::Tensor>;
using Branch = std::function<at::Tensor(const Tensors&)>;

constexpr double kEps = 1e-6;

at::Tensor twin_norm(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta) {
  return at::layer_norm(x, {x.size(-1)}, gamma, beta, kEps);
}

// How a branch of the tests enters the sum; a layer scale comes as the input behind the branch's own.
struct Joint {
  bool has_gamma = false;
  std::optional<KeptSamples> kept = std::nullopt;

  BranchScale scale(const Tensors& t, size_t gamma) const { return {has_gamma ? t[gamma] : at::Tensor(), kept}; }
};

// x + factor * gamma * branch, of all samples at once.
at::Tensor join(const at::Tensor& x, const at::Tensor& branch, const BranchScale& scale) {
  at::Tensor scaled = scale.gamma.defined() ? branch * scale.gamma : branch;
  if (scale.kept) {
    std::vector<int64_t> shape(x.dim(), 1);
    shape[0] = x.size(0);
    const at::Tensor factor = torch::zeros(shape, scaled.options());
    for (const int64_t sample : scale.kept->samples) factor[sample] = scale.kept->factor;
    scaled = scaled * factor;
  }
  return x + scaled;
}

// inputs: x, gamma, beta, w1, b1, w2, b2, and the layer scale if there is one
Branch twin_mlp(const Joint& joint = {}) {
  return [joint](const Tensors& t) {
    const at::Tensor hidden = at::gelu(at::linear(twin_norm(t[0], t[1], t[2]), t[3], t[4]));
    return join(t[0], at::linear(hidden, t[5], t[6]), joint.scale(t, 7));
  };
}
Branch fused_mlp(const Joint& joint = {}) {
  return [joint](const Tensors& t) {
    return mlp_residual(t[0], {{t[1], t[2], kEps}, t[3], t[4], t[5], t[6]}, joint.scale(t, 7));
  };
}

// Any table of `rows` rows serves as a position bias.
at::Tensor some_index(int64_t length, int64_t rows) {
  return torch::arange(length * length).mul(7).remainder(rows).reshape({length, length});
}

// inputs: x, gamma, beta, w_qkv, b_qkv, w_proj, b_proj; with `bias_rows` > 0 a bias table (1, R, h), whose first axis
// keeps it from being taken for a matrix; then the layer scale if there is one
struct AttentionCase {
  int64_t heads;
  int64_t bias_rows = 0;
  Joint joint = {};

  at::Tensor table(const Tensors& t) const { return bias_rows > 0 ? t[7].squeeze(0) : at::Tensor(); }
  BranchScale scale(const Tensors& t) const { return joint.scale(t, bias_rows > 0 ? 8 : 7); }
};

Branch twin_attention(const AttentionCase& c) {
  return [c](const Tensors& t) {
    const int64_t B = t[0].size(0), L = t[0].size(1), C = t[0].size(2), d = C / c.heads;
    const at::Tensor qkv = at::linear(twin_norm(t[0], t[1], t[2]), t[3], t[4]).view({B, L, 3, c.heads, d});
    const auto parts = qkv.permute({2, 0, 3, 1, 4}).unbind(0);  // (B, h, L, d)
    at::Tensor logits = at::matmul(parts[0], parts[1].transpose(2, 3)) / std::sqrt(static_cast<double>(d));
    if (c.bias_rows > 0) logits = logits + c.table(t).index({some_index(L, c.bias_rows)}).permute({2, 0, 1});
    const at::Tensor mixed = at::matmul(logits.softmax(-1), parts[2]).transpose(1, 2).reshape({B, L, C});
    return join(t[0], at::linear(mixed, t[5], t[6]), c.scale(t));
  };
}
Branch fused_attention(const AttentionCase& c) {
  return [c](const Tensors& t) {
    AttentionWeights weights = {{t[1], t[2], kEps}, t[3], t[4], t[5], t[6], c.heads};
    if (c.bias_rows > 0) {
      weights.bias_table = c.table(t);
      weights.bias_index = some_index(t[0].size(1), c.bias_rows);
    }
    return attention_residual(t[0], weights, c.scale(t));
  };
}

// inputs: x, gamma, beta, w, b
at::Tensor twin_norm_linear(const Tensors& t) { return at::linear(twin_norm(t[0], t[1], t[2]), t[3], t[4]); }
at::Tensor fused_norm_linear(const Tensors& t) { return norm_linear(t[0], {t[1], t[2], kEps}, t[3], t[4]); }

// Random weights of the given shapes behind x; matrices are scaled so that activations stay near 1.
Tensors make_inputs(const std::vector<int64_t>& x, const std::vector<std::vector<int64_t>>& weights) {
  torch::manual_seed(0);  // the same numbers whatever ran before
  Tensors inputs = {torch::randn(x) * 2.0 + 0.5};
  for (const auto& shape : weights) {
    const double scale = shape.size() == 2 ? 1.0 / std::sqrt(static_cast<double>(shape[1])) : 1.0;
    inputs.push_back(torch::randn(shape) * scale);
  }
  return inputs;
}

// Copies that want gradients: matrices in `matrix`, the rest in `other`.
Tensors leaves(const Tensors& inputs, at::ScalarType matrix, at::ScalarType other) {
  Tensors result;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool is_matrix = i > 0 && inputs[i].dim() == 2;
    result.push_back(inputs[i].detach().to(is_matrix ? matrix : other).clone().requires_grad_());
  }
  return result;
}

// Largest difference over the largest reference entry; the difference itself where the reference is all zero.
double gap(const at::Tensor& found, const at::Tensor& expected) {
  const at::Tensor reference = expected.to(at::kDouble);
  const double difference = (found.to(at::kDouble) - reference).abs().max().item<double>();
  const double size = reference.abs().max().item<double>();
  return size > 0 ? difference / size : difference;
}

// What one run of a branch gave, as a list: the output, then the gradient of every input.
Tensors output_and_gradients(const Branch& branch, const Tensors& inputs, const at::Tensor& cotangent) {
  Tensors results = {branch(inputs)};
  results[0].backward(cotangent.to(results[0].scalar_type()));
  for (const at::Tensor& input : inputs) results.push_back(input.grad());
  return results;
}

// The operation in `dtype` against the twin in double, both from the rounded weights. In bf16 the error that is fair
// depends on how many terms a sum has and how they cancel, so it is measured: the separate operations, all in bf16,
// against the same twin. Several times that and eight roundings of slack: a wrong term is off by far more.
void expect_agreement(const Branch& fused, const Branch& twin, const Tensors& inputs, at::ScalarType dtype) {
  const Tensors fast = leaves(inputs, dtype, at::kFloat);
  ASSERT_TRUE(can_fuse(fast[0], fast[3]));
  const at::Tensor cotangent = torch::randn(twin(inputs).sizes());
  const Tensors found = output_and_gradients(fused, fast, cotangent);
  const Tensors expected = output_and_gradients(twin, leaves(fast, at::kDouble, at::kDouble), cotangent);
  const Tensors separate =
      dtype == at::kFloat ? Tensors() : output_and_gradients(twin, leaves(inputs, dtype, dtype), cotangent);
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_TRUE(found[i].defined()) << "result " << i;
    ASSERT_EQ(found[i].sizes(), expected[i].sizes()) << "result " << i;
    const double floor = i == 0 ? 2e-6 : 1e-5;  // fp32 sums in another order
    const double limit = dtype == at::kFloat ? floor : 3.0 * gap(separate[i], expected[i]) + 3e-2;
    EXPECT_LE(gap(found[i], expected[i]), limit) << dtype << ", result " << i << " (0 output, then input gradients)";
    if (i > 0) {
      EXPECT_EQ(found[i].scalar_type(), fast[i - 1].scalar_type()) << "input " << i - 1;
    }
  }
}

void expect_agreement_in_all_dtypes(const Branch& fused, const Branch& twin, const Tensors& inputs) {
  if (!can_fuse(inputs[0], inputs[3])) GTEST_SKIP() << "this machine has no AVX2";
  for (const auto dtype : {at::kFloat, at::kBFloat16}) expect_agreement(fused, twin, inputs, dtype);
}

// Layer scale alone, stochastic depth that keeps all samples, some, none, and both together.
std::vector<Joint> joints(int64_t samples) {
  KeptSamples all{{}, 1.25}, some{{}, 1.25};
  for (int64_t i = 0; i < samples; ++i) {
    all.samples.push_back(i);
    if (i % 3 != 1) some.samples.push_back(i);
  }
  return {{true, std::nullopt}, {false, all}, {false, some}, {true, some}, {true, KeptSamples{{}, 1.25}}};
}

struct MlpShape {
  std::vector<int64_t> x;
  int64_t hidden;
};

class FusedMlp : public ::testing::TestWithParam<MlpShape> {};

TEST_P(FusedMlp, AgreesWithSeparateOperations) {
  const MlpShape& shape = GetParam();
  const int64_t C = shape.x.back(), H = shape.hidden;
  expect_agreement_in_all_dtypes(fused_mlp(), twin_mlp(), make_inputs(shape.x, {{C}, {C}, {H, C}, {H}, {C, H}, {C}}));
}

TEST_P(FusedMlp, ScalesAndSkipsLikeSeparateOperations) {
  const MlpShape& shape = GetParam();
  const int64_t C = shape.x.back(), H = shape.hidden;
  for (const Joint& joint : joints(shape.x[0])) {
    std::vector<std::vector<int64_t>> weights = {{C}, {C}, {H, C}, {H}, {C, H}, {C}};
    if (joint.has_gamma) weights.push_back({C});
    expect_agreement_in_all_dtypes(fused_mlp(joint), twin_mlp(joint), make_inputs(shape.x, weights));
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FusedMlp,
                         ::testing::Values(MlpShape{{2, 49, 64}, 256}, MlpShape{{3, 5, 4, 4, 32}, 96},
                                           MlpShape{{1, 7, 20}, 33}, MlpShape{{1, 1, 3}, 5}, MlpShape{{5, 130}, 70}));

struct HeadSizes {
  int64_t images, length, heads, dim;
};

class FusedAttention : public ::testing::TestWithParam<HeadSizes> {};

TEST_P(FusedAttention, AgreesWithSeparateOperations) {
  const auto [B, L, h, d] = GetParam();
  const int64_t C = h * d;
  expect_agreement_in_all_dtypes(fused_attention({h}), twin_attention({h}),
                                 make_inputs({B, L, C}, {{C}, {C}, {3 * C, C}, {3 * C}, {C, C}, {C}}));
}

TEST_P(FusedAttention, TakesABiasLikeSeparateOperations) {
  const auto [B, L, h, d] = GetParam();
  const int64_t C = h * d, R = 2 * L - 1;
  expect_agreement_in_all_dtypes(fused_attention({h, R}), twin_attention({h, R}),
                                 make_inputs({B, L, C}, {{C}, {C}, {3 * C, C}, {3 * C}, {C, C}, {C}, {1, R, h}}));
}

TEST_P(FusedAttention, ScalesAndSkipsLikeSeparateOperations) {
  const auto [B, L, h, d] = GetParam();
  const int64_t C = h * d;
  for (const Joint& joint : joints(B)) {
    const AttentionCase c = {h, /*bias_rows=*/5, joint};
    std::vector<std::vector<int64_t>> weights = {{C}, {C}, {3 * C, C}, {3 * C}, {C, C}, {C}, {1, 5, h}};
    if (joint.has_gamma) weights.push_back({C});
    expect_agreement_in_all_dtypes(fused_attention(c), twin_attention(c), make_inputs({B, L, C}, weights));
  }
}

// Lengths around the kernel's blocks of 16 columns, 24 and 96 rows; widths around whole vectors.
INSTANTIATE_TEST_SUITE_P(Sizes, FusedAttention,
                         ::testing::Values(HeadSizes{2, 49, 2, 64}, HeadSizes{1, 196, 2, 32}, HeadSizes{3, 1, 1, 16},
                                           HeadSizes{1, 97, 3, 20}, HeadSizes{2, 36, 4, 8}, HeadSizes{1, 17, 2, 3}));

TEST(FusedAttention, StaysFiniteForHugeLogits) {
  const at::Tensor qkv = torch::randn({9, 3 * 16}) * 100.0;
  if (!can_fuse(qkv, qkv)) GTEST_SKIP() << "this machine has no AVX2";
  const AttentionSizes sizes = {1, 9, 1};
  const MixedHeads mixed = mix_heads(qkv, sizes);
  EXPECT_TRUE(mixed.out.isfinite().all().item<bool>());
  EXPECT_TRUE(mix_heads_backward(qkv, mixed, torch::ones_like(mixed.out), sizes).qkv.isfinite().all().item<bool>());
}

TEST(FusedNormLinear, AgreesWithSeparateOperations) {
  for (const int64_t rows : {1, 6, 50}) {
    expect_agreement_in_all_dtypes(fused_norm_linear, twin_norm_linear,
                                   make_inputs({2, rows, 40}, {{40}, {40}, {24, 40}, {24}}));
  }
}

// Everything at once: bias, layer scale, a dropped sample.
const AttentionCase kFullCase = {2, 9, {true, KeptSamples{{0, 2, 3}, 1.25}}};
Tensors full_inputs() {
  return make_inputs({4, 50, 48}, {{48}, {48}, {144, 48}, {144}, {48, 48}, {48}, {1, 9, 2}, {48}});
}

TEST(FusedOperations, GiveTheSameBitsTwice) {
  const Tensors mlp_inputs = make_inputs({4, 50, 48}, {{48}, {48}, {96, 48}, {96}, {48, 96}, {48}});
  const Tensors attention_inputs = full_inputs();
  if (!can_fuse(mlp_inputs[0], mlp_inputs[3])) GTEST_SKIP() << "this machine has no AVX2";
  for (const auto& [branch, inputs] :
       {std::pair(fused_mlp(), mlp_inputs), std::pair(fused_attention(kFullCase), attention_inputs)}) {
    Tensors first;
    for (int repeat = 0; repeat < 2; ++repeat) {
      const Tensors t = leaves(inputs, at::kBFloat16, at::kFloat);
      branch(t).square().sum().backward();
      for (size_t i = 0; i < t.size(); ++i) {
        if (repeat == 0) first.push_back(t[i].grad());
        EXPECT_TRUE(t[i].grad().equal(first[i])) << "input " << i;
      }
    }
  }
}

TEST(FusedOperations, GiveTheSameBitsWithoutGradient) {
  const Tensors inputs = full_inputs();
  if (!can_fuse(inputs[0], inputs[3])) GTEST_SKIP() << "this machine has no AVX2";
  const Tensors mlp_inputs = make_inputs({4, 50, 48}, {{48}, {48}, {96, 48}, {96}, {48, 96}, {48}, {48}});
  const Branch attention = fused_attention(kFullCase), mlp = fused_mlp(kFullCase.joint);
  const Tensors t = leaves(inputs, at::kBFloat16, at::kFloat), m = leaves(mlp_inputs, at::kBFloat16, at::kFloat);
  const at::Tensor mixed = attention(t), transformed = mlp(m);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(attention(t).equal(mixed));
  EXPECT_TRUE(mlp(m).equal(transformed));
}

TEST(FusedOperations, DoNotComputeWhatIsDropped) {
  Tensors inputs = full_inputs();
  if (!can_fuse(inputs[0], inputs[3])) GTEST_SKIP() << "this machine has no AVX2";
  inputs[0][1] = std::numeric_limits<float>::quiet_NaN();  // the sample that kFullCase drops
  const Tensors t = leaves(inputs, at::kFloat, at::kFloat);
  const at::Tensor y = fused_attention(kFullCase)(t);
  EXPECT_TRUE(y[1].isnan().all().item<bool>());
  y.index({torch::tensor({0, 2, 3})}).sum().backward();
  for (size_t i = 0; i < t.size(); ++i) EXPECT_TRUE(t[i].grad().isfinite().all().item<bool>()) << "input " << i;
}

TEST(FusedMlp, RefusesASecondBackwardPass) {
  const Tensors inputs = make_inputs({2, 3, 16}, {{16}, {16}, {32, 16}, {32}, {16, 32}, {16}});
  if (!can_fuse(inputs[0], inputs[3])) GTEST_SKIP() << "this machine has no AVX2";
  const at::Tensor sum = fused_mlp()(leaves(inputs, at::kFloat, at::kFloat)).sum();
  sum.backward({}, /*retain_graph=*/true);
  EXPECT_THROW(sum.backward(), c10::Error);
}

}  // namespace
}  // namespace itpn::ops
