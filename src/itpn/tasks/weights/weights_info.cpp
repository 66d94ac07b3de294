#include "itpn/tasks/weights/weights_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/backbone/infer_sizes.h"
#include "itpn/models/clip/clip_config.h"
#include "itpn/models/detection/infer_detector.h"
#include "itpn/tasks/weights/load_forecast.h"
#include "itpn/tasks/weights/model_card.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {
namespace {

int64_t elements_of(const TensorInfo& tensor) { return static_cast<int64_t>(tensor.bytes) / dtype_size(tensor.dtype); }

nlohmann::ordered_json sizes_json(const InferredSizes& s) {
  nlohmann::ordered_json json = {{"preset", s.preset.empty() ? nlohmann::json() : nlohmann::json(s.preset)},
                                 {"embed_dim", s.backbone.embed_dim},
                                 {"stage1_depth", s.backbone.stage1_depth},
                                 {"stage2_depth", s.backbone.stage2_depth},
                                 {"depth", s.backbone.depth},
                                 {"num_heads", s.backbone.num_heads},
                                 {"heads_are_certain", s.are_heads_certain},
                                 {"image_size", s.backbone.image_size},
                                 {"patch_size", s.backbone.patch_size},
                                 {"in_channels", s.backbone.in_channels},
                                 {"stage_mixer", s.backbone.stage_mixer},
                                 {"relative_position_bias", s.backbone.rpe},
                                 {"layer_scale", s.backbone.layer_scale > 0},
                                 {"num_outs", s.pyramid.num_outs},
                                 {"feature_heads", s.has_feature_heads}};
  if (s.pyramid.num_outs > 1) {
    json["fpn_dim"] = s.pyramid.fpn_dim;
    json["fpn_depth"] = s.pyramid.fpn_depth;
  }
  if (s.decoder) {
    json["decoder"] = {{"dim", s.decoder->dim}, {"depth", s.decoder->depth}, {"num_heads", s.decoder->num_heads}};
  }
  if (s.classes) json["classes"] = *s.classes;
  return json;
}

// What each use of the file would load, as one text a use.
nlohmann::ordered_json loads_json(const std::vector<LoadForecast>& forecasts) {
  nlohmann::ordered_json json;
  for (const LoadForecast& forecast : forecasts) {
    std::string text = fmt::format("{} tensors", forecast.loaded);
    for (const auto& [reason, count] : forecast.left_out) text += fmt::format(", not the {} of: {}", count, reason);
    json[forecast.use] = text;
  }
  return json;
}

nlohmann::ordered_json sizes_json(const ClipFileLayout& layout) {
  const ClipVisionConfig& s = layout.sizes;
  return {{"names", layout.naming == ClipNaming::kOpenAi ? "OpenAI's" : "Hugging Face's"},
          {"width", s.width},
          {"depth", s.depth},
          {"num_heads", s.num_heads},
          {"mlp_width", s.mlp_width},
          {"output_dim", s.output_dim},
          {"image_size", s.grid * s.patch_size},
          {"patch_size", s.patch_size},
          {"in_channels", s.in_channels}};
}

// What is beside the backbone of a detector, and how it is used.
nlohmann::ordered_json detector_json(const WeightsFile& file, const std::optional<ModelCard>& card) {
  const DetectorConfig config = infer_detector(file.tensors(), file.path());
  const DetectorCard use = card && card->detector ? *card->detector : card_of(config);
  const BoxHeadConfig& box = config.roi.box;
  nlohmann::ordered_json json = {{"stages", config.roi.stages.size()}, {"masks", config.roi.has_masks},
                                 {"box_head_convs", box.convs},        {"box_head_fcs", box.fcs},
                                 {"box_head_dim", box.fc_dim},         {"box_for_each_class", !box.is_agnostic},
                                 {"short_side", use.short_side},       {"longest_side", use.longest_side}};
  const std::vector<std::string> names = card ? card->class_names : names_of_classes(box.classes);
  if (!names.empty()) json["class_names"] = names;
  return json;
}

// A detector of any names in front; the names have to be its own.
nlohmann::ordered_json detector_file_json(WeightsFile& file) {
  const std::vector<TensorInfo> backbone = backbone_of_detector(file.tensors());
  const InferredSizes sizes = infer_sizes(backbone, file.path());
  InferredSizes shown = sizes;
  const std::optional<ModelCard> card = card_in(texts_of(file), file.path());
  if (card) shown.backbone.image_size = card->pictures.image_size;
  const DetectorConfig config = infer_detector(file.tensors(), file.path());
  shown.classes = config.roi.box.classes;
  const bool is_cascade = config.roi.stages.size() > 1;
  nlohmann::ordered_json json = {{"model", is_cascade ? "detector (Cascade Mask R-CNN)" : "detector (Mask R-CNN)"}};
  json["sizes"] = sizes_json(shown);
  json["detector"] = detector_json(file, card);
  std::vector<LoadForecast> forecasts = {forecast_detector_load(file.tensors())};
  for (LoadForecast& forecast : forecast_loads(backbone, sizes)) forecasts.push_back(std::move(forecast));
  json["loads"] = loads_json(forecasts);
  return json;
}

// Takes the prefix of an iTPN off the names.
nlohmann::ordered_json itpn_json(WeightsFile& file) {
  nlohmann::ordered_json json = {{"prefix", strip_model_prefix(file)}};
  if (has_detector_heads(file.tensors())) {
    json.update(detector_file_json(file));
    return json;
  }
  const InferredSizes sizes = infer_sizes(file.tensors(), file.path());
  json["model"] = sizes.kind();
  InferredSizes shown = sizes;
  // Position tables are square; only the card knows other shapes.
  if (const auto card = card_in(texts_of(file), file.path())) shown.backbone.image_size = card->pictures.image_size;
  json["sizes"] = sizes_json(shown);
  json["loads"] = loads_json(forecast_loads(file.tensors(), sizes));
  return json;
}

// The same for the vision tower of CLIP.
nlohmann::ordered_json clip_json(WeightsFile& file) {
  nlohmann::ordered_json json = {{"prefix", file.strip_prefix(is_clip_vision_name)}};
  const ClipFileLayout layout = find_clip_layout(file.tensors(), file.path());
  json["model"] = "vision tower of CLIP";
  json["sizes"] = sizes_json(layout);
  json["loads"] = loads_json(forecast_teacher_loads(file.tensors()));
  return json;
}

// Where the file is of no kind that we know, it tells why it is not the first one.
nlohmann::ordered_json model_json(WeightsFile& file) {
  std::string why;
  try {
    return itpn_json(file);
  } catch (const Error& error) {
    why = error.what();
  }
  try {
    return clip_json(file);
  } catch (const Error&) {
    return {{"model", nullptr}, {"why", why}};
  }
}

nlohmann::ordered_json info_json(WeightsFile& file, bool list_tensors) {
  const nlohmann::ordered_json model = model_json(file);
  int64_t elements = 0;
  std::map<std::string, size_t> dtypes;
  for (const TensorInfo& tensor : file.tensors()) {
    elements += elements_of(tensor);
    ++dtypes[dtype_name(tensor.dtype)];
  }
  nlohmann::ordered_json json = {{"path", file.path()},
                                 {"format", format_name(file.format())},
                                 {"entry", file.key()},
                                 {"tensors", file.tensors().size()},
                                 {"elements", elements},
                                 {"types", dtypes},
                                 {"outside_prefix", file.outside().size()},
                                 {"other_entries", file.other_entries()},
                                 {"left_out", file.left_out_lines()}};
  json.update(model);
  if (!list_tensors) return json;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const TensorInfo& tensor : file.tensors()) {
    list.push_back({{"name", tensor.name}, {"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}});
  }
  json["list"] = list;
  return json;
}

bool says_nothing(const nlohmann::ordered_json& value) {
  return (value.is_structured() && value.empty()) || value == "";
}

// One line for each entry of the JSON that says something, nested ones indented; tensors as a table.
std::string as_text(const nlohmann::ordered_json& json) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    if (says_nothing(value)) continue;
    if (key == "list") {
      for (const auto& tensor : value) {
        text += fmt::format("  {:<60} {:<5} {}\n", tensor.at("name").get<std::string>(),
                            tensor.at("dtype").get<std::string>(), tensor.at("shape").dump());
      }
    } else if (value.is_object()) {
      text += key + ":\n";
      for (const auto& [name, inner] : value.items()) {
        text += fmt::format("  {}: {}\n", name, inner.is_string() ? inner.get<std::string>() : inner.dump());
      }
    } else {
      text += fmt::format("{}: {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text;
}

}  // namespace

bool is_weights_path(const std::string& text) {
  const std::vector<std::string> presets = preset_names();
  if (std::find(presets.begin(), presets.end(), text) != presets.end()) return false;
  return is_weights_name(text) || text.find('/') != std::string::npos || exists(posix_fs(), text);
}

std::string weights_info(const WeightsInfoRequest& request) {
  Fs& fs = posix_fs();
  // One shard of several can be looked at, though not loaded.
  const WeightsPath source =
      is_directory(fs, request.path) ? find_weights(fs, request.path, request.key) : WeightsPath{request.path, {}, ""};
  WeightsFile file = open_weights(fs, source, {request.key, !request.skip_checksums});
  const nlohmann::ordered_json json = info_json(file, request.tensors);
  return request.json ? json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n" : as_text(json);
}

}  // namespace itpn
