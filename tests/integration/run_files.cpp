#include "tests/integration/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <stdexcept>

#include "itpn/core/files.h"
#include "itpn/core/sha256.h"
#include "itpn/io/checkpoint_verify.h"
#include "itpn/io/safetensors.h"

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

std::vector<double> logged(const std::string& run, int column) {
  std::vector<double> numbers;
  for (const std::string& line : loss_log(run)) {
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i <= column; ++i) words >> word;
    numbers.push_back(std::stod(word));
  }
  return numbers;
}

double largest_difference(const std::string& file, const std::string& other) {
  SafetensorsFile a(posix_fs(), file), b(posix_fs(), other);
  if (a.tensors().size() != b.tensors().size()) throw std::runtime_error("other tensors in " + other);
  double worst = 0.0;
  for (const TensorInfo& info : a.tensors()) {
    const TensorInfo* twin = b.find(info.name);
    if (!twin || twin->bytes != info.bytes) throw std::runtime_error("another " + info.name + " in " + other);
    if (info.dtype != DType::kF32) continue;
    std::vector<float> x(info.bytes / sizeof(float)), y(x.size());
    a.read(info, std::as_writable_bytes(std::span(x)));
    b.read(*twin, std::as_writable_bytes(std::span(y)));
    double difference = 0.0, size = 1e-30;
    for (size_t i = 0; i < x.size(); ++i) {
      difference = std::max(difference, std::abs(static_cast<double>(x[i]) - y[i]));
      size = std::max(size, std::abs(static_cast<double>(x[i])));
    }
    worst = std::max(worst, difference / size);
  }
  return worst;
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
