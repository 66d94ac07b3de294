#include "tests/integration/run_files.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "itpn/core/files.h"
#include "itpn/core/sha256.h"
#include "itpn/io/checkpoint_verify.h"

namespace itpn::test {

std::vector<std::string> loss_log(const std::string& run) {
  std::vector<std::string> lines;
  std::ifstream file(run + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto value = nlohmann::json::parse(line);
    if (!value.contains("loss")) continue;
    lines.push_back(fmt::format("{} {} {} {}", value["step"].dump(), value["loss"].dump(), value["grad_norm"].dump(),
                                value["lr"].dump()));
  }
  return lines;
}

std::string checkpoint_hash(const std::string& run, int step, const std::string& file) {
  const auto bytes = read_file(posix_fs(), fmt::format("{}/checkpoints/step-{}/{}", run, step, file));
  return sha256_hex(bytes);
}

std::vector<int> checkpoint_steps_of(const std::string& run) {
  std::vector<int> steps;
  for (const int64_t step : checkpoint_steps(posix_fs(), run + "/checkpoints")) steps.push_back(static_cast<int>(step));
  return steps;
}

}  // namespace itpn::test
