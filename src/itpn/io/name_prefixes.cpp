#include "itpn/io/name_prefixes.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace itpn {
namespace {

constexpr size_t kMaxPrefixWords = 8;  // more than any program wraps
constexpr size_t kMaxModels = 16;      // listed of one file

// Attributes under which programs keep the model that they train: DistributedDataParallel, torch.compile, FSDP,
// DeepSpeed, Lightning, self-distillation, contrastive learning, detectors.
constexpr std::array<std::string_view, 26> kPrefixWords = {"module.",
                                                           "_orig_mod.",
                                                           "_fsdp_wrapped_module.",
                                                           "_checkpoint_wrapped_module.",
                                                           "_forward_module.",
                                                           "state_dict.",
                                                           "model.",
                                                           "model_ema.",
                                                           "ema.",
                                                           "ema_model.",
                                                           "net.",
                                                           "network.",
                                                           "backbone.",
                                                           "encoder.",
                                                           "student.",
                                                           "teacher.",
                                                           "base_model.",
                                                           "base_encoder.",
                                                           "momentum_encoder.",
                                                           "encoder_q.",
                                                           "encoder_k.",
                                                           "online_encoder.",
                                                           "target_encoder.",
                                                           "image_encoder.",
                                                           "trunk.",
                                                           "bottom_up."};
constexpr std::array<std::string_view, 3> kInnerWrappers = {"_orig_mod.", "_fsdp_wrapped_module.",
                                                            "_checkpoint_wrapped_module."};
constexpr std::array<std::string_view, 3> kAverageWords = {"model_ema.", "ema.", "ema_model."};

// The word of `words` that begins at `at`, or nothing.
template <size_t N>
std::optional<std::string_view> word_at(std::string_view name, size_t at,
                                        const std::array<std::string_view, N>& words) {
  const auto* found = std::find_if(words.begin(), words.end(),
                                   [&](std::string_view word) { return name.substr(at).starts_with(word); });
  return found == words.end() ? std::nullopt : std::optional(*found);
}

// The lengths of the leading words that may be wrapping: 0, 7, 16 for "module.backbone.blocks.0.norm1.weight".
std::vector<size_t> prefix_lengths(std::string_view name) {
  std::vector<size_t> lengths = {0};
  while (lengths.size() <= kMaxPrefixWords) {
    const auto word = word_at(name, lengths.back(), kPrefixWords);
    if (!word) break;
    lengths.push_back(lengths.back() + word->size());
  }
  return lengths;
}

bool is_average(std::string_view prefix) {
  for (size_t at = 0; at < prefix.size();) {
    if (word_at(prefix, at, kAverageWords)) return true;
    at = std::min(prefix.find('.', at), prefix.size() - 1) + 1;
  }
  return false;
}

bool begins_either(std::string_view a, std::string_view b) { return a.starts_with(b) || b.starts_with(a); }

// Prefixes beside the best one that lead to a whole model too. A head more or less makes none of them better.
std::vector<PrefixScore> rivals_of(const PrefixScore& best, const std::map<std::string, size_t, std::less<>>& scores) {
  std::vector<PrefixScore> models = {best};
  for (const auto& [prefix, score] : scores) {
    if (models.size() == kMaxModels) break;
    const bool is_other = std::none_of(models.begin(), models.end(),
                                       [&](const PrefixScore& model) { return begins_either(prefix, model.prefix); });
    if (is_other && score * 10 >= best.names * 9) models.push_back({prefix, score});
  }
  std::sort(models.begin(), models.end(), [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
  return models;
}

}  // namespace

std::string without_inner_wrappers(std::string_view name) {
  std::string result;
  for (size_t at = 0; at < name.size();) {
    if (const auto word = word_at(name, at, kInnerWrappers)) {
      at += word->size();
      continue;
    }
    const size_t end = std::min(name.find('.', at), name.size() - 1) + 1;
    result += name.substr(at, end - at);
    at = end;
  }
  return result;
}

PrefixChoice choose_prefix(std::span<const std::string_view> names, const NameTest& is_wanted) {
  std::map<std::string, size_t, std::less<>> scores;
  for (const std::string_view name : names) {
    for (const size_t length : prefix_lengths(name)) {
      // A wrapper in front belongs to the longer prefix.
      if (word_at(name, length, kInnerWrappers) || !is_wanted(without_inner_wrappers(name.substr(length)))) continue;
      const auto known = scores.find(name.substr(0, length));
      if (known != scores.end()) {
        ++known->second;
      } else {
        scores.emplace(name.substr(0, length), 1);
      }
    }
  }
  PrefixScore best;  // the map's order has the shorter of two nested prefixes first
  for (const auto& [prefix, score] : scores) {
    if (score > best.names) best = {prefix, score};
  }
  if (best.prefix.empty()) return {};
  std::vector<PrefixScore> models = rivals_of(best, scores);
  if (models.size() > 1) {
    std::erase_if(models, [](const PrefixScore& model) { return is_average(model.prefix); });
  }
  if (models.empty()) return {best.prefix, {}};
  if (models.size() == 1) return {models.front().prefix, {}};
  return {best.prefix, std::move(models)};
}

}  // namespace itpn
