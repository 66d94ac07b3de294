// Bodies of RoiKernels; see roi_kernels.h.
#pragma once

#include "itpn/core/simd.inl"
#include "itpn/ops/cpu/roi_kernels.h"

namespace itpn::cpu {
namespace {

using namespace simd;  // NOLINT: both namespaces are internal to the including file

// N vectors of channels side by side, the last of `extent`.
template <int N, class Extent>
struct Channels {
  Floats v[N] = {};

  [[gnu::always_inline]] void add(float weight, const float* from, Extent extent) {
    for (int i = 0; i < N - 1; ++i) v[i] += weight * load(from + i * kLanes);
    v[N - 1] += weight * load(from + (N - 1) * kLanes, extent);
  }
  // to += weight * this
  [[gnu::always_inline]] void add_to(float weight, float* to, Extent extent) const {
    for (int i = 0; i < N - 1; ++i) store(to + i * kLanes, load(to + i * kLanes) + weight * v[i]);
    float* last = to + (N - 1) * kLanes;
    store(last, load(last, extent) + weight * v[N - 1], extent);
  }
  [[gnu::always_inline]] void set(float* to, Extent extent) const {
    for (int i = 0; i < N - 1; ++i) store(to + i * kLanes, v[i]);
    store(to + (N - 1) * kLanes, v[N - 1], extent);
  }
};

// Calls body(bin, its weight) for the bins of the axis that read this cell.
template <class Body>
[[gnu::always_inline]] inline void for_bins(const BinWeights& axis, int64_t cell, Body body) {
  for (int64_t bin = 0; bin < axis.bins; ++bin) {
    const int64_t place = cell - axis.first[bin];
    if (place >= 0 && place < axis.count[bin]) body(bin, axis.weights[bin * axis.stride + place]);
  }
}

template <int N, class Extent>
inline void roi_forward_block(const RoiForward& a, int64_t channel, Extent extent) {
  using Block = Channels<N, Extent>;
  const int64_t C = a.channels;
  for (int64_t bin = 0; bin < a.y.bins * a.x.bins; ++bin) Block{}.set(a.out + bin * C + channel, extent);
  for (int64_t row = a.y.low; row < a.y.high; ++row) {
    const float* cells = a.map + row * a.columns * C + channel;
    for (int64_t q = 0; q < a.x.bins; ++q) {
      Block sum;
      const float* weights = a.x.weights + q * a.x.stride;
      for (int64_t i = 0; i < a.x.count[q]; ++i) sum.add(weights[i], cells + (a.x.first[q] + i) * C, extent);
      for_bins(a.y, row, [&](int64_t p, float weight) {
        sum.add_to(weight, a.out + (p * a.x.bins + q) * C + channel, extent);
      });
    }
  }
}

template <int N, class Extent>
inline void roi_backward_block(const RoiBackward& a, int64_t channel, Extent extent) {
  using Block = Channels<N, Extent>;
  const int64_t C = a.channels;
  for (int64_t row = a.y.low; row < a.y.high; ++row) {
    float* cells = a.d_map + row * a.columns * C + channel;
    for (int64_t q = 0; q < a.x.bins; ++q) {
      if (a.x.count[q] == 0) continue;
      Block sum;
      for_bins(a.y, row, [&](int64_t p, float weight) {
        sum.add(weight, a.d_out + (p * a.x.bins + q) * C + channel, extent);
      });
      const float* weights = a.x.weights + q * a.x.stride;
      for (int64_t i = 0; i < a.x.count[q]; ++i) sum.add_to(weights[i], cells + (a.x.first[q] + i) * C, extent);
    }
  }
}

// Calls the block with as many whole vectors as there are channels, at most kRoiChannels, and the rest one by one.
template <class Wide, class Narrow>
inline void over_channels(int64_t begin, int64_t end, Wide wide, Narrow narrow) {
  int64_t channel = begin;
  for (; channel + kRoiChannels <= end; channel += kRoiChannels) wide(channel);
  if (channel < end) sweep(end - channel, [&](int64_t i, auto extent) { narrow(channel + i, extent); });
}

constexpr int kRoiVectors = kRoiChannels / kLanes;

void roi_forward(const RoiForward& a) {
  over_channels(
      0, a.channels, [&](int64_t channel) { roi_forward_block<kRoiVectors>(a, channel, Whole{}); },
      [&](int64_t channel, auto extent) { roi_forward_block<1>(a, channel, extent); });
}

void roi_backward(const RoiBackward& a) {
  over_channels(
      a.begin, a.begin + a.width, [&](int64_t channel) { roi_backward_block<kRoiVectors>(a, channel, Whole{}); },
      [&](int64_t channel, auto extent) { roi_backward_block<1>(a, channel, extent); });
}

inline RoiKernels roi_kernels() { return {roi_forward, roi_backward}; }

}  // namespace
}  // namespace itpn::cpu
