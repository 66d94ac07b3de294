#include "itpn/tasks/detect/picture_detector.h"

#include <torch/torch.h>

#include <map>
#include <numeric>
#include <utility>

#include "itpn/models/detection/detection_input.h"

namespace itpn {
namespace {

// Places of a batch that go through the model together.
std::vector<std::vector<size_t>> groups_of(const DetectionBatch& batch, bool one_by_one) {
  std::map<std::pair<int64_t, int64_t>, std::vector<size_t>> by_size;
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < batch.pictures.size(); ++i) {
    const DetectionPicture& picture = batch.pictures[i];
    if (one_by_one) {
      groups.push_back({i});
    } else {
      by_size[{picture.padded_height, picture.padded_width}].push_back(i);
    }
  }
  for (auto& [size, places] : by_size) groups.push_back(std::move(places));
  return groups;
}

// The pictures at `places`, which are of one padded size, without what the batch adds to it.
DetectorInput part_of(const DetectorInput& input, const DetectionBatch& batch, const std::vector<size_t>& places) {
  const DetectionPicture& first = batch.pictures[places.front()];
  std::vector<at::Tensor> images;
  DetectorInput part;
  for (const size_t place : places) {
    images.push_back(
        input.images[static_cast<int64_t>(place)].slice(1, 0, first.padded_height).slice(2, 0, first.padded_width));
    part.pictures.push_back(input.pictures[place]);
  }
  part.images = torch::stack(images).contiguous(at::MemoryFormat::ChannelsLast);
  return part;
}

template <class T>
std::vector<T> values_of(const at::Tensor& tensor, torch::ScalarType type) {
  const at::Tensor host = tensor.to(type).cpu().contiguous();
  const T* const first = host.const_data_ptr<T>();
  return {first, first + host.numel()};
}

FoundPicture in_host_memory(const Detections& found, const DetectionPicture& picture) {
  FoundPicture result;
  result.height = picture.original_height;
  result.width = picture.original_width;
  const std::vector<float> corners = values_of<float>(found.boxes, torch::kFloat32);
  for (size_t i = 0; i + 3 < corners.size(); i += 4) {
    result.boxes.push_back({corners[i], corners[i + 1], corners[i + 2], corners[i + 3]});
  }
  result.scores = values_of<float>(found.scores, torch::kFloat32);
  result.labels = values_of<int64_t>(found.labels, torch::kInt64);
  if (found.masks.defined()) result.masks = found.masks.to(torch::kFloat32).cpu().contiguous();
  return result;
}

}  // namespace

int64_t detection_divisor(int64_t patch_size) { return std::lcm(int64_t{32}, patch_size); }

PictureDetector::PictureDetector(Detector model, ops::PixelStatistics statistics, torch::Device device)
    : model_(std::move(model)), statistics_(std::move(statistics)), device_(device) {}

std::vector<FoundPicture> PictureDetector::look_at(const DetectorInput& input, const DetectionBatch& batch,
                                                   const std::vector<size_t>& places) {
  const std::vector<Detections> found = model_->detect(part_of(input, batch, places));
  std::vector<FoundPicture> pictures;
  for (size_t i = 0; i < places.size(); ++i) pictures.push_back(in_host_memory(found[i], batch.pictures[places[i]]));
  return pictures;
}

std::vector<FoundPicture> PictureDetector::detect(const DetectionBatch& batch) {
  const torch::NoGradGuard no_grad;
  const bool was_training = model_->is_training();
  model_->eval();
  const DetectorInput input = detector_input(batch, statistics_, device_);
  std::vector<FoundPicture> all(batch.pictures.size());
  for (const std::vector<size_t>& places : groups_of(batch, device_.is_cpu())) {
    std::vector<FoundPicture> found = look_at(input, batch, places);
    for (size_t i = 0; i < places.size(); ++i) all[places[i]] = std::move(found[i]);
  }
  model_->train(was_training);
  return all;
}

}  // namespace itpn
