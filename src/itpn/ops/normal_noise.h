// Standard normal noise that is a pure function of a key, the same bits on every machine.
#pragma once

#include <cstdint>
#include <span>

namespace itpn::ops {

// Fills `into` with the noise of `key`: a longer stretch begins like a shorter one. Values reach to 5.8.
void normal_noise(uint64_t key, std::span<float> into);

}  // namespace itpn::ops
