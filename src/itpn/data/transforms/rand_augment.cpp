#include "itpn/data/transforms/rand_augment.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <set>
#include <string_view>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

[[noreturn]] void refuse(const std::string& text, std::string_view part, const char* wanted) {
  throw usage_error(
      fmt::format("RandAugment \"{}\": \"{}\" {}; a whole one is rand-m9-mstd0.5-inc1", text, part, wanted));
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('-', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// A part such as "mstd0.5".
struct Setting {
  std::string_view name;
  double value = 0.0;
};

Setting read_setting(const std::string& text, std::string_view part) {
  Setting setting;
  const size_t digits = std::min(part.find_first_of("0123456789."), part.size());
  setting.name = part.substr(0, digits);
  const std::string_view number = part.substr(digits);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), setting.value);
  if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(setting.value)) {
    refuse(text, part, "is not a name and a number");
  }
  return setting;
}

void apply_setting(const std::string& text, std::string_view part, const Setting& setting, RandAugmentConfig& config) {
  const double value = setting.value;
  if (setting.name == "m") {
    if (value > kMaxMagnitude) refuse(text, part, "is more than 10");
    config.magnitude = value;
  } else if (setting.name == "mstd") {
    config.magnitude_std = value;
  } else if (setting.name == "inc") {
    config.is_increasing = true;
  } else if (setting.name == "n") {
    if (value < 1.0 || value > 100.0 || value != std::floor(value)) refuse(text, part, "is no number from 1 to 100");
    config.count = static_cast<int>(value);
  } else {
    refuse(text, part, "is none of m, mstd, inc, n");
  }
}

}  // namespace

RandAugmentConfig parse_rand_augment(const std::string& text) {
  RandAugmentConfig config;
  const auto parts = split(text);
  if (parts[0] != "rand") refuse(text, parts[0], "should be \"rand\"");
  std::set<std::string_view> seen;
  for (size_t i = 1; i < parts.size(); ++i) {
    const Setting setting = read_setting(text, parts[i]);
    if (!seen.insert(setting.name).second) refuse(text, parts[i], "is there twice");
    apply_setting(text, parts[i], setting, config);
  }
  return config;
}

bool has_direction(AugmentOp op, bool is_increasing) {
  switch (op) {
    case AugmentOp::kColor:
    case AugmentOp::kContrast:
    case AugmentOp::kBrightness:
    case AugmentOp::kSharpness:
      return is_increasing;
    case AugmentOp::kRotate:
    case AugmentOp::kShearX:
    case AugmentOp::kShearY:
    case AugmentOp::kTranslateXRel:
    case AugmentOp::kTranslateYRel:
      return true;
    default:
      return false;
  }
}

double augment_argument(AugmentOp op, double magnitude, bool is_negated, bool is_increasing) {
  const double v = magnitude / kMaxMagnitude;
  const auto turned = [&](double value) { return is_negated ? -value : value; };
  switch (op) {
    case AugmentOp::kAutoContrast:
    case AugmentOp::kEqualize:
    case AugmentOp::kInvert:
      return 0.0;
    case AugmentOp::kRotate:
      return turned(v * 30.0);
    case AugmentOp::kPosterize:
      return is_increasing ? 4 - static_cast<int>(v * 4) : static_cast<int>(v * 4);
    case AugmentOp::kSolarize:
      return is_increasing ? 256 - static_cast<int>(v * 256) : static_cast<int>(v * 256);
    case AugmentOp::kSolarizeAdd:
      return static_cast<int>(v * 110);
    case AugmentOp::kColor:
    case AugmentOp::kContrast:
    case AugmentOp::kBrightness:
    case AugmentOp::kSharpness:
      return is_increasing ? 1.0 + turned(v * 0.9) : v * 1.8 + 0.1;
    case AugmentOp::kShearX:
    case AugmentOp::kShearY:
      return turned(v * 0.3);
    case AugmentOp::kTranslateXRel:
    case AugmentOp::kTranslateYRel:
      return turned(v * 0.45);
  }
  return 0.0;
}

}  // namespace itpn
