#include "itpn/data/loader.h"

#include <algorithm>
#include <thread>

namespace itpn {

template class BatchLoader<PictureAssembler>;

int64_t loader_threads(int64_t workers) {
  return workers > 0 ? workers : std::max<int64_t>(1, static_cast<int64_t>(std::thread::hardware_concurrency()) - 1);
}

}  // namespace itpn
