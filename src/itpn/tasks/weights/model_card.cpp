#include "itpn/tasks/weights/model_card.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"

namespace itpn {
namespace {

constexpr const char* kCardKey = "itpn.model";
constexpr const char* kKindKey = "itpn.kind";
constexpr const char* kReadingKey = "itpn.reading";
constexpr const char* kClassesKey = "itpn.class_names";
constexpr const char* kDetectorKey = "itpn.detector";

}  // namespace

ModelCard model_card(const std::string& kind, const ModelConfig& model, const DataConfig& data,
                     const PreprocessConfig& preprocess) {
  ModelCard card;
  card.kind = kind;
  card.model = model;
  card.model.drop_path = 0.0;
  card.pictures = {data.image_size, data.mean, data.std};
  card.preprocess = preprocess;
  card.reading = {data.alpha, data.exif};
  return card;
}

Metadata to_metadata(const ModelCard& card) {
  Metadata metadata = {{kCardKey, dump_config(card)}, {kReadingKey, dump_config(card.reading)}};
  if (!card.kind.empty()) metadata[kKindKey] = card.kind;
  if (!card.class_names.empty()) metadata[kClassesKey] = nlohmann::json(card.class_names).dump();
  if (card.detector) metadata[kDetectorKey] = dump_config(*card.detector);
  return metadata;
}

std::optional<ModelCard> card_in(const Metadata& metadata, const std::string& file) {
  const auto found = metadata.find(kCardKey);
  if (found == metadata.end()) return std::nullopt;
  try {
    auto card = load_config<ModelCard>(file, found->second);
    if (const auto kind = metadata.find(kKindKey); kind != metadata.end()) card.kind = kind->second;
    const auto reading = metadata.find(kReadingKey);
    if (reading != metadata.end()) card.reading = load_config<ReadingConfig>(file, reading->second);
    const auto classes = metadata.find(kClassesKey);
    if (classes != metadata.end()) nlohmann::json::parse(classes->second).get_to(card.class_names);
    const auto detector = metadata.find(kDetectorKey);
    if (detector != metadata.end()) card.detector = load_config<DetectorCard>(file, detector->second);
    return card;
  } catch (const nlohmann::json::exception& error) {
    throw checkpoint_error(fmt::format("{}: the names of its classes cannot be read: {}", file, error.what()));
  } catch (const Error& error) {
    throw checkpoint_error(fmt::format("{}: its description of the model cannot be read: {}", file, error.what()));
  }
}

}  // namespace itpn
