#include "itpn/data/loader.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/signals.h"
#include "itpn/core/stopwatch.h"
#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {

template class BatchLoader<PictureAssembler>;

int64_t loader_threads(int64_t workers) { return workers > 0 ? workers : std::max<int64_t>(1, usable_cores() - 1); }

}  // namespace itpn
