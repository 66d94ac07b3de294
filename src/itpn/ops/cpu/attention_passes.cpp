#include "itpn/ops/cpu/attention_passes.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>

#include "itpn/ops/cpu/raw.h"

namespace itpn::ops {
namespace {

cpu::HeadShape head_shape(const at::Tensor& qkv, const AttentionSizes& sizes) {
  TORCH_CHECK(qkv.dim() == 2 && qkv.size(0) == sizes.images * sizes.length && qkv.size(1) % (3 * sizes.heads) == 0,
              "attention wants qkv (", sizes.images * sizes.length, ", 3 * ", sizes.heads, " * d), got ", qkv.sizes());
  return {sizes.length, sizes.heads, qkv.size(1) / (3 * sizes.heads)};
}

// Where one head of one picture begins.
struct HeadPlace {
  int64_t image, head;
  int64_t in_qkv, in_out, in_log_sum, width;

  HeadPlace(int64_t image_index, int64_t head_index, const cpu::HeadShape& shape)
      : image(image_index), head(head_index), width(shape.out_stride()) {
    const int64_t first_row = image * shape.length, channel = head * shape.dim;
    in_qkv = first_row * shape.qkv_stride() + channel;
    in_out = first_row * shape.out_stride() + channel;
    in_log_sum = (image * shape.heads + head) * shape.length;
  }
};

// What a thread works with.
struct ThreadMemory {
  float* scratch;
  int64_t thread;
};

// body(memory, first, last) for ranges of heads, numbered head by head and in each image by image, on all threads: so a
// thread finishes one head's bias before it starts the next.
template <class Body>
void over_heads(const AttentionSizes& sizes, const cpu::HeadShape& shape, Body body) {
  const int64_t scratch_size = cpu::attention_scratch(shape);
  const at::Tensor scratch = torch::empty({at::get_num_threads(), scratch_size});
  at::parallel_for(0, sizes.images * sizes.heads, 1, [&](int64_t begin, int64_t end) {
    const int64_t thread = at::get_thread_num();
    body(ThreadMemory{cpu::raw<float>(scratch) + thread * scratch_size, thread}, begin, end);
  });
}

// The bias of every head in the kernels' layout, (h, L, bias_stride()).
at::Tensor spread_bias(const PositionBias& bias, const cpu::HeadShape& shape) {
  const int64_t L = shape.length, h = shape.heads, stride = shape.bias_stride();
  TORCH_CHECK(bias.table.dim() == 2 && bias.table.size(1) == h && bias.index.dim() == 2 && bias.index.size(0) == L &&
                  bias.index.size(1) == L,
              "attention of ", h, " heads over ", L, " tokens got a bias table ", bias.table.sizes(), " and an index ",
              bias.index.sizes());
  const at::Tensor spread = torch::empty({h, L, stride});
  const float* table = cpu::raw<const float>(bias.table);
  const int64_t* index = bias.index.const_data_ptr<int64_t>();
  at::parallel_for(0, L, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float* row = cpu::raw<float>(spread) + i * stride;
      for (int64_t j = 0; j < L; ++j) {
        const float* entry = table + index[i * L + j] * h;
        for (int64_t head = 0; head < h; ++head) row[head * L * stride + j] = entry[head];
      }
    }
  });
  return spread;
}

const float* bias_of(const at::Tensor& spread, int64_t head) {
  return spread.defined() ? cpu::raw<const float>(spread) + head * spread.stride(0) : nullptr;
}

// Gradient of the bias (L, stride) of one head, gathered over pictures by one thread.
class BiasGradient {
 public:
  BiasGradient(const PositionBias& bias, const cpu::HeadShape& shape)
      : index_(bias.index),
        shape_(shape),
        logits_(torch::empty({at::get_num_threads(), shape.length * shape.bias_stride()})),
        tables_(torch::zeros({at::get_num_threads(), bias.table.size(0), bias.table.size(1)})) {}

  float* of(int64_t thread) const { return cpu::raw<float>(logits_) + thread * logits_.size(1); }
  void start(int64_t thread) const { std::fill_n(of(thread), logits_.size(1), 0.0F); }
  // Adds what the thread has gathered to its table.
  void finish(int64_t thread, int64_t head) const {
    const int64_t L = shape_.length;
    const int64_t* index = index_.const_data_ptr<int64_t>();
    float* table = cpu::raw<float>(tables_) + thread * tables_.stride(0) + head;
    for (int64_t i = 0; i < L; ++i) {
      const float* row = of(thread) + i * shape_.bias_stride();
      for (int64_t j = 0; j < L; ++j) table[index[i * L + j] * shape_.heads] += row[j];
    }
  }
  at::Tensor table() const { return tables_.sum(0); }

 private:
  at::Tensor index_;
  cpu::HeadShape shape_;
  at::Tensor logits_;  // (threads, L * stride)
  at::Tensor tables_;  // (threads, R, h)
};

}  // namespace

MixedHeads mix_heads(const at::Tensor& qkv, const AttentionSizes& sizes, const PositionBias& bias) {
  const cpu::HeadShape shape = head_shape(qkv, sizes);
  const MixedHeads mixed = {torch::empty({qkv.size(0), shape.out_stride()}, qkv.options()),
                            torch::empty({sizes.images, sizes.heads, sizes.length})};
  const at::Tensor spread = bias.table.defined() ? spread_bias(bias, shape) : at::Tensor();
  cpu::visit_dtype(qkv.scalar_type(), [&]<class T>(T) {
    over_heads(sizes, shape, [&](const ThreadMemory& memory, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const HeadPlace at(i % sizes.images, i / sizes.images, shape);
        const T* q = cpu::raw<const T>(qkv) + at.in_qkv;
        cpu::attention_kernels<T>().forward({q, q + at.width, q + 2 * at.width, bias_of(spread, at.head),
                                             cpu::raw<T>(mixed.out) + at.in_out,
                                             cpu::raw<float>(mixed.log_sum) + at.in_log_sum, memory.scratch, shape});
      }
    });
  });
  return mixed;
}

MixedHeadsGradients mix_heads_backward(const at::Tensor& qkv, const MixedHeads& mixed, const at::Tensor& d_out,
                                       const AttentionSizes& sizes, const PositionBias& bias) {
  const cpu::HeadShape shape = head_shape(qkv, sizes);
  const at::Tensor gradient = torch::empty_like(qkv);
  const at::Tensor spread = bias.table.defined() ? spread_bias(bias, shape) : at::Tensor();
  const auto d_bias = spread.defined() ? std::make_unique<BiasGradient>(bias, shape) : nullptr;
  cpu::visit_dtype(qkv.scalar_type(), [&]<class T>(T) {
    over_heads(sizes, shape, [&](const ThreadMemory& memory, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const HeadPlace at(i % sizes.images, i / sizes.images, shape);
        if (d_bias && (i == begin || at.image == 0)) d_bias->start(memory.thread);
        const T* q = cpu::raw<const T>(qkv) + at.in_qkv;
        T* dq = cpu::raw<T>(gradient) + at.in_qkv;
        cpu::attention_kernels<T>().backward(
            {q, q + at.width, q + 2 * at.width, cpu::raw<const T>(mixed.out) + at.in_out,
             cpu::raw<const T>(d_out) + at.in_out, cpu::raw<const float>(mixed.log_sum) + at.in_log_sum,
             bias_of(spread, at.head), dq, dq + at.width, dq + 2 * at.width,
             d_bias ? d_bias->of(memory.thread) : nullptr, memory.scratch, shape});
        if (d_bias && (i + 1 == end || at.image + 1 == sizes.images)) d_bias->finish(memory.thread, at.head);
      }
    });
  });
  return {gradient, d_bias ? d_bias->table() : at::Tensor()};
}

}  // namespace itpn::ops
