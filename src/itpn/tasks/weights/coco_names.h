// The classes of the published detectors.
#pragma once

#include <string>
#include <vector>

namespace itpn {

// The 80 classes of COCO 2017 in the order of its files.
const std::vector<std::string>& coco_names();

}  // namespace itpn
