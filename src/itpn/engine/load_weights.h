// The one way in which weights get from a file into a model, whatever the file's format.
#pragma once

#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/train_state.h"
#include "itpn/io/load_plan.h"
#include "itpn/io/weights_file.h"

namespace itpn {

// Copies weights into `model`, from a .safetensors, .pth or .pt file, from a checkpoint directory (its fp32 model; the
// moving average with file.key = "ema"), or from a run directory (its newest checkpoint that verifies).
//
// Position tables and relative position bias tables of another grid are resized: bicubic, to exactly the size wanted. A
// patch embedding of three channels is summed over them for a model of one; one of one channel is repeated for a model
// of three, a third in each, so that both answer to a grey picture as before.
// Floating-point types are converted; integers must have the model's type. Wrapping entries and prefixes of the file's
// names are resolved by the model's names (io/weights_file.h).
//
// All or nothing: every byte wanted is read and checked before the first tensor of the model changes. Throws a
// checkpoint error (exit 4) that lists every missing, left-over or misfit weight for which `rules` have no reason
// (unless rules.allow_partial), or says how the file is damaged; SystemError (exit 5) where it cannot be read.
LoadReport load_weights(Fs& fs, const std::string& path, const NamedTensors& model, const LoadRules& rules,
                        const WeightsFileOptions& file = {});
// The same where find_weights() has looked already.
LoadReport load_weights(Fs& fs, const WeightsPath& source, const NamedTensors& model, const LoadRules& rules,
                        const WeightsFileOptions& file = {});

// All parameters and buffers of a module as load_weights wants them.
NamedTensors named_weights(const torch::nn::Module& module);

// The report in the run's log: what is unexpected as warnings, the rest as information.
void log_report(const LoadReport& report);

}  // namespace itpn
