#include "itpn/models/detection/detection_input.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstring>

#include "itpn/ops/to_device.h"

namespace itpn {
namespace {

constexpr int64_t kValues = 256;
constexpr double kWhite = 255.0;

// (C) of values 0 to 255, rounded to single precision once.
at::Tensor of_bytes(const std::vector<double>& values) {
  return (torch::tensor(values, torch::kFloat64) * kWhite).to(torch::kFloat32);
}

// (..., C) -> (v - 255 mean) / (255 std)
at::Tensor normalised(const at::Tensor& values, const ops::PixelStatistics& statistics) {
  const at::Device device = values.device();
  return values.to(torch::kFloat32)
      .sub_(ops::to_device(of_bytes(statistics.mean), device))
      .div_(ops::to_device(of_bytes(statistics.std), device));
}

// One row of a picture. table: (256, C)
void normalise_row(const uint8_t* from, int64_t values, int64_t channels, const float* table, float* into) {
  for (int64_t i = 0; i < values; i += channels) {
    for (int64_t c = 0; c < channels; ++c) into[i + c] = table[from[i + c] * channels + c];
  }
}

// (B, H, W, C), by a table of all values: passes over tensors whose fastest axis has three entries are slow on a CPU.
at::Tensor normalised_on_cpu(const DetectionBatch& batch, const ops::PixelStatistics& statistics) {
  const at::Tensor values = torch::arange(kValues).unsqueeze(1).expand({kValues, batch.channels});
  const at::Tensor table = normalised(values, statistics);  // (256, C)
  const at::Tensor images = torch::zeros({batch.count, batch.height, batch.width, batch.channels}, torch::kFloat32);
  auto* const into = images.mutable_data_ptr<float>();
  const auto* const entries = table.const_data_ptr<float>();
  const int64_t row_values = batch.width * batch.channels;
  at::parallel_for(0, batch.count * batch.height, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const DetectionPicture& picture = batch.pictures[static_cast<size_t>(row / batch.height)];
      if (row % batch.height >= picture.height) continue;
      normalise_row(batch.pixels.data() + row * row_values, picture.width * batch.channels, batch.channels, entries,
                    into + row * row_values);
    }
  });
  return images;
}

// The same on a device: the bytes are copied, not the floats. (B, H, W, C)
at::Tensor normalised_on_device(const DetectionBatch& batch, const ops::PixelStatistics& statistics,
                                at::Device device) {
  // from_blob wants a pointer to non-const, but nothing writes through it.
  const at::Tensor bytes = torch::from_blob(const_cast<uint8_t*>(batch.pixels.data()),
                                            {batch.count, batch.height, batch.width, batch.channels}, torch::kUInt8);
  const at::Tensor images = normalised(ops::to_device(bytes, device), statistics);
  for (int64_t i = 0; i < batch.count; ++i) {
    const DetectionPicture& picture = batch.pictures[static_cast<size_t>(i)];
    images[i].slice(0, picture.height).zero_();
    images[i].slice(1, picture.width).zero_();
  }
  return images;
}

void check_batch(const DetectionBatch& batch, const ops::PixelStatistics& statistics) {
  const auto channels = static_cast<size_t>(batch.channels);
  TORCH_CHECK(statistics.mean.size() == channels && statistics.std.size() == channels, "statistics of ", channels,
              " channels wanted, got ", statistics.mean.size(), " and ", statistics.std.size());
  const int64_t bytes = batch.count * batch.height * batch.width * batch.channels;
  TORCH_CHECK(
      static_cast<int64_t>(batch.pixels.size()) == bytes && static_cast<int64_t>(batch.pictures.size()) == batch.count,
      "a batch of ", batch.count, " pictures of ", batch.height, " x ", batch.width, " holds ", batch.pixels.size(),
      " bytes and describes ", batch.pictures.size());
}

PictureInfo info_of(const DetectionPicture& picture) {
  PictureInfo info;
  info.size = {static_cast<double>(picture.height), static_cast<double>(picture.width)};
  info.padded = {static_cast<double>(picture.padded_height), static_cast<double>(picture.padded_width)};
  info.scale = {picture.factor_x, picture.factor_y, picture.factor_x, picture.factor_y};
  return info;
}

// Writes the mask into the corner of `into` (height, width).
void put_mask(const Segmentation& mask, const DetectionPicture& picture, int64_t width, uint8_t* into) {
  const Bitmap bitmap = to_bitmap(mask, picture.height, picture.width);
  for (int64_t y = 0; y < bitmap.height; ++y) std::copy_n(bitmap.row(y), bitmap.width, into + y * width);
}

void add_masks(const DetectionPicture& picture, const DetectionBatch& batch, at::Device device,
               PictureObjects* objects) {
  const std::vector<Segmentation>& masks = picture.instances.masks;
  const auto known = std::count_if(masks.begin(), masks.end(), has_mask);
  const int64_t count = picture.instances.count();
  if (known == 0 && count > 0) return;
  const at::Tensor all = torch::zeros({count, batch.height, batch.width}, torch::kUInt8);
  const at::Tensor has = torch::zeros({count}, torch::kBool);
  for (int64_t i = 0; i < static_cast<int64_t>(masks.size()); ++i) {
    const Segmentation& mask = masks[static_cast<size_t>(i)];
    if (!has_mask(mask)) continue;
    has.mutable_data_ptr<bool>()[i] = true;
    put_mask(mask, picture, batch.width, all.mutable_data_ptr<uint8_t>() + i * batch.height * batch.width);
  }
  objects->masks = ops::to_device(all, device);
  if (known < count) objects->has_mask = ops::to_device(has, device);
}

}  // namespace

DetectorInput detector_input(const DetectionBatch& batch, const ops::PixelStatistics& statistics, at::Device device) {
  check_batch(batch, statistics);
  const at::Tensor images =
      device.is_cpu() ? normalised_on_cpu(batch, statistics) : normalised_on_device(batch, statistics, device);
  DetectorInput input;
  input.images = images.permute({0, 3, 1, 2});
  for (const DetectionPicture& picture : batch.pictures) input.pictures.push_back(info_of(picture));
  return input;
}

std::vector<PictureObjects> objects_of(const DetectionBatch& batch, at::Device device) {
  std::vector<PictureObjects> all;
  for (const DetectionPicture& picture : batch.pictures) {
    const Instances& own = picture.instances;
    const at::Tensor boxes = torch::empty({own.count(), 4}, torch::kFloat32);
    static_assert(sizeof(Box) == 4 * sizeof(float));
    if (own.count() > 0) std::memcpy(boxes.mutable_data_ptr<float>(), own.boxes.data(), own.boxes.size() * sizeof(Box));
    PictureObjects objects;
    objects.boxes = ops::to_device(boxes, device);
    objects.labels = ops::to_device(torch::tensor(own.labels, torch::kInt64), device);
    add_masks(picture, batch, device, &objects);
    all.push_back(std::move(objects));
  }
  return all;
}

}  // namespace itpn
