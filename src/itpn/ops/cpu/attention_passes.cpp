#include "itpn/ops/cpu/attention_passes.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

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
  int64_t in_qkv, in_out, in_log_sum, width;

  HeadPlace(int64_t index, const cpu::HeadShape& shape) : width(shape.out_stride()) {
    const int64_t first_row = index / shape.heads * shape.length, channel = index % shape.heads * shape.dim;
    in_qkv = first_row * shape.qkv_stride() + channel;
    in_out = first_row * shape.out_stride() + channel;
    in_log_sum = index * shape.length;
  }
};

// body(place of the head, scratch memory of the thread) for every head of every picture.
template <class Body>
void over_heads(const AttentionSizes& sizes, const cpu::HeadShape& shape, Body body) {
  const int64_t scratch_size = cpu::attention_scratch(shape);
  const at::Tensor scratch = torch::empty({at::get_num_threads(), scratch_size});
  at::parallel_for(0, sizes.images * sizes.heads, 1, [&](int64_t begin, int64_t end) {
    float* mine = cpu::raw<float>(scratch) + at::get_thread_num() * scratch_size;
    for (int64_t index = begin; index < end; ++index) body(HeadPlace(index, shape), mine);
  });
}

}  // namespace

MixedHeads mix_heads(const at::Tensor& qkv, const AttentionSizes& sizes) {
  const cpu::HeadShape shape = head_shape(qkv, sizes);
  const MixedHeads mixed = {torch::empty({qkv.size(0), shape.out_stride()}, qkv.options()),
                            torch::empty({sizes.images, sizes.heads, sizes.length})};
  cpu::visit_dtype(qkv.scalar_type(), [&]<class T>(T) {
    over_heads(sizes, shape, [&](const HeadPlace& at, float* scratch) {
      const T* q = cpu::raw<const T>(qkv) + at.in_qkv;
      cpu::attention_kernels<T>().forward({q, q + at.width, q + 2 * at.width, cpu::raw<T>(mixed.out) + at.in_out,
                                           cpu::raw<float>(mixed.log_sum) + at.in_log_sum, scratch, shape});
    });
  });
  return mixed;
}

at::Tensor mix_heads_backward(const at::Tensor& qkv, const MixedHeads& mixed, const at::Tensor& d_out,
                              const AttentionSizes& sizes) {
  const cpu::HeadShape shape = head_shape(qkv, sizes);
  const at::Tensor gradient = torch::empty_like(qkv);
  cpu::visit_dtype(qkv.scalar_type(), [&]<class T>(T) {
    over_heads(sizes, shape, [&](const HeadPlace& at, float* scratch) {
      const T* q = cpu::raw<const T>(qkv) + at.in_qkv;
      T* dq = cpu::raw<T>(gradient) + at.in_qkv;
      cpu::attention_kernels<T>().backward({q, q + at.width, q + 2 * at.width, cpu::raw<const T>(mixed.out) + at.in_out,
                                            cpu::raw<const T>(d_out) + at.in_out,
                                            cpu::raw<const float>(mixed.log_sum) + at.in_log_sum, dq, dq + at.width,
                                            dq + 2 * at.width, scratch, shape});
    });
  });
  return gradient;
}

}  // namespace itpn::ops
