// The two passes of a resize as plain loops and for vector instructions. All kernels give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "itpn/data/transforms/axis_weights.h"

namespace itpn {

// RGB rows of any length -> rows of weights->count() pixels.
struct HorizontalPass {
  const uint8_t* source = nullptr;  // its first pixel is sample weights->begin of the axis
  ptrdiff_t source_stride = 0;      // bytes from row to row
  size_t source_bytes = 0;          // what may be read, from `source` on
  int rows = 0;
  const AxisWeights* weights = nullptr;
  uint8_t* into = nullptr;
  // Bytes from row to row. Kernels may write up to 4 bytes past the last pixel of a row.
  ptrdiff_t into_stride = 0;
};

// Rows of `row_bytes` bytes -> weights->count() rows; what a byte is a channel of does not matter.
struct VerticalPass {
  const uint8_t* source = nullptr;  // its first row is sample weights->begin of the axis
  ptrdiff_t source_stride = 0;
  int row_bytes = 0;
  const AxisWeights* weights = nullptr;
  uint8_t* into = nullptr;
  ptrdiff_t into_stride = 0;
};

struct ResampleKernels {
  const char* name;
  void (*horizontal)(const HorizontalPass&);
  void (*vertical)(const VerticalPass&);
};

const ResampleKernels& scalar_resample_kernels();
// Those that this processor can run, slowest first; the first is the scalar one.
std::span<const ResampleKernels* const> usable_resample_kernels();

// Only for the machine that they name; see usable_resample_kernels.
extern const ResampleKernels kAvx2ResampleKernels;
extern const ResampleKernels kAvx512ResampleKernels;

}  // namespace itpn
