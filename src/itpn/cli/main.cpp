// itpn: from a subcommand's name to its function, and from errors to messages and exit codes.
#include <unistd.h>

#include <cstdio>

#include "itpn/cli/commands.h"
#include "itpn/core/log.h"
#include "itpn/core/standard_streams.h"
#include "itpn/engine/distributed.h"
#include "itpn/engine/environment.h"
#include "itpn/engine/failure.h"

namespace itpn::cli {
namespace {

int run(const Arguments& arguments) {
  if (!arguments.empty() && arguments.front() == "--version") {
    std::puts(describe_build().c_str());
    return 0;
  }
  const CommandGroup commands = {
      "itpn",
      "Pre-trains, fine-tunes and uses integrally pre-trained transformer pyramid networks (iTPN).",
      "  itpn pretrain --output-dir out/first\n"
      "  itpn pretrain configs/pretrain/itpn_tiny_128.toml --output-dir out/run data.path=DIR\n"
      "  itpn finetune configs/finetune/itpn_tiny_128.toml --init out/run -o out/classifier data.path=DIR\n"
      "  itpn predict out/classifier photo.jpg\n",
      {{"pretrain", "Pre-train a model on pictures without labels", run_pretrain},
       {"finetune", "Train a classifier from end to end", run_finetune},
       {"linprobe", "Train one linear layer on frozen features", run_linprobe},
       {"detect", "Train a detector: boxes, and masks where there are some", run_detect},
       {"teacher", "Train a small teacher of CLIP's shape on pictures with classes", run_teacher},
       {"knn", "Accuracy of the nearest neighbours of frozen features", run_knn},
       {"eval", "Accuracy of a classifier, class by class", run_eval},
       {"predict", "Say which classes pictures show", run_predict},
       {"embed", "Write features of pictures", run_embed},
       {"reconstruct", "Show what a pre-trained model draws for hidden patches", run_reconstruct},
       {"data", "Check a dataset: what is there, what is broken", run_data},
       {"doctor", "What this machine offers, and what would make a run slower or fail", run_doctor},
       {"info", "A model's parameters and multiply-accumulates, or what a file of weights is", run_info},
       {"convert", "Weights from one format to another", run_convert},
       {"plot", "Draw the curves of runs", run_plot},
       {"benchmark", "Measure the speed of this machine", run_benchmark},
       {"launch", "Run a command as several processes of this machine", run_launch},
       {"config", "List, check and print the keys of a recipe", run_config}}};
  return dispatch(commands, arguments);
}

int report(const std::string& message, ExitCode code) {
  log::error(message);
  return static_cast<int>(code);
}

// Without running what ends a program: threads may wait for a process that is gone.
[[noreturn]] void leave_at_once(ExitCode code) {
  log::close_file();
  std::fflush(nullptr);
  _exit(static_cast<int>(code));
}

int run_and_report(const Arguments& arguments) {
  try {
    return run(arguments);
  } catch (const GroupFailure& failure) {
    if (!failure.is_quiet()) report(failure.what(), failure.code());
    leave_at_once(failure.code());
  } catch (...) {
    const Failure failure = describe_failure(std::current_exception());
    if (!failure.details.empty()) log::debug(failure.details);
    return report(failure.message, failure.code);
  }
}

}  // namespace
}  // namespace itpn::cli

int main(int count, char** words) {
  itpn::open_standard_streams();
  return itpn::cli::run_and_report({words + 1, words + count});
}
