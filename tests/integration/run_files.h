// What a run has left behind, in a form that tests compare.
#pragma once

#include <string>
#include <vector>

namespace itpn::test {

// "step loss grad_norm lr" with all digits for each step of metrics.jsonl, in the order of the file.
std::vector<std::string> loss_log(const std::string& run);

// SHA-256 of a file of checkpoints/step-N.
std::string checkpoint_hash(const std::string& run, int step, const std::string& file);

// Steps of the committed checkpoints, lowest first.
std::vector<int> checkpoint_steps_of(const std::string& run);

}  // namespace itpn::test
