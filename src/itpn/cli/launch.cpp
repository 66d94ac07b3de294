// itpn launch: one command as several processes.
#include "itpn/tasks/run/launch.h"

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/core/errors.h"

namespace itpn::cli {
namespace {

constexpr const char* kLaunchExamples =
    "  itpn launch --nproc 2 pretrain configs/pretrain/itpn_tiny_128.toml --output-dir out/run data.path=DIR\n"
    "  itpn launch --nproc 8 finetune configs/finetune/itpn_base_pixel.toml --init itpn_base.pth -o out/classifier "
    "data.path=IMAGENET/train data.val_path=IMAGENET/val\n"
    "  itpn launch --nproc 2 eval out/classifier --data DIR/val\n";

// Where the command begins: behind the options of `launch` itself.
size_t command_begin(const Arguments& arguments) {
  size_t i = 0;
  while (i < arguments.size() && arguments[i].starts_with("-")) {
    const bool has_value_behind = arguments[i] == "--nproc" || arguments[i] == "-n";
    i += has_value_behind ? 2 : 1;
  }
  return std::min(i, arguments.size());
}

}  // namespace

int run_launch(const Arguments& arguments) {
  CommandLine line("itpn launch",
                   "Run a command of itpn as several processes of this machine that work together. For several "
                   "machines, or to start again after a failure, take torchrun (docs/scaling.md).",
                   kLaunchExamples);
  LaunchRequest request;
  line.app()
      .add_option("--nproc,-n", request.processes, "Processes; the global batch is shared out evenly")
      ->required()
      ->type_name("N")
      ->default_str("")
      ->check(CLI::Range(1, 1024).description(""));
  // For the help alone: what follows the options of `launch` is not read here.
  std::string command;
  line.app().add_option("COMMAND", command, "A command of itpn, with its own options behind it");
  const auto begin = arguments.begin() + static_cast<std::ptrdiff_t>(command_begin(arguments));
  if (!line.parse({arguments.begin(), begin})) return 0;
  request.command.assign(begin, arguments.end());
  if (request.command.empty()) throw usage_error("itpn launch: which command? itpn launch --nproc 2 pretrain ...");
  return launch(request);
}

}  // namespace itpn::cli
