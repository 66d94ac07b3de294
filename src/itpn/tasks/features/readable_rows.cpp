#include "itpn/tasks/features/readable_rows.h"

#include <torch/torch.h>

#include <algorithm>
#include <vector>

namespace itpn {

at::Tensor readable_rows(const HostBatch& batch) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < batch.count; ++i) {
    if (!std::binary_search(batch.replaced.begin(), batch.replaced.end(), i)) rows.push_back(i);
  }
  return torch::tensor(rows, torch::kInt64);
}

}  // namespace itpn
