#include "itpn/tasks/convert.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/weights_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/backbone/infer_sizes.h"
#include "itpn/tasks/load_forecast.h"

namespace itpn {
namespace {

constexpr const char* kMetadataEntry = "metadata.";  // where our own .pth files keep the texts

WeightsFile open_weights(const std::string& path, const std::string& key, bool skip_checksums) {
  const WeightsPath source = find_weights(posix_fs(), path, key);
  return WeightsFile(posix_fs(), source.path, {source.checkpoint ? "" : key, !skip_checksums});
}

std::map<std::string, std::string> metadata_of(const WeightsFile& file) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : file.metadata()) {
    result[name.starts_with(kMetadataEntry) ? name.substr(std::char_traits<char>::length(kMetadataEntry)) : name] =
        value;
  }
  return result;
}

std::string origin_of(const WeightsFile& file) {
  return file.key().empty() ? format_name(file.format())
                            : fmt::format("{}, entry \"{}\"", format_name(file.format()), file.key());
}

bool is_backbone_name(const std::string& name) {
  return name == "absolute_pos_embed" || name.starts_with("patch_embed.") || name.starts_with("blocks.");
}

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
nlohmann::ordered_json loads_json(std::span<const TensorInfo> tensors) {
  nlohmann::ordered_json json;
  for (const LoadForecast& forecast : forecast_loads(tensors)) {
    std::string text = fmt::format("{} tensors", forecast.loaded);
    for (const auto& [reason, count] : forecast.left_out) text += fmt::format(", not the {} of: {}", count, reason);
    json[forecast.use] = text;
  }
  return json;
}

nlohmann::ordered_json info_json(WeightsFile& file, bool list_tensors) {
  const std::string prefix = file.strip_prefix(is_backbone_name);
  int64_t elements = 0;
  std::map<std::string, size_t> dtypes;
  for (const TensorInfo& tensor : file.tensors()) {
    elements += elements_of(tensor);
    ++dtypes[dtype_name(tensor.dtype)];
  }
  nlohmann::ordered_json json = {
      {"path", file.path()}, {"format", format_name(file.format())},    {"entry", file.key()},
      {"prefix", prefix},    {"tensors", file.tensors().size()},        {"elements", elements},
      {"types", dtypes},     {"outside_prefix", file.outside().size()}, {"other_entries", file.other_entries()}};
  try {
    const InferredSizes sizes = infer_sizes(file.tensors(), file.path());
    json["model"] = sizes.kind();
    json["sizes"] = sizes_json(sizes);
    json["loads"] = loads_json(file.tensors());
  } catch (const Error& error) {
    json["model"] = nullptr;
    json["why"] = error.what();
  }
  if (!list_tensors) return json;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const TensorInfo& tensor : file.tensors()) {
    list.push_back({{"name", tensor.name}, {"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}});
  }
  json["list"] = list;
  return json;
}

// One line for each entry of the JSON, nested ones indented; tensors as a table.
std::string as_text(const nlohmann::ordered_json& json) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
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

ConvertResult convert_weights(const ConvertRequest& request) {
  Fs& fs = posix_fs();
  if (!is_weights_name(request.output)) {
    throw usage_error(fmt::format("{}: the name of a weights file ends in .safetensors, .pth or .pt", request.output));
  }
  if (!request.overwrite && exists(fs, request.output)) {
    throw usage_error(fmt::format("{} exists already; give --overwrite to replace it", request.output));
  }
  WeightsFile file = open_weights(request.input, request.key, request.skip_checksums);
  ConvertResult result{file.tensors().size(), 0, origin_of(file)};
  std::vector<std::vector<std::byte>> contents;
  std::vector<TensorBytes> tensors;
  for (const TensorInfo& info : file.tensors()) {
    contents.emplace_back(info.bytes);
    file.read(info, contents.back());
    tensors.push_back({info.name, info.dtype, info.shape, contents.back()});
    result.bytes += info.bytes;
  }
  write_weights_file(fs, request.output, tensors, metadata_of(file));
  return result;
}

bool is_weights_path(const std::string& text) {
  const std::vector<std::string> presets = preset_names();
  if (std::find(presets.begin(), presets.end(), text) != presets.end()) return false;
  return is_weights_name(text) || text.find('/') != std::string::npos || exists(posix_fs(), text);
}

std::string weights_info(const WeightsInfoRequest& request) {
  WeightsFile file = open_weights(request.path, request.key, request.skip_checksums);
  const nlohmann::ordered_json json = info_json(file, request.tensors);
  return request.json ? json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n" : as_text(json);
}

}  // namespace itpn
