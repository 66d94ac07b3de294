// What the subcommands that use a trained model have in common.
#pragma once

#include <string>

#include "itpn/cli/command_line.h"
#include "itpn/tasks/weights/ready_model.h"

namespace itpn::cli {

// --best, --averaged, --device, --precision and --image-size.
void add_model_options(CommandLine& line, ModelRequest& model);

// The same with the weights as the positional CHECKPOINT.
void add_checkpoint(CommandLine& line, ModelRequest& model);

// Text to stdout, at once.
void print(const std::string& text);

}  // namespace itpn::cli
