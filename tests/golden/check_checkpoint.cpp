// checkpoint_*, clip_teacher_*.pt: weight archives, byte for byte. state_dict_shapes: sizes from names and shapes, and
// the models that they make.
#include <fmt/format.h>
#include <torch/torch.h>

#include <cstring>
#include <set>

#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/models/backbone/infer_sizes.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/models/detection/infer_detector.h"
#include "itpn/models/mim/distill_model.h"
#include "itpn/models/mim/mim_model.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

Tensors read_all(WeightsFile& file) {
  Tensors tensors;
  for (const TensorInfo& info : file.tensors()) {
    torch::Tensor tensor = torch::empty(info.shape, torch_type(info.dtype));
    file.read(info, {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()});
    tensors.emplace(info.name, tensor);
  }
  return tensors;
}

bool same_bytes(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         std::memcmp(a.const_data_ptr(), b.contiguous().const_data_ptr(), a.nbytes()) == 0;
}

std::set<std::string> names_of(const Tensors& tensors) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) names.insert(name);
  return names;
}

// The group of the expected tensors ("model/", "odd/") whose names are those of the archive.
std::string group_of(const Fixture& fixture, const std::set<std::string>& names) {
  std::set<std::string> groups;
  for (const auto& [name, tensor] : fixture.tensors) groups.insert(name.substr(0, name.find('/') + 1));
  for (const std::string& group : groups) {
    if (names_of(fixture.below(group)) == names) return group;
  }
  return "";
}

void check_optimizer(const Fixture& fixture, const std::string& archive, Comparison& comparison) {
  WeightsFile file(posix_fs(), fixture.folder + "/" + archive, {.key = "optimizer"});
  const Tensors found = read_all(file);
  for (const auto& [name, expected] : fixture.below("optimizer/")) {  // INDEX/exp_avg
    std::string key = "state." + name;
    key[key.find('/')] = '.';
    const auto item = found.find(key);
    comparison.holds(archive + " optimizer/" + name, item != found.end() && same_bytes(item->second, expected));
  }
}

std::string as_text(const nlohmann::json& value) {
  return value.is_string()         ? value.get<std::string>()
         : value.is_number_float() ? fmt::to_string(value.get<double>())
                                   : value.dump();
}

// What the archive says about the run that made it.
void check_values(const Fixture& fixture, const WeightsFile& file, Comparison& comparison) {
  const auto& found = file.metadata();
  if (!found.contains("epoch")) return;
  comparison.holds("epoch", found.at("epoch") == fixture.about.at("epoch").dump());
  for (const auto& [key, value] : fixture.about.at("args").items()) {
    if (value.is_null()) continue;
    comparison.holds("args." + key, found.contains("args." + key) && found.at("args." + key) == as_text(value));
  }
}

void check_archive(const Fixture& fixture, const std::string& archive, Comparison& comparison) {
  WeightsFile file(posix_fs(), fixture.folder + "/" + archive);
  const Tensors found = read_all(file);
  const std::string group = group_of(fixture, names_of(found));
  comparison.require(archive + " (names)", !group.empty());
  for (const auto& [name, expected] : fixture.below(group)) {
    const auto item = found.find(name);
    comparison.holds(archive + " " + name, item != found.end() && same_bytes(item->second, expected));
  }
  check_values(fixture, file, comparison);
  if (file.other_entries().contains("optimizer")) check_optimizer(fixture, archive, comparison);
}

// The archive has the teacher's weights, some in half precision, and integers beside them.
void check_teacher_archive(const Fixture& fixture, const std::string& archive, Comparison& comparison) {
  constexpr double kHalf = 1.0 / 2048;  // half precision rounds by this share at most
  WeightsFile file(posix_fs(), fixture.folder + "/" + archive);
  const Tensors found = read_all(file);
  const Tensors expected = fixture.below("weights/");
  for (const auto& [name, tensor] : expected) {
    const auto item = found.find(name);
    comparison.require(name + " (there)", item != found.end());
    if (item == found.end()) continue;
    const bool is_half = item->second.scalar_type() == torch::kFloat16;
    comparison.scaled(name, item->second.to(tensor.scalar_type()), tensor, is_half ? kHalf : 0.0);
  }
  for (const auto& [name, tensor] : found) {
    if (!expected.contains(name)) comparison.holds(name + " (extra)", !tensor.is_floating_point());
  }
}

void check_checkpoint(const Fixture& fixture, Comparison& comparison) {
  for (const auto& [archive, note] : fixture.about.at("files").items()) check_archive(fixture, archive, comparison);
}

using Shapes = std::map<std::string, std::vector<int64_t>>;

Shapes shapes_of(const torch::nn::Module& module) {
  Shapes shapes;
  for (const auto& [name, tensor] : named_weights(module)) shapes.emplace(name, tensor.sizes().vec());
  return shapes;
}

// The model that has those sizes.
Shapes build(const InferredSizes& sizes) {
  const BackboneConfig& backbone = sizes.backbone;
  if (sizes.teacher_dim) {
    DistillModelConfig config;
    config.backbone = backbone;
    config.pyramid = sizes.pyramid;
    config.teacher_dim = *sizes.teacher_dim;
    return shapes_of(*DistillModel(config, 0));
  }
  if (sizes.decoder) {
    MimConfig config{.backbone = backbone, .pyramid = sizes.pyramid, .decoder = *sizes.decoder, .mask = {}, .mfm = {}};
    config.mfm.enabled = sizes.has_feature_heads;
    return shapes_of(*MimModel(config, 0));
  }
  if (sizes.classes) return shapes_of(*Classifier(ClassifierConfig{backbone, *sizes.classes}, 0));
  return shapes_of(*Itpn(backbone, sizes.pyramid));
}

void check_state_dict_shapes(const Fixture& fixture, Comparison& comparison) {
  const torch::NoGradGuard no_grad;
  for (const auto& [model, about] : fixture.about.at("models").items()) {
    std::vector<TensorInfo> infos;
    Shapes expected;
    for (const auto& [name, shape] : about.at("shapes").items()) {
      infos.push_back({name, DType::kF32, shape.get<std::vector<int64_t>>(), 0, 0});
      expected.emplace(name, infos.back().shape);
    }
    if (has_detector_heads(infos)) {
      const Detector detector(infer_detector(infos, model), 0);
      std::erase_if(expected, [](const auto& item) { return item.first == "backbone.relative_position_index"; });
      comparison.holds(model + " (names and shapes)", shapes_of(*detector) == expected);
      continue;
    }
    const InferredSizes sizes = infer_sizes(infos, model);
    comparison.holds(model + " (a preset)", !sizes.preset.empty());
    // Position bias of another grid than the position table's belongs to dense tasks.
    const int64_t side = 2 * sizes.backbone.grid() - 1;
    const auto table =
        expected.find(fmt::format("blocks.{}.attn.relative_position_bias_table", sizes.backbone.block_count() + 1));
    if (table != expected.end() && table->second[0] != side * side) continue;
    comparison.holds(model + " (names and shapes)", build(sizes) == expected);
  }
}

const bool kAddedCheckpoint = add_kind("checkpoint", {check_checkpoint, Runs::kOnHost}) &&
                              add_kind("state_dict_shapes", {check_state_dict_shapes, Runs::kOnHost}) &&
                              add_archive_kind("checkpoint", {"checkpoint_expected", check_archive}) &&
                              add_archive_kind("clip_teacher", {"clip_teacher", check_teacher_archive});

}  // namespace
}  // namespace itpn::golden
