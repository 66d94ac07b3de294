#include "itpn/tasks/weights/head_rows.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <set>

#include "itpn/core/words.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/tasks/weights/model_card.h"

namespace itpn {
namespace {

constexpr size_t kMaxShown = 20;

// With the names that `model` has.
WeightsFile open_named(Fs& fs, const WeightsPath& weights, const NamedTensors& model) {
  WeightsFile file = open_weights(fs, weights);
  std::set<std::string> names;
  for (const auto& [name, tensor] : model) names.insert(name);
  file.strip_prefix([&](const std::string& name) { return names.contains(name); });
  return file;
}

std::string cut(const std::vector<std::string>& names) { return list_of(names, kMaxShown, ", ..."); }

}  // namespace

HeadMatch match_classes(const std::vector<std::string>& of_weights, const std::vector<std::string>& of_model) {
  HeadMatch match;
  match.is_same = of_weights == of_model;
  std::map<std::string, int64_t> rows;
  for (size_t i = 0; i < of_weights.size(); ++i) rows.emplace(of_weights[i], static_cast<int64_t>(i));
  for (size_t i = 0; i < of_model.size(); ++i) {
    const auto row = rows.find(of_model[i]);
    if (row == rows.end()) {
      match.fresh.push_back(of_model[i]);
    } else {
      match.rows.emplace_back(row->second, static_cast<int64_t>(i));
      rows.erase(row);
    }
  }
  for (const auto& [name, row] : rows) match.unused.push_back(name);
  return match;
}

std::vector<std::string> describe(const HeadMatch& match) {
  std::vector<std::string> lines = {
      fmt::format("the weights tell other classes apart{}: {} rows of the head by class names, {} start at random, {} "
                  "of the weights "
                  "are not used",
                  match.fresh.empty() && match.unused.empty() ? ", or the same in another order" : "",
                  match.rows.size(), match.fresh.size(), match.unused.size())};
  std::vector<std::string> moves;
  for (const auto& [from, to] : match.rows) moves.push_back(fmt::format("{} -> {}", from, to));
  if (!moves.empty()) lines.push_back("  rows: " + cut(moves));
  if (!match.fresh.empty()) lines.push_back("  start at random: " + cut(match.fresh));
  if (!match.unused.empty()) lines.push_back("  not used: " + cut(match.unused));
  return lines;
}

std::vector<std::string> names_of_class_rows() { return {"head.weight", "head.bias", "head.1.weight", "head.1.bias"}; }

bool has_class_rows(const std::string& name) {
  const std::vector<std::string> names = names_of_class_rows();
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> head_classes(Fs& fs, const WeightsPath& weights, const NamedTensors& model) {
  const WeightsFile file = open_named(fs, weights, model);
  const std::optional<ModelCard> card = card_in(texts_of(file), file.path());
  if (!card) return {};
  for (const TensorInfo& tensor : file.tensors()) {
    const bool fits = has_class_rows(tensor.name) && !tensor.shape.empty() &&
                      tensor.shape[0] == static_cast<int64_t>(card->class_names.size());
    if (fits) return card->class_names;
  }
  return {};
}

bool load_head_rows(Fs& fs, const WeightsPath& weights, const NamedTensors& model, const HeadMatch& match) {
  WeightsFile file = open_named(fs, weights, model);
  WeightsReader reader(file, weights);
  const torch::NoGradGuard no_grad;
  bool is_any_copied = false;
  for (const auto& [name, tensor] : model) {
    const TensorInfo* stored = has_class_rows(name) ? file.find(name) : nullptr;
    const std::vector<int64_t> shape = tensor.sizes().vec();
    if (!stored || stored->shape.size() != shape.size() ||
        !std::equal(shape.begin() + 1, shape.end(), stored->shape.begin() + 1)) {
      continue;
    }
    const SharedBytes bytes = reader.read(*stored);
    const torch::Tensor read =
        torch::from_blob(const_cast<std::byte*>(bytes->data()), stored->shape, torch_type(stored->dtype));
    torch::Tensor target = tensor;
    for (const auto& [from, to] : match.rows) target[to].copy_(read[from]);
    is_any_copied = true;
  }
  return is_any_copied;
}

}  // namespace itpn
