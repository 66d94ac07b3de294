#include "itpn/tasks/benchmark/benchmark_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "itpn/core/errors.h"
#include "itpn/core/median.h"
#include "itpn/core/temporary_folder.h"
#include "itpn/tasks/run/launch.h"

namespace itpn {
namespace {

std::vector<std::string> command(const ScalingConfig& config, int64_t processes, const std::string& folder) {
  const int64_t global = config.batch_size * processes, steps = config.warmup_steps + config.steps;
  return {"pretrain",
          "--output-dir",
          folder,
          fmt::format("model.preset={}", config.preset),
          fmt::format("data.image_size={}", to_text(config.image_size)),
          fmt::format("data.synthetic_count={}", global * steps),
          "data.workers=1",
          fmt::format("train.global_batch_size={}", global),
          fmt::format("train.micro_batch_size={}", config.batch_size),
          fmt::format("train.precision={}", config.precision),
          fmt::format("train.threads={}", config.threads),
          fmt::format("train.max_steps={}", steps),
          "train.epochs=1",
          "mfm.enabled=false",
          "checkpoint.every_minutes=0",
          "log.every_steps=1",
          "log.panel_images=0",
          "log.tensorboard=false"};
}

// The steps after the warm-up, as metrics.jsonl tells of them.
ScalingPoint read_point(const std::string& folder, const ScalingConfig& config, int64_t processes) {
  ScalingPoint point;
  point.processes = processes;
  std::vector<double> speeds, peers, data;
  std::ifstream lines(folder + "/metrics.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const auto step = nlohmann::json::parse(line);
    if (!step.contains("images_per_s") || step.at("step").get<int64_t>() <= config.warmup_steps) continue;
    speeds.push_back(step.at("images_per_s").get<double>());
    peers.push_back(step.value("peer_wait", 0.0));
    data.push_back(step.value("data_wait", 0.0));
    point.reduced_bytes = static_cast<int64_t>(step.value("reduced_bytes", 0.0));
  }
  if (speeds.empty()) throw Error(ExitCode::kInternal, "the benchmark's run left no measurements");
  point.images_per_second = median(speeds);
  point.worst = *std::min_element(speeds.begin(), speeds.end());
  point.best = *std::max_element(speeds.begin(), speeds.end());
  point.peer_wait = median(peers);
  point.data_wait = median(data);
  return point;
}

}  // namespace

std::vector<ScalingPoint> benchmark_scaling(const ScalingConfig& config) {
  std::vector<ScalingPoint> points;
  for (const int64_t processes : config.processes) {
    const TemporaryFolder folder("scaling");
    const std::string run = folder.below("run");
    const int code = launch({processes, command(config, processes, run), /*is_quiet=*/true});
    if (code != 0) {
      throw Error(static_cast<ExitCode>(code),
                  fmt::format("a run of {} processes ended with code {}", processes, code));
    }
    points.push_back(read_point(run, config, processes));
  }
  return points;
}

std::string to_json(const ScalingConfig& config, const std::vector<ScalingPoint>& points) {
  nlohmann::ordered_json out = {{"benchmark", "scaling"},           {"preset", config.preset},
                                {"precision", config.precision},    {"image_size", config.image_size},
                                {"batch_size", config.batch_size},  {"steps", config.steps},
                                {"points", nlohmann::json::array()}};
  for (const ScalingPoint& point : points) {
    out["points"].push_back({{"processes", point.processes},
                             {"images_per_second", point.images_per_second},
                             {"worst", point.worst},
                             {"best", point.best},
                             {"peer_wait", point.peer_wait},
                             {"data_wait", point.data_wait},
                             {"reduced_bytes", point.reduced_bytes}});
  }
  return out.dump() + "\n";
}

std::string to_text(const ScalingConfig& config, const std::vector<ScalingPoint>& points) {
  std::string text = fmt::format("{} {} at {} px, {} pictures a process and step, median of {} steps\n", config.preset,
                                 config.precision, to_text(config.image_size), config.batch_size, config.steps);
  text += fmt::format("{:>9}  {:>9}  {:>16}  {:>9}  {:>10}  {:>9}\n", "processes", "images/s", "steps from to",
                      "of others", "of data", "MiB/step");
  for (const ScalingPoint& point : points) {
    text += fmt::format("{:>9}  {:>9.2f}  {:>7.2f} {:>8.2f}  {:>7.1f} %  {:>8.1f} %  {:>9.1f}\n", point.processes,
                        point.images_per_second, point.worst, point.best, 100 * point.peer_wait, 100 * point.data_wait,
                        static_cast<double>(point.reduced_bytes) / (1 << 20));
  }
  return text + "\"of others\" and \"of data\": share of the time that the first process waited for them\n";
}

}  // namespace itpn
