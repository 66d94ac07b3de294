// Whole detectors on the pre-trained pyramid: Mask R-CNN (one stage) and Cascade Mask R-CNN (three).
// Axes: B image, G object, n found object.
#pragma once

#include "itpn/models/backbone/itpn.h"
#include "itpn/models/detection/detection_maps.h"
#include "itpn/models/detection/proposals.h"
#include "itpn/models/detection/roi_head.h"
#include "itpn/models/detection/rpn_loss.h"
#include "itpn/nn/named_loss.h"
#include "itpn/nn/sync_batch_norm.h"

namespace itpn {

struct DetectorConfig {
  BackboneConfig backbone;
  PyramidConfig pyramid = {.num_outs = 3, .fpn_depth = 1};
  RpnConfig rpn;
  RpnLossConfig rpn_loss;
  ProposalConfig train_proposals;
  ProposalConfig test_proposals = {.before_nms = 1000, .most = 1000};
  RoiHeadConfig roi;
};

// The published settings of both (spec of detection, 1, 6, 7 and 11) on a backbone of any size.
DetectorConfig mask_rcnn_config(const BackboneConfig& backbone, const PyramidConfig& pyramid, int64_t classes);
DetectorConfig cascade_rcnn_config(const BackboneConfig& backbone, const PyramidConfig& pyramid, int64_t classes);

struct DetectorInput {
  torch::Tensor images;  // (B, 3, H, W), normalised, then padded with 0; sides are multiples of the patch size
  std::vector<PictureInfo> pictures;
  torch::Tensor drop_path_draws = {};  // (Hivit::drop_path_sites(), B); undefined: no stochastic depth
};

class DetectorImpl : public torch::nn::Module {
 public:
  DetectorImpl(const DetectorConfig& config, uint64_t seed);

  // loss_rpn_cls, loss_rpn_bbox, then loss_cls, loss_bbox, loss_mask (with "s0." and so on in front where there are
  // several stages), weighted: the loss to train on is their sum. Every one depends on every parameter of its head,
  // objects or not. acc, percent, is not among them; see accuracies().
  std::vector<NamedLoss> losses(const DetectorInput& input, const std::vector<PictureObjects>& objects,
                                const DrawKey& draws);
  // Of the last call of losses(): acc of each stage, detached.
  const std::vector<NamedLoss>& accuracies() const { return accuracies_; }

  // From now on losses are those of all processes together: `sum` adds a tensor up over them (batch normalisation),
  // `joint` does it for divisors. The mean of the processes' losses is what one process with all pictures would have.
  void join_processes(const SumOverProcesses& sum, const JointDivisor& joint);

  // The objects of each picture, in the coordinates of the originals, by falling score.
  std::vector<Detections> detect(const DetectorInput& input);

  // Maps at strides 4 to 64, and the boxes that may hold an object.
  std::vector<torch::Tensor> maps_of(const DetectorInput& input);
  std::vector<ScoredBoxes> propose_on(const std::vector<torch::Tensor>& maps, const std::vector<PictureInfo>& pictures);

  const DetectorConfig config;
  const std::vector<int64_t> strides;
  Itpn backbone{nullptr};
  RpnHead rpn_head{nullptr};
  RoiHead roi_head{nullptr};

 private:
  RpnLosses proposal_losses(const RpnOutput& output, const std::vector<PictureInfo>& pictures,
                            const std::vector<PictureObjects>& objects, std::vector<RandomStream>& streams) const;

  std::vector<NamedLoss> accuracies_;
  JointDivisor joint_;
};
TORCH_MODULE(Detector);

// Start values of everything but what a file of pre-trained weights brings, each a function of (seed, name) alone.
void initialise_detector(DetectorImpl& detector, uint64_t seed);

}  // namespace itpn
