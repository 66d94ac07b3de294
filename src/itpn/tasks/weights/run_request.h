// What a user asks of a run that trains. It lies in the lowest room because the weights that a run starts from are part
// of it.
#pragma once

#include <string>

namespace itpn {

// What the command line says about the run, besides its recipe.
struct RunRequest {
  std::string output_dir;
  std::string resume;          // "", "auto", or the directory of a checkpoint
  bool overwrite = false;      // delete the run that output_dir holds
  bool allow_change = false;   // resume although a key that changes the trajectory differs
  std::string init;            // weights to start from: file, checkpoint or run (engine/load_weights.h); "" = random
  bool allow_partial = false;  // start although some of those weights are missing or do not fit
};

}  // namespace itpn
