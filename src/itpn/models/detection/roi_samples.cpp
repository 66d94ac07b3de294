#include "itpn/models/detection/roi_samples.h"

#include <torch/torch.h>

namespace itpn {
namespace {

// What is known of one picture's boxes, chosen ones only.
RoiSamples sample_picture(int64_t image, const at::Tensor& candidates, const PictureObjects& known,
                          const RoiSampling& config, RandomStream& stream) {
  const int64_t G = known.boxes.size(0), added = config.sampler.adds_objects ? G : 0;
  const at::Tensor boxes = added > 0 ? torch::cat({known.boxes, candidates}) : candidates;
  at::Tensor assigned = assign(candidates, known.boxes, config.assigner).objects;
  if (added > 0) assigned = torch::cat({torch::arange(1, G + 1, assigned.options()), assigned});
  const Sample chosen = sample(assigned, config.sampler, stream);
  const at::Tensor rows = torch::cat({chosen.positives, chosen.negatives});
  const int64_t positives = chosen.positives.size(0), R = rows.size(0);
  const at::Tensor objects = assigned.index_select(0, chosen.positives) - 1;
  RoiSamples found;
  found.rois =
      torch::cat({torch::full({R, 1}, static_cast<double>(image), boxes.options()), boxes.index_select(0, rows)}, 1);
  found.labels = torch::full({R}, config.background, rows.options());
  found.objects = torch::zeros({R}, rows.options());
  found.boxes = torch::zeros({R, 4}, boxes.options());
  found.labels.slice(0, 0, positives).copy_(known.labels.index_select(0, objects));
  found.objects.slice(0, 0, positives).copy_(objects);
  found.boxes.slice(0, 0, positives).copy_(known.boxes.index_select(0, objects));
  found.is_positive = torch::arange(R, rows.options()) < positives;
  found.is_object = rows < added;
  return found;
}

}  // namespace

RoiSamples sample_rois(const std::vector<at::Tensor>& candidates, const std::vector<PictureObjects>& objects,
                       const RoiSampling& config, std::vector<RandomStream>& streams) {
  const at::NoGradGuard no_grad;
  std::vector<RoiSamples> pictures;
  for (size_t i = 0; i < candidates.size(); ++i) {
    pictures.push_back(sample_picture(static_cast<int64_t>(i), candidates[i], objects[i], config, streams[i]));
  }
  const auto join = [&](at::Tensor RoiSamples::*member) {
    std::vector<at::Tensor> parts;
    for (const RoiSamples& picture : pictures) parts.push_back(picture.*member);
    return torch::cat(parts);
  };
  return {join(&RoiSamples::rois),  join(&RoiSamples::labels),      join(&RoiSamples::objects),
          join(&RoiSamples::boxes), join(&RoiSamples::is_positive), join(&RoiSamples::is_object)};
}

at::Tensor as_rois(const std::vector<at::Tensor>& boxes) {
  std::vector<at::Tensor> rois;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const at::Tensor image = torch::full({boxes[i].size(0), 1}, static_cast<double>(i), boxes[i].options());
    rois.push_back(torch::cat({image, boxes[i]}, 1));
  }
  return torch::cat(rois);
}

std::vector<at::Tensor> by_picture(const at::Tensor& rows, const at::Tensor& rois, int64_t pictures) {
  std::vector<at::Tensor> parts;
  for (int64_t i = 0; i < pictures; ++i) {
    parts.push_back(rows.index_select(0, (rois.select(1, 0) == static_cast<double>(i)).nonzero().flatten()));
  }
  return parts;
}

}  // namespace itpn
