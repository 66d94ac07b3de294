// Standard normal noise that is a pure function of a key, the same on every machine and device.
#pragma once

#include <cstdint>
#include <span>

namespace itpn::ops {

// Fills `into` with the noise of `key` (Philox, then Box-Muller in pairs).
void normal_noise(uint64_t key, std::span<float> into);

}  // namespace itpn::ops
