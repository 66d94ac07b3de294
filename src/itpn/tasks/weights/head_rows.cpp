#include "itpn/tasks/weights/head_rows.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <set>

#include "itpn/core/words.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/load_plan.h"
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

const ClassRows* kind_of(const std::string& name, const std::vector<ClassRows>& rows) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const ClassRows& kind) { return matches_pattern(name, kind.pattern); });
  return found == rows.end() ? nullptr : &*found;
}

// The same but for the number of rows.
bool is_as_wide(const TensorInfo& stored, const torch::Tensor& tensor) {
  const std::vector<int64_t> shape = tensor.sizes().vec();
  return stored.shape.size() == shape.size() && std::equal(shape.begin() + 1, shape.end(), stored.shape.begin() + 1);
}

// False where `from` and `to` do not have as many rows for their classes as expected.
bool copy_rows(const torch::Tensor& from, const torch::Tensor& to, const HeadMatch& match, int64_t per_class) {
  const torch::NoGradGuard no_grad;
  const int64_t others = to.size(0) - match.wanted * per_class;
  if (others < 0 || from.size(0) - match.stored * per_class != others) return false;
  const auto block = [](const torch::Tensor& tensor, int64_t begin, int64_t count) {
    return tensor.slice(0, begin, begin + count);
  };
  for (const auto& [row, place] : match.rows) {
    block(to, place * per_class, per_class).copy_(block(from, row * per_class, per_class));
  }
  if (others > 0) block(to, match.wanted * per_class, others).copy_(block(from, match.stored * per_class, others));
  return true;
}

std::string cut(const std::vector<std::string>& names) { return list_of(names, kMaxShown, ", ..."); }

}  // namespace

HeadMatch match_classes(const std::vector<std::string>& of_weights, const std::vector<std::string>& of_model) {
  HeadMatch match;
  match.stored = static_cast<int64_t>(of_weights.size());
  match.wanted = static_cast<int64_t>(of_model.size());
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

const std::vector<ClassRows>& classifier_rows() {
  static const std::vector<ClassRows> rows = {{"head.weight"}, {"head.bias"}, {"head.1.weight"}, {"head.1.bias"}};
  return rows;
}

const std::vector<ClassRows>& detector_rows() {
  static const std::vector<ClassRows> rows = {{"*.fc_cls.*"}, {"*.fc_reg.*", 4}, {"*.conv_logits.*"}};
  return rows;
}

std::vector<std::string> patterns_of(const std::vector<ClassRows>& rows) {
  std::vector<std::string> patterns;
  for (const ClassRows& kind : rows) patterns.push_back(kind.pattern);
  return patterns;
}

bool has_class_rows(const std::string& name, const std::vector<ClassRows>& rows) {
  return kind_of(name, rows) != nullptr;
}

NamedTensors without_class_rows(const NamedTensors& model, const std::vector<ClassRows>& rows) {
  NamedTensors others;
  for (const auto& entry : model) {
    if (!has_class_rows(entry.first, rows)) others.push_back(entry);
  }
  return others;
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

bool load_head_rows(Fs& fs, const WeightsPath& weights, const NamedTensors& model, const HeadMatch& match,
                    const std::vector<ClassRows>& rows) {
  WeightsFile file = open_named(fs, weights, model);
  WeightsReader reader(file, weights);
  bool is_any_copied = false;
  for (const auto& [name, tensor] : model) {
    const ClassRows* kind = kind_of(name, rows);
    const TensorInfo* stored = kind ? file.find(name) : nullptr;
    if (!stored || !is_as_wide(*stored, tensor)) continue;
    const SharedBytes bytes = reader.read(*stored);
    const torch::Tensor read =
        torch::from_blob(const_cast<std::byte*>(bytes->data()), stored->shape, torch_type(stored->dtype));
    is_any_copied |= copy_rows(read, tensor, match, kind->per_class);
  }
  return is_any_copied;
}

}  // namespace itpn
