// Parameters and multiply-accumulates of a detector, by arithmetic.
#pragma once

#include "itpn/core/image_size.h"
#include "itpn/models/detection/detector.h"
#include "itpn/tasks/inspect/model_cost.h"

namespace itpn {

// Of one picture of that padded size: backbone and pyramid, proposals on all five maps, box heads on all boxes that the
// proposals leave, mask heads on as many objects as the detector tells at most. Batch normalisation is left out of the
// operations.
ModelCost detector_cost(const DetectorConfig& config, const ImageSize& image);

}  // namespace itpn
