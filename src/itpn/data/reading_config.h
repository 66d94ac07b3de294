// How a model wants stored pictures to be read: a part of the table [data] that travels with the weights.
#pragma once

#include <string>

#include "itpn/data/data_config.h"
#include "itpn/io/decode_options.h"

namespace itpn {

// The words of data.alpha and data.exif. The defaults are what weights that say nothing were trained with.
struct ReadingConfig {
  std::string alpha = "drop";
  std::string exif = "ignore";
};

template <class V>
void visit_fields(V& v, ReadingConfig& c) {
  v("alpha", c.alpha, {.doc = "what shines through transparent pixels", .one_of = {"white", "black", "drop"}});
  v("exif", c.exif, {.doc = "what becomes of the EXIF orientation", .one_of = {"apply", "ignore"}});
}

DecodeOptions decode_options(const ReadingConfig& config);
// With the keys data.damaged and data.max_megapixels too.
DecodeOptions decode_options(const DataConfig& config);

}  // namespace itpn
