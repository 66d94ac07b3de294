// itpn benchmark: how fast this machine is.
#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/tasks/benchmark/benchmark_classifier.h"
#include "itpn/tasks/benchmark/benchmark_distill.h"
#include "itpn/tasks/benchmark/benchmark_index.h"
#include "itpn/tasks/benchmark/benchmark_loader.h"
#include "itpn/tasks/benchmark/benchmark_pretrain.h"
#include "itpn/tasks/benchmark/benchmark_scaling.h"
#include "itpn/tasks/pretrain/pretrain_checks.h"

namespace itpn::cli {
namespace {

void add_speed_options(CLI::App& app, SpeedConfig& config) {
  app.add_option("--preset", config.preset, "Size of the model");
  app.add_option("--precision", config.precision, "fp32, bf16, or fp16 on a GPU");
  app.add_option("--device", config.device, "auto | cpu | cuda | cuda:N");
  app.add_option("--batch-size", config.batch_size, "Pictures of a step")->check(CLI::PositiveNumber);
  add_image_size(app, config.image_size);
  app.add_option("--threads", config.threads, "CPU threads; 0: as LibTorch finds them");
  app.add_option("--steps", config.steps, "Steps of one window")->check(CLI::PositiveNumber);
  app.add_option("--windows", config.windows, "Windows; the median is reported")->check(CLI::PositiveNumber);
  app.add_option("--profile", config.profile, "Record one more window, as a trace for a viewer; its kernels in a table")
      ->type_name("FILE");
}

int print_speed(const ModelSpeed& speed, bool json) {
  std::fputs((json ? to_json(speed) : to_text(speed)).c_str(), stdout);
  return 0;
}

ModelSpeed benchmark_recipe(PretrainBenchmarkConfig config, const PretrainConfig& recipe) {
  if (recipe.pretrain.has_clip_teacher()) return benchmark_distill({config, recipe});
  config.preset = recipe.model.preset;
  config.image_size = recipe.data.image_size;
  config.precision = recipe.train.precision;
  config.mfm = recipe.mfm.enabled;
  return benchmark_pretrain(config);
}

int run_pretrain_benchmark(const Arguments& arguments) {
  CommandLine line("itpn benchmark pretrain",
                   "Speed of whole pre-training steps on pictures in memory, and the share of what this machine's "
                   "matrix products allow; both are measured turn about in one run.",
                   "  itpn benchmark pretrain --preset itpn-base --batch-size 8 --precision bf16\n"
                   "  itpn benchmark pretrain --preset itpn-tiny --image-size 128 --batch-size 64 --mfm --json\n"
                   "  itpn benchmark pretrain --recipe configs/pretrain/itpn_base_clip_300e.toml\n");
  PretrainBenchmarkConfig config;
  std::string recipe;
  std::vector<std::string> overrides;
  bool json = false;
  CLI::App& app = line.app();
  add_speed_options(app, config);
  app.add_flag("--mfm", config.mfm, "With masked feature modelling and its teacher");
  app.add_option("--recipe", recipe, "Preset, image size, precision and targets of this recipe")->type_name("FILE");
  app.add_flag("--json", json, "For programs");
  line.add_overrides(overrides);
  if (!line.parse(arguments)) return 0;
  if (!recipe.empty()) return print_speed(benchmark_recipe(config, load_pretrain_config(recipe, overrides)), json);
  return print_speed(benchmark_pretrain(config), json);
}

int run_finetune_benchmark(const Arguments& arguments) {
  CommandLine line(
      "itpn benchmark finetune",
      "Speed of whole fine-tuning steps on pictures in memory, and the share of what this machine's matrix "
      "products allow; both are measured turn about in one run.",
      "  itpn benchmark finetune --preset itpn-base --batch-size 8 --precision bf16\n"
      "  itpn benchmark finetune --preset itpn-base --layer-scale 0.1 --drop-path 0.1 --json\n");
  ClassifierBenchmarkConfig config;
  bool json = false, no_bias = false;
  CLI::App& app = line.app();
  add_speed_options(app, config);
  app.add_flag("--no-relative-position-bias", no_bias, "Without the learned bias of attention");
  app.add_option("--layer-scale", config.layer_scale, "Start value of the layer scale; 0: none");
  app.add_option("--drop-path", config.drop_path, "Stochastic depth rate of the last block");
  app.add_flag("--ema", config.ema, "With an averaged model");
  app.add_flag("--json", json, "For programs");
  if (!line.parse(arguments)) return 0;
  config.relative_position_bias = !no_bias;
  return print_speed(benchmark_finetune(config), json);
}

int run_predict_benchmark(const Arguments& arguments) {
  CommandLine line("itpn benchmark predict",
                   "Speed of a classifier's forward pass on pictures in memory, and the share of what this machine's "
                   "matrix products allow.",
                   "  itpn benchmark predict --preset itpn-base --batch-size 1 --precision fp32\n");
  ClassifierBenchmarkConfig config;
  bool json = false;
  add_speed_options(line.app(), config);
  line.app().add_flag("--json", json, "For programs");
  if (!line.parse(arguments)) return 0;
  return print_speed(benchmark_predict(config), json);
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
  add_image_size(app, options.image_size);
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

int run_index_benchmark(const Arguments& arguments) {
  CommandLine line(
      "itpn benchmark index",
      "Seconds and memory that the start of a training takes on very many pictures. They are invented: only "
      "their index is written, to a temporary folder.",
      "  itpn benchmark index --count 10000000\n"
      "  itpn benchmark index --count 10000000 --cold --dir ~/.cache --json\n");
  BenchmarkIndexOptions options;
  bool json = false;
  CLI::App& app = line.app();
  app.add_option("--count", options.count, "Pictures")->check(CLI::PositiveNumber);
  app.add_flag("--cold", options.is_cold, "The index has to come from the disk");
  app.add_option("--dir", options.directory, "Where it is written; else the system's temporary folder")
      ->type_name("DIR");
  app.add_flag("--json", json, "For programs");
  if (!line.parse(arguments)) return 0;
  const IndexSpeed speed = benchmark_index(options);
  std::fputs((json ? index_speed_json(speed) : index_speed_text(speed)).c_str(), stdout);
  return 0;
}

int run_scaling_benchmark(const Arguments& arguments) {
  CommandLine line("itpn benchmark scaling",
                   "Speed of pre-training on several processes of this machine, and what they wait for.",
                   "  itpn benchmark scaling --nproc 1,2 --preset itpn-base --batch-size 8 --precision bf16\n");
  ScalingConfig config;
  bool json = false;
  CLI::App& app = line.app();
  app.add_option("--nproc", config.processes, "Numbers of processes, with commas")->delimiter(',');
  app.add_option("--preset", config.preset, "Size of the model");
  app.add_option("--precision", config.precision, "fp32 | bf16");
  app.add_option("--batch-size", config.batch_size, "Pictures of a process in a step")->check(CLI::PositiveNumber);
  add_image_size(app, config.image_size);
  app.add_option("--threads", config.threads, "CPU threads of a process; 0: the cores, shared out");
  app.add_option("--steps", config.steps, "Steps that are measured")->check(CLI::PositiveNumber);
  app.add_flag("--json", json, "For programs");
  if (!line.parse(arguments)) return 0;
  const std::vector<ScalingPoint> points = benchmark_scaling(config);
  std::fputs((json ? to_json(config, points) : to_text(config, points)).c_str(), stdout);
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
        {"finetune", "Fine-tuning steps, and their share of the matrix products' rate", run_finetune_benchmark},
        {"predict", "A classifier's forward pass, and its share of the matrix products' rate", run_predict_benchmark},
        {"scaling", "Several processes of this machine", run_scaling_benchmark},
        {"loader", "Reading, decoding and cropping pictures", run_loader_benchmark},
        {"index", "Opening a dataset of very many pictures", run_index_benchmark}}},
      arguments);
}

}  // namespace itpn::cli
