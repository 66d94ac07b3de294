// itpn benchmark: how fast this machine is.
#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/tasks/benchmark_loader.h"
#include "itpn/tasks/benchmark_pretrain.h"

namespace itpn::cli {
namespace {

int run_pretrain_benchmark(const Arguments& arguments) {
  CommandLine line("itpn benchmark pretrain",
                   "Speed of whole pre-training steps on pictures in memory, and the share of what this machine's "
                   "matrix products allow; both are measured turn about in one run.",
                   "  itpn benchmark pretrain --preset itpn-base --batch-size 8 --precision bf16\n"
                   "  itpn benchmark pretrain --preset itpn-tiny --image-size 128 --batch-size 64 --mfm --json\n");
  PretrainBenchmarkConfig config;
  bool json = false;
  CLI::App& app = line.app();
  app.add_option("--preset", config.preset, "Size of the model");
  app.add_option("--precision", config.precision, "fp32 | bf16");
  app.add_option("--batch-size", config.batch_size, "Pictures of a step")->check(CLI::PositiveNumber);
  app.add_option("--image-size", config.image_size, "Side in pixels")->check(CLI::PositiveNumber);
  app.add_option("--threads", config.threads, "CPU threads; 0: as LibTorch finds them");
  app.add_option("--steps", config.steps, "Steps of one window")->check(CLI::PositiveNumber);
  app.add_option("--windows", config.windows, "Windows; the median is reported")->check(CLI::PositiveNumber);
  app.add_flag("--mfm", config.mfm, "With masked feature modelling and its teacher");
  app.add_flag("--json", json, "For programs");
  if (!line.parse(arguments)) return 0;
  const PretrainBenchmark result = benchmark_pretrain(config);
  std::fputs((json ? to_json(result) : to_text(result)).c_str(), stdout);
  return 0;
}

int run_loader_benchmark(const Arguments& arguments) {
  CommandLine line(
      "itpn benchmark loader",
      "Pictures a second that the loader gives for training, evaluation or fine-tuning, and where its time goes.",
      "  itpn benchmark loader --data ~/pictures --threads 1\n"
      "  itpn benchmark loader --data ~/pictures --threads 8 --transform train --json\n");
  BenchmarkLoaderOptions options;
  bool json = false;
  CLI::App& app = line.app();
  app.add_option("--data", options.data, "A folder of pictures")->required()->type_name("DIR");
  app.add_option("--threads", options.threads, "Loader threads")->check(CLI::PositiveNumber);
  app.add_option("--image-size", options.image_size, "Side in pixels")->check(CLI::PositiveNumber);
  app.add_option("--batch-size", options.batch_size, "Pictures of a batch")->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "Time for each transform")->check(CLI::PositiveNumber);
  app.add_option("--transform", options.transform, "train | eval | both | finetune")
      ->check(CLI::IsMember({"train", "eval", "both", "finetune"}));
  app.add_flag("--json", json, "For programs");
  if (!line.parse(arguments)) return 0;
  const std::vector<LoaderSpeed> speeds = benchmark_loader(options);
  std::fputs((json ? loader_speed_json(options, speeds) : loader_speed_table(options, speeds)).c_str(), stdout);
  return 0;
}

}  // namespace

int run_benchmark(const Arguments& arguments) {
  return dispatch(
      {"itpn benchmark",
       "Measures the speed of this machine.",
       "  itpn benchmark pretrain --preset itpn-base --batch-size 8 --precision bf16\n"
       "  itpn benchmark loader --data ~/pictures --threads 1\n",
       {{"pretrain", "Pre-training steps, and their share of the matrix products' rate", run_pretrain_benchmark},
        {"loader", "Reading, decoding and cropping pictures", run_loader_benchmark}}},
      arguments);
}

}  // namespace itpn::cli
