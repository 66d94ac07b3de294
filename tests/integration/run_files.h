// What a run has left behind, in a form that tests compare.
#pragma once

#include <string>
#include <vector>

namespace itpn::test {

// "step loss grad_norm lr" with all digits for each step of metrics.jsonl, in the order of the file.
std::vector<std::string> loss_log(const std::string& run);

// One number of each of those lines: 1 the loss, 2 the norm of the gradient, 3 the learning rate.
std::vector<double> logged(const std::string& run, int column);

// The largest difference between two fp32 safetensors files, over the largest entry of the tensor that it is in.
double largest_difference(const std::string& file, const std::string& other);

// SHA-256 of a file of checkpoints/step-N.
std::string checkpoint_hash(const std::string& run, int step, const std::string& file);

// Steps of the committed checkpoints, lowest first.
std::vector<int> checkpoint_steps_of(const std::string& run);

}  // namespace itpn::test
