// The loops of the optimiser on raw memory: one pass over a parameter reads and writes everything an update touches.
// Torch-free, so that each instruction set is one small file compiled with its own flags. bf16 values are uint16_t.
#pragma once

#include <cstdint>

namespace itpn {

// Factors of one AdamW step, bias corrections worked in.
struct AdamWFactors {
  float gradient = 1.0F;  // undoes the loss scale and clips
  float keep = 1.0F;      // 1 - lr * weight decay
  float beta1 = 0.9F;
  float beta2 = 0.95F;
  float step = 0.0F;        // lr / (1 - beta1^t)
  float root_scale = 1.0F;  // 1 / sqrt(1 - beta2^t)
  float eps = 1e-8F;
};

// A stretch of one parameter. `rounded` is null where the model itself holds the master.
template <class Gradient>
struct AdamWSpan {
  const Gradient* gradient;
  float* master;
  float* exp_avg;
  float* exp_avg_sq;
  uint16_t* rounded;
  int64_t count;
};

// average = decay * average + (1 - decay) * value; `rounded` (or null) receives the average in bf16.
struct EmaSpan {
  const float* value;
  float* average;
  uint16_t* rounded;
  int64_t count;
};

struct UpdateKernels {
  void (*adamw_f32)(const AdamWSpan<float>&, const AdamWFactors&);
  void (*adamw_bf16)(const AdamWSpan<uint16_t>&, const AdamWFactors&);
  void (*ema)(const EmaSpan&, float decay);
  double (*sum_of_squares_f32)(const float*, int64_t count);
  double (*sum_of_squares_bf16)(const uint16_t*, int64_t count);
};

// The loops for the best instruction set of this machine.
const UpdateKernels& update_kernels();
// "avx512", "avx2" or "plain".
const char* update_kernels_name();

namespace detail {
extern const UpdateKernels kUpdateKernelsPlain;
#if defined(__x86_64__)
extern const UpdateKernels kUpdateKernelsAvx2;
extern const UpdateKernels kUpdateKernelsAvx512;
#endif
}  // namespace detail

}  // namespace itpn
