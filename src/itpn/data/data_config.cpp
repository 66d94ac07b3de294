#include "itpn/data/data_config.h"

namespace itpn {

std::vector<double> imagenet_mean(int64_t channels) {
  if (channels == kGreyChannels) return {0.459};
  return {0.485, 0.456, 0.406};
}

std::vector<double> imagenet_std(int64_t channels) {
  if (channels == kGreyChannels) return {0.226};
  return {0.229, 0.224, 0.225};
}

void settle_statistics(DataConfig* data) {
  if (data->channels == kColourChannels) return;
  if (data->mean == imagenet_mean()) data->mean = imagenet_mean(data->channels);
  if (data->std == imagenet_std()) data->std = imagenet_std(data->channels);
}

}  // namespace itpn
