// Runs that add the same numbers in another order.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace itpn::test {

// Losses and norms of the gradient of each of `steps` steps agree to 1e-5 (norms: 1e-4); fp32 sums in another order
// differ by about 1e-7.
void expect_close_losses(const std::string& run, const std::string& other, size_t steps);

// AdamW divides small gradients by their own size, so weights differ more than losses: up to the learning rate where a
// gradient is only rounding. 20 steps of at most 1e-3 stay far below the limit, 2e-3 of the largest entry of a tensor.
void expect_close_weights(const std::string& run, const std::string& other, int step,
                          const std::vector<std::string>& files = {"model.safetensors", "ema.safetensors"});

}  // namespace itpn::test
