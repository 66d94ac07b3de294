#include "itpn/engine/profile.h"

#include <fmt/format.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "itpn/core/errors.h"
#include "itpn/core/output_place.h"
#include "itpn/engine/device.h"

namespace itpn {
namespace {

using torch::autograd::profiler::KinetoEvent;
using torch::profiler::impl::ActivityType;
using torch::profiler::impl::ProfilerConfig;
using torch::profiler::impl::ProfilerState;

constexpr double kMillisecond = 1e6;  // in nanoseconds

std::map<std::string, ProfileRow> kernels_of(const std::vector<KinetoEvent>& events) {
  std::map<std::string, ProfileRow> rows;
  for (const KinetoEvent& event : events) {
    if (event.deviceType() == c10::DeviceType::CPU) continue;
    ProfileRow& row = rows[event.name()];
    ++row.calls;
    row.milliseconds += static_cast<double>(event.durationNs()) / kMillisecond;
  }
  return rows;
}

// Events of one thread lie inside each other or apart. The time of each without what lies in it.
void add_own_times(const std::vector<const KinetoEvent*>& by_start, std::map<std::string, ProfileRow>& rows) {
  std::vector<const KinetoEvent*> open;
  for (const KinetoEvent* event : by_start) {
    while (!open.empty() && open.back()->endNs() <= event->startNs()) open.pop_back();
    const double milliseconds = static_cast<double>(event->durationNs()) / kMillisecond;
    if (!open.empty()) rows[open.back()->name()].milliseconds -= milliseconds;
    ProfileRow& row = rows[event->name()];
    ++row.calls;
    row.milliseconds += milliseconds;
    open.push_back(event);
  }
}

std::map<std::string, ProfileRow> operators_of(const std::vector<KinetoEvent>& events) {
  std::map<uint64_t, std::vector<const KinetoEvent*>> threads;
  for (const KinetoEvent& event : events) {
    if (!event.isAsync()) threads[event.startThreadId()].push_back(&event);
  }
  std::map<std::string, ProfileRow> rows;
  for (auto& [thread, own] : threads) {
    std::stable_sort(own.begin(), own.end(), [](const KinetoEvent* a, const KinetoEvent* b) {
      return a->startNs() != b->startNs() ? a->startNs() < b->startNs() : a->endNs() > b->endNs();
    });
    add_own_times(own, rows);
  }
  return rows;
}

std::vector<ProfileRow> ranked(std::map<std::string, ProfileRow> by_name) {
  double all = 0.0;
  for (const auto& [name, row] : by_name) all += row.milliseconds;
  std::vector<ProfileRow> rows;
  for (auto& [name, row] : by_name) rows.push_back({name, row.calls, row.milliseconds, row.milliseconds / all});
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ProfileRow& a, const ProfileRow& b) { return a.milliseconds > b.milliseconds; });
  return rows;
}

}  // namespace

Profile::Profile(const torch::Device& device) : device_(device) {
  setenv("KINETO_LOG_LEVEL", "99", /*overwrite=*/0);  // it reports its own stages otherwise
  synchronize(device);
  const ProfilerConfig config(ProfilerState::KINETO);
  std::set<ActivityType> activities = {ActivityType::CPU};
  if (device.is_cuda()) activities.insert(ActivityType::CUDA);
  torch::autograd::profiler::prepareProfiler(config, activities);
  torch::autograd::profiler::enableProfiler(config, activities);
}

Profile::~Profile() {
  if (is_recording_) torch::autograd::profiler::disableProfiler();
}

std::vector<ProfileRow> Profile::stop(const std::string& trace_path) {
  prepare_output_file(posix_fs(), trace_path);
  synchronize(device_);
  is_recording_ = false;
  const auto result = torch::autograd::profiler::disableProfiler();
  result->save(trace_path);
  if (!exists(posix_fs(), trace_path)) throw io_error(fmt::format("{}: the trace was not written", trace_path));
  return ranked(device_.is_cpu() ? operators_of(result->events()) : kernels_of(result->events()));
}

std::string to_text(const std::vector<ProfileRow>& rows, size_t most) {
  constexpr size_t kWidth = 72;  // kernels have long names
  std::string text = fmt::format("{:>10} {:>7} {:>8}  {}\n", "ms", "share", "calls", "what");
  for (size_t i = 0; i < std::min(most, rows.size()); ++i) {
    const ProfileRow& row = rows[i];
    text += fmt::format("{:>10.2f} {:>5.1f} % {:>8}  {}\n", row.milliseconds, 100.0 * row.share, row.calls,
                        row.name.substr(0, kWidth));
  }
  return text;
}

}  // namespace itpn
