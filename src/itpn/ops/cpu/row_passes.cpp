#include "itpn/ops/cpu/row_passes.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "itpn/ops/cpu/raw.h"

namespace itpn::ops {
namespace {

using cpu::Rows;

// Rows that a thread takes at least; fewer are not worth waking it.
constexpr int64_t kGrain = 16;

// body(first row, rows, index of the thread) on all threads.
template <class Body>
void over_rows(int64_t rows, Body body) {
  at::parallel_for(0, rows, kGrain,
                   [&](int64_t begin, int64_t end) { body(begin, end - begin, at::get_thread_num()); });
}

// One row of zeros for each thread.
at::Tensor sums_by_thread(int64_t width) { return torch::zeros({at::get_num_threads(), width}); }

float* row_of(const at::Tensor& sums, int64_t index) { return sums.data_ptr<float>() + index * sums.size(1); }

}  // namespace

bool has_row_kernels(const at::Tensor& x, const at::Tensor& weight) {
  const auto dtype = weight.scalar_type();
  return cpu::kernels() && x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous() &&
         weight.is_contiguous() && (dtype == at::kFloat || dtype == at::kBFloat16);
}

NormedRows norm_rows(const at::Tensor& x, const AffineNorm& norm, at::ScalarType out) {
  const int64_t M = x.size(0), C = x.size(1);
  const NormedRows result = {torch::empty({M, C}, out), torch::empty({M}), torch::empty({M})};
  cpu::visit_dtype(out, [&]<class T>(T) {
    over_rows(M, [&](int64_t begin, int64_t rows, int64_t) {
      cpu::row_kernels<T>().norm_forward({cpu::rows_of<const float>(x, begin), cpu::raw<const float>(norm.gamma),
                                          cpu::raw<const float>(norm.beta), cpu::rows_of<T>(result.out, begin),
                                          cpu::raw<float>(result.mean) + begin, cpu::raw<float>(result.rstd) + begin,
                                          static_cast<float>(norm.eps), Rows{rows, C}});
    });
  });
  return result;
}

NormRowsGradients norm_rows_backward(const NormRowsInput& a) {
  const int64_t M = a.x.size(0), C = a.x.size(1);
  const at::Tensor d_gamma = sums_by_thread(C), d_beta = sums_by_thread(C);
  const NormRowsGradients result = {torch::empty_like(a.x), torch::empty_like(a.d_out), {}, {}};
  cpu::visit_dtype(a.d_out.scalar_type(), [&]<class T>(T) {
    over_rows(M, [&](int64_t begin, int64_t rows, int64_t thread) {
      cpu::row_kernels<T>().norm_backward(
          {cpu::rows_of<const float>(a.x, begin), cpu::raw<const float>(a.gamma), cpu::raw<const float>(a.beta),
           cpu::raw<const float>(a.mean) + begin, cpu::raw<const float>(a.rstd) + begin,
           cpu::rows_of<const T>(a.d_out, begin),
           a.d_residual.defined() ? cpu::rows_of<const float>(a.d_residual, begin) : nullptr,
           cpu::rows_of<float>(result.dx, begin), cpu::rows_of<T>(result.again, begin), row_of(d_gamma, thread),
           row_of(d_beta, thread), Rows{rows, C}});
    });
  });
  return {result.dx, result.again, d_gamma.sum(0), d_beta.sum(0)};
}

at::Tensor gelu_rows(const at::Tensor& z, const at::Tensor& bias) {
  const at::Tensor out = torch::empty_like(z);
  cpu::visit_dtype(z.scalar_type(), [&]<class T>(T) {
    over_rows(z.size(0), [&](int64_t begin, int64_t rows, int64_t) {
      cpu::row_kernels<T>().gelu_forward({cpu::rows_of<const T>(z, begin), cpu::raw<const float>(bias),
                                          cpu::rows_of<T>(out, begin), Rows{rows, z.size(1)}});
    });
  });
  return out;
}

at::Tensor gelu_rows_backward(const at::Tensor& z, const at::Tensor& gradient, const at::Tensor& bias) {
  const at::Tensor sums = sums_by_thread(z.size(1));
  cpu::visit_dtype(z.scalar_type(), [&]<class T>(T) {
    over_rows(z.size(0), [&](int64_t begin, int64_t rows, int64_t thread) {
      cpu::row_kernels<T>().gelu_backward({cpu::rows_of<T>(z, begin), cpu::rows_of<T>(gradient, begin),
                                           cpu::raw<const float>(bias), row_of(sums, thread), Rows{rows, z.size(1)}});
    });
  });
  return sums.sum(0);
}

at::Tensor add_branch(const at::Tensor& x, const at::Tensor& branch, const at::Tensor& bias) {
  const at::Tensor out = torch::empty_like(x);
  cpu::visit_dtype(branch.scalar_type(), [&]<class T>(T) {
    over_rows(x.size(0), [&](int64_t begin, int64_t rows, int64_t) {
      cpu::row_kernels<T>().add_branch({cpu::rows_of<const float>(x, begin), cpu::rows_of<const T>(branch, begin),
                                        cpu::raw<const float>(bias), cpu::rows_of<float>(out, begin),
                                        Rows{rows, x.size(1)}});
    });
  });
  return out;
}

CastRows cast_and_sum_rows(const at::Tensor& x, at::ScalarType dtype) {
  const at::Tensor sums = sums_by_thread(x.size(1));
  const bool is_same = x.scalar_type() == dtype;
  const at::Tensor values = is_same ? x : torch::empty_like(x, dtype);
  cpu::visit_dtype(dtype, [&]<class T>(T) {
    over_rows(x.size(0), [&](int64_t begin, int64_t rows, int64_t thread) {
      cpu::row_kernels<T>().cast_and_sum({cpu::rows_of<const float>(x, begin),
                                          is_same ? nullptr : cpu::rows_of<T>(values, begin), row_of(sums, thread),
                                          Rows{rows, x.size(1)}});
    });
  });
  return {values, sums.sum(0)};
}

void add_bias_rows(const at::Tensor& x, const at::Tensor& bias) {
  cpu::visit_dtype(x.scalar_type(), [&]<class T>(T) {
    over_rows(x.size(0), [&](int64_t begin, int64_t rows, int64_t) {
      cpu::row_kernels<T>().add_bias({cpu::rows_of<T>(x, begin), cpu::raw<const float>(bias), Rows{rows, x.size(1)}});
    });
  });
}

at::Tensor column_sums(const at::Tensor& x) {
  const at::Tensor sums = sums_by_thread(x.size(1));
  cpu::visit_dtype(x.scalar_type(), [&]<class T>(T) {
    over_rows(x.size(0), [&](int64_t begin, int64_t rows, int64_t thread) {
      cpu::row_kernels<T>().column_sums({cpu::rows_of<const T>(x, begin), row_of(sums, thread), Rows{rows, x.size(1)}});
    });
  });
  return sums.sum(0);
}

}  // namespace itpn::ops
