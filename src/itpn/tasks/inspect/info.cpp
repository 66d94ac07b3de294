#include "itpn/tasks/inspect/info.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/weights_file.h"
#include "itpn/models/detection/infer_detector.h"
#include "itpn/tasks/inspect/detector_cost.h"
#include "itpn/tasks/inspect/model_cost.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {
namespace {

constexpr int64_t kImageNetClasses = 1000;
constexpr double kMaskRatio = 0.75;

// Parameters in millions and operations in thousand millions, as the paper's Table 1 has them.
struct PaperFigures {
  double parameters = 0, operations = 0;
};

std::optional<PaperFigures> paper_figures(const std::string& preset) {
  if (preset == "itpn-base") return PaperFigures{79, 17.8};
  if (preset == "itpn-large") return PaperFigures{288, 61.2};
  return std::nullopt;
}

ImageSize checked_size(const InfoRequest& request, const BackboneConfig& model) {
  const ImageSize size = request.image_size.value_or(model.image_size);
  if (divides(model.patch_size, size)) return size;
  throw usage_error(fmt::format("an image of {} x {} pixels does not divide into patches of {}", size.height,
                                size.width, model.patch_size));
}

// The model in its uses.
struct Costs {
  ModelCost classification, pretraining, pretraining_masked, detection;
};

Costs all_costs(const Preset& preset, const ImageSize& image) {
  PictureGrid picture{patch_grid(image, preset.backbone.patch_size)};
  Costs costs{classification_cost(preset, picture, kImageNetClasses),
              pretraining_cost(preset, picture),
              {},
              detection_cost(preset, picture)};
  picture.visible_share = 1.0 - kMaskRatio;
  costs.pretraining_masked = pretraining_cost(preset, picture);
  return costs;
}

double giga(double value) { return value / 1e9; }

// GMACs with five operations for each entry that passes a norm, as a common counting tool has it.
double with_norms(const ModelCost& cost) { return giga(cost.macs() + 5 * cost.norm_elements()); }

std::string with_commas(int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), 1, ',');
  return digits;
}

std::string gmacs(double macs) { return macs == 0 ? "-" : fmt::format("{:.4f}", giga(macs)); }

std::string section(const std::string& title, const ModelCost& cost) {
  std::string text = fmt::format("\n{:<28}{:>14}{:>12}\n", title, "parameters", "GMACs");
  for (const ComponentCost& c : cost.components) {
    text += fmt::format("  {:<26}{:>14}{:>12}\n", c.name, c.parameters == 0 ? "-" : with_commas(c.parameters),
                        gmacs(c.macs));
  }
  return text + fmt::format("  {:<26}{:>14}{:>12}\n", "total", with_commas(cost.parameters()), gmacs(cost.macs()));
}

std::string pretraining_section(const Costs& costs) {
  const std::string masked = fmt::format("{:.0f} % masked", 100 * kMaskRatio);
  std::string text =
      fmt::format("\n{:<28}{:>14}{:>12}{:>14}\n", "pre-training (pixels)", "parameters", "GMACs", masked);
  for (size_t i = 0; i < costs.pretraining.components.size(); ++i) {
    const ComponentCost& c = costs.pretraining.components[i];
    text += fmt::format("  {:<26}{:>14}{:>12}{:>14}\n", c.name, c.parameters == 0 ? "-" : with_commas(c.parameters),
                        gmacs(c.macs), gmacs(costs.pretraining_masked.components[i].macs));
  }
  return text + fmt::format("  {:<26}{:>14}{:>12}{:>14}\n", "total", with_commas(costs.pretraining.parameters()),
                            gmacs(costs.pretraining.macs()), gmacs(costs.pretraining_masked.macs()));
}

std::string paper_lines(const std::string& preset, const ModelCost& classification) {
  const auto paper = paper_figures(preset);
  if (!paper) return "\nThe paper's Table 1 does not have this model.\n";
  return fmt::format(
      "\nclassification (224 x 224)      parameters  operations\n"
      "  paper, Table 1              {:>10.0f} M{:>10.1f} G\n"
      "  this program                {:>10.1f} M{:>10.2f} G ({:.2f} G with 5 operations per normed entry)\n",
      paper->parameters, paper->operations, static_cast<double>(classification.parameters()) / 1e6,
      giga(classification.macs()), with_norms(classification));
}

std::string as_table(const std::string& name, const Preset& preset, const ImageSize& image) {
  const BackboneConfig& b = preset.backbone;
  const Costs costs = all_costs(preset, image);
  const Costs native = all_costs(preset, b.image_size);
  return fmt::format(
             "{}: width {}, C-MLP blocks {} + {}, attention blocks {} with {} heads, pyramid width {}\n"
             "one picture of {} x {} pixels, patch {}; position table for {} x {} patches; GMACs are 10^9 "
             "multiply-accumulates\n",
             name, b.embed_dim, b.stage1_depth, b.stage2_depth, b.depth, b.num_heads, preset.pyramid.fpn_dim,
             image.height, image.width, b.patch_size, b.grid(), b.grid()) +
         section(fmt::format("classification ({})", kImageNetClasses), costs.classification) +
         pretraining_section(costs) + section("detection backbone", costs.detection) +
         paper_lines(name, native.classification);
}

nlohmann::ordered_json as_json(const ModelCost& cost) {
  nlohmann::ordered_json components = nlohmann::ordered_json::array();
  for (const ComponentCost& c : cost.components) {
    components.push_back({{"name", c.name}, {"parameters", c.parameters}, {"gmacs", giga(c.macs)}});
  }
  return {{"parameters", cost.parameters()},
          {"gmacs", giga(cost.macs())},
          {"gmacs_with_norms", with_norms(cost)},
          {"components", components}};
}

std::string as_json(const std::string& name, const Preset& preset, const ImageSize& image) {
  const Costs costs = all_costs(preset, image);
  nlohmann::ordered_json json = {{"preset", name},
                                 {"image_height", image.height},
                                 {"image_width", image.width},
                                 {"patch_size", preset.backbone.patch_size},
                                 {"classes", kImageNetClasses},
                                 {"classification", as_json(costs.classification)},
                                 {"pretraining", as_json(costs.pretraining)},
                                 {"pretraining_masked", as_json(costs.pretraining_masked)},
                                 {"detection_backbone", as_json(costs.detection)}};
  json["pretraining_masked"]["mask_ratio"] = kMaskRatio;
  if (const auto paper = paper_figures(name)) {
    json["paper_table_1"] = {{"parameters_millions", paper->parameters}, {"gflops", paper->operations}};
  }
  return json.dump(2) + "\n";
}

// A lying picture of the largest sides that the detector looks at, padded.
ImageSize largest_picture(const nlohmann::ordered_json& detector, int64_t patch) {
  const int64_t divisor = std::lcm(int64_t{32}, patch);
  const auto padded = [&](const char* side) {
    return (detector.at(side).get<int64_t>() + divisor - 1) / divisor * divisor;
  };
  return {padded("short_side"), padded("longest_side")};
}

DetectorConfig detector_in(const WeightsInfoRequest& request) {
  WeightsFile file = open_weights(posix_fs(), find_weights(posix_fs(), request.path, request.key),
                                  {request.key, !request.skip_checksums});
  strip_model_prefix(file);
  return infer_detector(file.tensors(), file.path());
}

}  // namespace

std::string model_info(const InfoRequest& request) {
  const Preset preset = find_preset(request.preset);
  const ImageSize image = checked_size(request, preset.backbone);
  return request.json ? as_json(request.preset, preset, image) : as_table(request.preset, preset, image);
}

std::string file_info(const WeightsInfoRequest& request, const std::optional<ImageSize>& image_size) {
  WeightsInfoRequest of_program = request;
  of_program.json = true;
  const std::string told = weights_info(of_program);
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(told);
  if (!json.contains("detector")) return request.json ? told : weights_info(request);
  const DetectorConfig config = detector_in(request);
  const ImageSize image = image_size.value_or(largest_picture(json.at("detector"), config.backbone.patch_size));
  const ModelCost cost = detector_cost(config, image);
  if (!request.json) {
    return weights_info(request) + section(fmt::format("picture of {} x {}", image.height, image.width), cost);
  }
  json["cost"] = as_json(cost);
  json["cost"]["image_height"] = image.height;
  json["cost"]["image_width"] = image.width;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
