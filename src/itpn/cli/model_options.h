// What the subcommands that use a trained model have in common.
#pragma once

#include <string>

#include "itpn/cli/command_line.h"
#include "itpn/tasks/weights/ready_model.h"

namespace itpn::cli {

// --best, --averaged, --device, --precision, --image-size and --max-megapixels.
void add_model_options(CommandLine& line, ModelRequest& model);

// The same with the weights as the positional CHECKPOINT.
void add_checkpoint(CommandLine& line, ModelRequest& model);

// --max-megapixels, the key data.max_megapixels of commands without a recipe.
void add_max_megapixels(CLI::App& app, double& max_megapixels);

// Text to stdout, at once.
void print(const std::string& text);

}  // namespace itpn::cli
