#include "itpn/engine/distributed_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (!value || !*value) return std::nullopt;
  return value;
}

// A whole number in [lowest, highest]; `missing` where the variable is not set.
int64_t number(const char* name, std::optional<int64_t> missing, int64_t lowest, int64_t highest) {
  const std::optional<std::string> text = variable(name);
  if (!text && missing) return *missing;
  int64_t value = -1;
  if (text) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error == std::errc() && end == text->data() + text->size() && value >= lowest && value <= highest) return value;
  }
  throw usage_error(fmt::format(
      "the environment says WORLD_SIZE={}, but {}={}; want a number from {} to {}. Start the processes with torchrun, "
      "`itpn launch` or as docs/scaling.md shows",
      variable("WORLD_SIZE").value_or(""), name, text.value_or("(not set)"), lowest, highest));
}

constexpr int64_t kMaxProcesses = 1 << 20;

}  // namespace

ProcessPlace process_place() {
  ProcessPlace place;
  if (!variable("WORLD_SIZE")) return place;
  place.processes = number("WORLD_SIZE", std::nullopt, 1, kMaxProcesses);
  if (place.is_alone()) return place;
  place.rank = number("RANK", std::nullopt, 0, place.processes - 1);
  place.local_rank = number("LOCAL_RANK", 0, 0, place.rank);
  place.local_processes = number("LOCAL_WORLD_SIZE", place.local_rank + 1, place.local_rank + 1, place.processes);
  return place;
}

MeetingPoint meeting_point() {
  MeetingPoint point;
  point.host = variable("MASTER_ADDR").value_or("127.0.0.1");
  point.port = static_cast<uint16_t>(number("MASTER_PORT", std::nullopt, 1, 65535));
  point.is_served = variable("TORCHELASTIC_USE_AGENT_STORE") == "True";
  point.restart = variable("TORCHELASTIC_RESTART_COUNT").value_or("0");
  return point;
}

int64_t cores_of(const ProcessPlace& place, const CpuLimits& limits) {
  return std::max<int64_t>(1, limits.usable_cores() / place.local_processes);
}

int64_t fair_threads(const ProcessPlace& place, const CpuLimits& limits) {
  if (variable("OMP_NUM_THREADS") || (place.local_processes == 1 && !limits.quota)) return 0;
  return cores_of(place, limits);
}

}  // namespace itpn
