#include "itpn/io/load_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

using Side = ExpectedAbsence::Side;

bool matches_any(const std::string& name, const ExpectedAbsence& rule) {
  for (const std::string& pattern : rule.patterns) {
    if (matches_pattern(name, pattern)) return true;
  }
  return false;
}

bool any_matches(std::span<const TensorInfo> tensors, const ExpectedAbsence& rule) {
  for (const TensorInfo& tensor : tensors) {
    if (matches_any(tensor.name, rule)) return true;
  }
  return false;
}

bool is_square(int64_t count) {
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(count))));
  return side > 0 && side * side == count;
}

bool ends_with_component(const std::string& name, const std::string& component) {
  return name == component || name.ends_with("." + component);
}

// How a tensor of another shape becomes one of the model's, or nothing where it cannot.
std::optional<LoadAction> resizing(const TensorInfo& file, const TensorInfo& model) {
  const auto &from = file.shape, &to = model.shape;
  if (from.size() != to.size() || !is_floating(file.dtype)) return std::nullopt;
  if (ends_with_component(model.name, "absolute_pos_embed") && from.size() == 3 && from[0] == 1 && to[0] == 1 &&
      from[2] == to[2] && is_square(from[1]) && is_square(to[1])) {
    return LoadAction::kResizePositions;
  }
  const auto is_odd_square = [](int64_t count) { return count % 2 == 1 && is_square(count); };
  if (ends_with_component(model.name, "relative_position_bias_table") && from.size() == 2 && from[1] == to[1] &&
      is_odd_square(from[0]) && is_odd_square(to[0])) {
    return LoadAction::kResizeBias;
  }
  if (ends_with_component(model.name, "patch_embed.proj.weight") && from.size() == 4 && from[0] == to[0] &&
      from[2] == to[2] && from[3] == to[3]) {
    if (from[1] == 3 && to[1] == 1) return LoadAction::kSumChannels;
    if (from[1] == 1 && to[1] == 3) return LoadAction::kSpreadChannel;
  }
  return std::nullopt;
}

class Planner {
 public:
  Planner(std::span<const TensorInfo> file, std::span<const TensorInfo> model, const LoadRules& rules)
      : file_(file), model_(model) {
    for (const ExpectedAbsence& rule : rules.expected) {
      const bool holds =
          rule.side == Side::kOtherShape || !any_matches(rule.side == Side::kFileOnly ? model : file, rule);
      if (holds) valid_rules_.push_back(&rule);
    }
  }

  LoadPlan plan() {
    std::unordered_map<std::string_view, size_t> of_file;
    for (size_t i = 0; i < file_.size(); ++i) of_file.emplace(file_[i].name, i);
    std::vector<bool> is_used(file_.size(), false);
    for (size_t i = 0; i < model_.size(); ++i) {
      const auto found = of_file.find(model_[i].name);
      if (found == of_file.end()) {
        place_one_sided(model_[i].name, false);
      } else {
        is_used[found->second] = true;
        pair(found->second, i);
      }
    }
    for (size_t i = 0; i < file_.size(); ++i) {
      if (!is_used[i]) place_one_sided(file_[i].name, true);
    }
    return std::move(plan_);
  }

 private:
  const std::string* reason(const std::string& name, Side side) const {
    for (const ExpectedAbsence* rule : valid_rules_) {
      if (rule->side == side && matches_any(name, *rule)) return &rule->reason;
    }
    return nullptr;
  }

  void place_one_sided(const std::string& name, bool is_in_file) {
    if (const std::string* why = reason(name, is_in_file ? Side::kFileOnly : Side::kModelOnly)) {
      plan_.report.absent.push_back({name, is_in_file, *why});
    } else {
      plan_.report.unexpected.push_back(name + (is_in_file ? ": in the file only" : ": missing in the file"));
    }
  }

  void pair(size_t file_index, size_t model_index) {
    const TensorInfo &file = file_[file_index], &model = model_[model_index];
    LoadReport& report = plan_.report;
    if (file.dtype != model.dtype && !(is_floating(file.dtype) && is_floating(model.dtype))) {
      report.unexpected.push_back(
          fmt::format("{}: wanted {}, the file has {}", model.name, dtype_name(model.dtype), dtype_name(file.dtype)));
      return;
    }
    LoadAction action = LoadAction::kCopy;
    if (file.shape != model.shape) {
      const auto resized = resizing(file, model);
      if (!resized) return place_other_shape(file, model);
      action = *resized;
      report.reshaped.push_back({model.name, file.shape, model.shape});
    }
    report.loaded.push_back(model.name);
    plan_.loads.push_back({file_index, model_index, action});
  }

  void place_other_shape(const TensorInfo& file, const TensorInfo& model) {
    const std::string shapes = fmt::format("wanted shape {}, the file has {}", model.shape, file.shape);
    if (const std::string* why = reason(model.name, Side::kOtherShape)) {
      plan_.report.absent.push_back({model.name, true, fmt::format("{} ({})", *why, shapes)});
    } else {
      plan_.report.unexpected.push_back(fmt::format("{}: {}", model.name, shapes));
    }
  }

  std::span<const TensorInfo> file_, model_;
  std::vector<const ExpectedAbsence*> valid_rules_;
  LoadPlan plan_;
};

// "decoder_blocks.*" for "decoder_blocks.0.norm1.weight": what stands for its like in a list for people.
std::string group_of(const std::string& name) {
  const size_t dot = name.find('.');
  return dot == std::string::npos ? name : name.substr(0, dot) + ".*";
}

}  // namespace

bool matches_pattern(std::string_view name, std::string_view pattern) {
  size_t n = 0, p = 0, star = std::string_view::npos, retry = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

LoadPlan plan_load(std::span<const TensorInfo> file, std::span<const TensorInfo> model, const LoadRules& rules) {
  return Planner(file, model, rules).plan();
}

void require_fit(const LoadReport& report, const LoadRules& rules) {
  if (report.unexpected.empty() || rules.allow_partial) return;
  throw checkpoint_error(fmt::format("{}: does not fit the model ({} differences; nothing was loaded):\n  {}",
                                     report.path, report.unexpected.size(), fmt::join(report.unexpected, "\n  ")));
}

std::vector<std::string> describe(const LoadReport& report) {
  std::string from = fmt::format("{} ({}", report.path, report.format);
  if (!report.key.empty()) from += fmt::format(", entry \"{}\"", report.key);
  if (!report.prefix.empty()) from += fmt::format(", prefix \"{}\"", report.prefix);
  std::vector<std::string> lines = {
      fmt::format("{}): {} weights loaded, {} of them reshaped, {} expected to be absent, {} unexpected", from,
                  report.loaded.size(), report.reshaped.size(), report.absent.size(), report.unexpected.size())};
  for (const ReshapedWeight& weight : report.reshaped) {
    lines.push_back(fmt::format("  reshaped: {} {} -> {}", weight.name, weight.file_shape, weight.model_shape));
  }
  std::map<std::string, size_t> groups;
  for (const AbsentWeight& weight : report.absent) {
    ++groups[fmt::format("{} only: {}: {}", weight.is_in_file ? "file" : "model", group_of(weight.name),
                         weight.reason)];
  }
  for (const auto& [group, count] : groups) lines.push_back(fmt::format("  in the {} ({} tensors)", group, count));
  for (const std::string& line : report.left_out) lines.push_back(fmt::format("  not read: {}", line));
  for (const std::string& line : report.unexpected) lines.push_back(fmt::format("  unexpected: {}", line));
  return lines;
}

}  // namespace itpn
