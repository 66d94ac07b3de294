#include "itpn/models/backbone/itpn.h"

#include <torch/torch.h>

namespace itpn {

ItpnImpl::ItpnImpl(const BackboneConfig& backbone_config, const PyramidConfig& pyramid_config)
    : backbone(backbone_config, *this), pyramid(backbone_config, pyramid_config, *this) {}

}  // namespace itpn
