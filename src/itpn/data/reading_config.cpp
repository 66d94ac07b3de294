#include "itpn/data/reading_config.h"

#include <cmath>

namespace itpn {

DecodeOptions decode_options(const ReadingConfig& config) {
  DecodeOptions options;
  options.alpha = config.alpha == "white"   ? AlphaRule::kWhite
                  : config.alpha == "black" ? AlphaRule::kBlack
                                            : AlphaRule::kDrop;
  options.applies_exif = config.exif == "apply";
  return options;
}

DecodeOptions decode_options(const DataConfig& config) {
  DecodeOptions options = decode_options(ReadingConfig{config.alpha, config.exif});
  options.refuses_damage = config.damaged == "skip";
  options.limit = {std::llround(config.max_megapixels * 1e6), "data.max_megapixels"};
  return options;
}

}  // namespace itpn
