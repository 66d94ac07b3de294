// itpn: from a subcommand's name to its function, and from errors to messages and exit codes.
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <cstdio>
#include <new>

#include "itpn/cli/commands.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/engine/environment.h"

namespace itpn::cli {
namespace {

int run(const Arguments& arguments) {
  if (!arguments.empty() && arguments.front() == "--version") {
    std::puts(fmt::format("itpn {}", program_version()).c_str());
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
       {"teacher", "Train a small teacher of CLIP's shape on pictures with classes", run_teacher},
       {"knn", "Accuracy of the nearest neighbours of frozen features", run_knn},
       {"eval", "Accuracy of a classifier, class by class", run_eval},
       {"predict", "Say which classes pictures show", run_predict},
       {"embed", "Write features of pictures", run_embed},
       {"reconstruct", "Show what a pre-trained model draws for hidden patches", run_reconstruct},
       {"data", "Check a dataset: what is there, what is broken", run_data},
       {"info", "A model's parameters and multiply-accumulates, or what a file of weights is", run_info},
       {"convert", "Weights from one format to another", run_convert},
       {"plot", "Draw the curves of runs", run_plot},
       {"benchmark", "Measure the speed of this machine", run_benchmark},
       {"config", "List, check and print the keys of a recipe", run_config}}};
  return dispatch(commands, arguments);
}

int report(const std::string& message, ExitCode code) {
  log::error(message);
  return static_cast<int>(code);
}

int run_and_report(const Arguments& arguments) {
  try {
    return run(arguments);
  } catch (const Error& error) {
    return report(error.what(), error.code());
  } catch (const c10::Error& error) {
    log::debug(error.what());
    return report(fmt::format("internal error: {}", error.what_without_backtrace()), ExitCode::kInternal);
  } catch (const std::bad_alloc&) {
    return report("out of memory; take a smaller batch (train.micro_batch_size) or model", ExitCode::kUsage);
  } catch (const std::exception& error) {
    return report(fmt::format("internal error: {}", error.what()), ExitCode::kInternal);
  }
}

}  // namespace
}  // namespace itpn::cli

int main(int count, char** words) { return itpn::cli::run_and_report({words + 1, words + count}); }
