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

// body(first row of the stream, first row of the branch, rows, index of the thread) for pieces of the selection.
template <class Body>
void over_pieces(const RowSelection& selection, Body body) {
  over_rows(selection.count(), [&](int64_t begin, int64_t rows, int64_t thread) {
    selection.for_pieces(begin, begin + rows,
                         [&](int64_t stream, int64_t branch, int64_t count) { body(stream, branch, count, thread); });
  });
}

// Rows that are not selected pass unchanged.
void copy_gaps(const RowSelection& selection, const at::Tensor& from, const at::Tensor& to) {
  selection.for_gaps(
      from.size(0), [&](int64_t begin, int64_t rows) { to.narrow(0, begin, rows).copy_(from.narrow(0, begin, rows)); });
}

float* row_of(const at::Tensor& sums, int64_t index) { return sums.data_ptr<float>() + index * sums.size(1); }

}  // namespace

bool has_row_kernels(const at::Tensor& x, const at::Tensor& weight) {
  const auto dtype = weight.scalar_type();
  return cpu::kernels() && x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous() &&
         weight.is_contiguous() && (dtype == at::kFloat || dtype == at::kBFloat16);
}

NormedRows norm_rows(const at::Tensor& x, const RowSelection& selection, const AffineNorm& norm, at::ScalarType out) {
  const int64_t M = selection.count(), C = x.size(1);
  const NormedRows result = {torch::empty({M, C}, out), torch::empty({M}), torch::empty({M})};
  cpu::visit_dtype(out, [&]<class T>(T) {
    over_pieces(selection, [&](int64_t stream, int64_t branch, int64_t rows, int64_t) {
      cpu::row_kernels<T>().norm_forward({cpu::rows_of<const float>(x, stream), cpu::raw<const float>(norm.gamma),
                                          cpu::raw<const float>(norm.beta), cpu::rows_of<T>(result.out, branch),
                                          cpu::raw<float>(result.mean) + branch, cpu::raw<float>(result.rstd) + branch,
                                          static_cast<float>(norm.eps), Rows{rows, C}});
    });
  });
  return result;
}

NormRowsGradients norm_rows_backward(const NormRowsInput& a) {
  const int64_t C = a.x.size(1);
  const at::Tensor d_gamma = sums_by_thread(C), d_beta = sums_by_thread(C);
  const NormRowsGradients result = {torch::empty_like(a.x), torch::empty_like(a.d_out), {}, {}};
  cpu::visit_dtype(a.d_out.scalar_type(), [&]<class T>(T) {
    over_pieces(a.rows, [&](int64_t stream, int64_t branch, int64_t rows, int64_t thread) {
      cpu::row_kernels<T>().norm_backward(
          {cpu::rows_of<const float>(a.x, stream), cpu::raw<const float>(a.gamma), cpu::raw<const float>(a.beta),
           cpu::raw<const float>(a.mean) + branch, cpu::raw<const float>(a.rstd) + branch,
           cpu::rows_of<const T>(a.d_out, branch),
           a.d_residual.defined() ? cpu::rows_of<const float>(a.d_residual, stream) : nullptr,
           cpu::rows_of<float>(result.dx, stream), cpu::rows_of<T>(result.again, branch), row_of(d_gamma, thread),
           row_of(d_beta, thread), Rows{rows, C}});
    });
  });
  if (a.d_residual.defined()) copy_gaps(a.rows, a.d_residual, result.dx);
  return {result.dx, result.again, d_gamma.sum(0), d_beta.sum(0)};
}

at::Tensor gelu_rows(const at::Tensor& z, const at::Tensor& bias, bool in_place) {
  const at::Tensor out = in_place ? z : torch::empty_like(z);
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

at::Tensor add_branch(const at::Tensor& x, const RowSelection& selection, const at::Tensor& branch,
                      const BranchEnd& end) {
  const at::Tensor out = torch::empty_like(x);
  const float* gamma = end.gamma.defined() ? cpu::raw<const float>(end.gamma) : nullptr;
  cpu::visit_dtype(branch.scalar_type(), [&]<class T>(T) {
    over_pieces(selection, [&](int64_t stream, int64_t first, int64_t rows, int64_t) {
      cpu::row_kernels<T>().add_branch({cpu::rows_of<const float>(x, stream), cpu::rows_of<const T>(branch, first),
                                        cpu::raw<const float>(end.bias), gamma, static_cast<float>(end.factor),
                                        cpu::rows_of<float>(out, stream), Rows{rows, x.size(1)}});
    });
  });
  copy_gaps(selection, x, out);
  return out;
}

CastRows cast_and_sum_rows(const at::Tensor& x, const RowSelection& selection, double factor, at::ScalarType dtype) {
  const at::Tensor sums = sums_by_thread(x.size(1));
  const bool is_same = x.scalar_type() == dtype && selection.count() == x.size(0) && factor == 1.0;
  const at::Tensor values = is_same ? x : torch::empty({selection.count(), x.size(1)}, dtype);
  cpu::visit_dtype(dtype, [&]<class T>(T) {
    over_pieces(selection, [&](int64_t stream, int64_t first, int64_t rows, int64_t thread) {
      cpu::row_kernels<T>().cast_and_sum({cpu::rows_of<const float>(x, stream), static_cast<float>(factor),
                                          is_same ? nullptr : cpu::rows_of<T>(values, first), row_of(sums, thread),
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

at::Tensor scale_rows(const at::Tensor& weight, const at::Tensor& gamma) {
  const at::Tensor out = torch::empty_like(weight);
  cpu::visit_dtype(weight.scalar_type(), [&]<class T>(T) {
    over_rows(weight.size(0), [&](int64_t begin, int64_t rows, int64_t) {
      cpu::row_kernels<T>().scale_rows({cpu::rows_of<const T>(weight, begin), cpu::raw<const float>(gamma) + begin,
                                        cpu::rows_of<T>(out, begin), Rows{rows, weight.size(1)}});
    });
  });
  return out;
}

at::Tensor scale_rows_backward(const at::Tensor& gradient, const at::Tensor& weight, const at::Tensor& gamma) {
  const at::Tensor d_gamma = torch::empty({weight.size(0)});
  cpu::visit_dtype(weight.scalar_type(), [&]<class T>(T) {
    over_rows(weight.size(0), [&](int64_t begin, int64_t rows, int64_t) {
      cpu::row_kernels<T>().scale_rows_backward({cpu::rows_of<T>(gradient, begin), cpu::rows_of<const T>(weight, begin),
                                                 cpu::raw<const float>(gamma) + begin, cpu::raw<float>(d_gamma) + begin,
                                                 Rows{rows, weight.size(1)}});
    });
  });
  return d_gamma;
}

}  // namespace itpn::ops
