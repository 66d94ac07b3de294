// Annotations and results from hostile text: a data error, or values that are written and read again unchanged, and
// that the arithmetic on masks can take.
#include <cstdlib>
#include <string>
#include <string_view>

#include "itpn/core/errors.h"
#include "itpn/io/coco_json.h"

namespace {

constexpr int64_t kMostPixels = 1 << 20;

// Calls `work`, which may end with a data error.
template <class Work>
void try_to(const Work& work) {
  try {
    work();
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kData) throw;
  }
}

void use_mask(const itpn::Segmentation& mask) {
  if (const auto* rle = std::get_if<itpn::Rle>(&mask)) {
    const itpn::CornerBox box = itpn::rle_box(*rle);
    if (itpn::rle_area(*rle) > 0 && box.area() < 1) std::abort();
    if (rle->height * rle->width > kMostPixels) return;
    if (itpn::rle_area(itpn::encode_bitmap(itpn::decode_rle(*rle))) != itpn::rle_area(*rle)) std::abort();
  } else if (itpn::has_mask(mask)) {
    try_to([&] { itpn::check_rle(itpn::to_rle(mask, 48, 64)); });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_to([&] {
    const itpn::CocoSet set = itpn::parse_coco(text, "input");
    for (const itpn::CocoAnnotation& annotation : set.annotations) use_mask(annotation.mask);
    const std::string written = itpn::coco_text(set);
    if (itpn::coco_text(itpn::parse_coco(written, "again")) != written) std::abort();
  });
  try_to([&] {
    const auto results = itpn::parse_coco_results(text, "input");
    for (const itpn::CocoResult& result : results) use_mask(result.mask);
    const std::string written = itpn::coco_results_text(results);
    if (itpn::coco_results_text(itpn::parse_coco_results(written, "again")) != written) std::abort();
  });
  return 0;
}
