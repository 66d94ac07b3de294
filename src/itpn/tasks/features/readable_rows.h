// Which pictures of a batch count when something is measured.
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/structures/host_batch.h"

namespace itpn {

// Rows of a batch whose own pictures could be read, (kept) int64.
at::Tensor readable_rows(const HostBatch& batch);

}  // namespace itpn
