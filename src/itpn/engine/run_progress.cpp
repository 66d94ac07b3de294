#include "itpn/engine/run_progress.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>

#include "itpn/core/errors.h"
#include "itpn/io/whole_number.h"

namespace itpn {
namespace {

using nlohmann::json;

// One list for reading and writing: `visit(key, field)` for each number of the state.
template <class P, class V>
void visit_state(P& p, V&& visit) {
  visit("step", p.step);
  visit("epoch", p.epoch);
  visit("step_in_epoch", p.step_in_epoch);
  visit("steps_per_epoch", p.steps_per_epoch);
  visit("total_steps", p.total_steps);
  visit("updates", p.updates);
  visit("samples_seen", p.samples_seen);
  visit("epoch_loss_sum", p.epoch_loss_sum);
  visit("epoch_loss_count", p.epoch_loss_count);
  visit("last_loss", p.last_loss);
  visit("scaler_scale", p.scaler.scale);
  visit("scaler_good_steps", p.scaler.good_steps);
  visit("scaler_backed_off", p.scaler.backed_off);
  visit("skipped_steps", p.counters.skipped_steps);
  visit("recent_skips", p.counters.recent_skips);
  visit("bad_samples", p.counters.bad_samples);
  visit("resumes", p.counters.resumes);
  visit("trained_seconds", p.counters.trained_seconds);
  visit("metrics_bytes", p.metrics_bytes);
  visit("data_count", p.data.count);
  visit("data_hash", p.data.hash);
  visit("config_toml", p.config_toml);
  visit("config_hash", p.config_hash);
  visit("seed", p.seed);
  visit("threads", p.threads);
  visit("cpu_capability", p.cpu_capability);
  visit("torch_version", p.torch_version);
  visit("program_version", p.program_version);
}

// Keys that checkpoints of older versions lack; their defaults are right for those.
template <class P, class V>
void visit_later_state(P& p, V&& visit) {
  visit("task", p.task);
  visit("best_step", p.best.step);
  visit("best_value", p.best.value);
  visit("processes", p.processes);
  visit("rewinds", p.counters.rewinds);
  visit("reorderings", p.reorderings);
}

// Fills `field` from a value of that type; throws nlohmann's exceptions or std::out_of_range.
void read_value(const json& value, std::vector<int64_t>& field) {
  field.clear();
  for (const json& number : value) field.push_back(whole_number<int64_t>(number));
}

void read_value(const json& value, std::vector<Reordering>& field) {
  field.clear();
  for (const json& numbers : value) {
    field.push_back({whole_number<uint64_t>(numbers.at(0)), whole_number<int64_t>(numbers.at(1)),
                     whole_number<int64_t>(numbers.at(2))});
  }
}

template <class T>
void read_value(const json& value, T& field) {
  if constexpr (std::is_integral_v<T>) {
    field = whole_number<T>(value);
  } else {
    value.get_to(field);
  }
}

}  // namespace

// How nlohmann writes one.
void to_json(json& out, const Reordering& reordering) { out = {reordering.epoch, reordering.from, reordering.number}; }

bool Progress::advance(int64_t samples) {
  ++step;
  samples_seen += samples;
  if (++step_in_epoch < steps_per_epoch) return false;
  step_in_epoch = 0;
  ++epoch;
  epoch_loss_sum = 0.0;
  epoch_loss_count = 0;
  reorderings.clear();
  return true;
}

std::string to_json(const Progress& progress) {
  json out = {{"format", "itpn-train-state"}, {"format_version", 1}};
  const auto write = [&out](const char* key, const auto& field) { out[key] = field; };
  visit_state(progress, write);
  visit_later_state(progress, write);
  return out.dump(2) + "\n";
}

Progress progress_from_json(const std::string& text, const std::string& where) {
  Progress progress;
  try {
    const json in = json::parse(text);
    if (const auto version = whole_number<int64_t>(in.at("format_version")); version > 1) {
      throw checkpoint_error(
          fmt::format("{}: written by a newer version of itpn (state format {}, this one reads 1)", where, version));
    }
    visit_state(progress, [&in](const char* key, auto& field) { read_value(in.at(key), field); });
    visit_later_state(progress, [&in](const char* key, auto& field) {
      if (in.contains(key)) read_value(in.at(key), field);
    });
  } catch (const json::exception& error) {
    throw checkpoint_error(fmt::format("{}: not a training state: {}", where, error.what()));
  } catch (const std::out_of_range& error) {
    throw checkpoint_error(fmt::format("{}: not a training state: {}", where, error.what()));
  }
  return progress;
}

}  // namespace itpn
