// The order of an epoch in which each micro-batch is of one group.
//
// Each group has an order of its own, from which it deals its samples micro-batch by micro-batch; a second order says
// which group a micro-batch is of. Where the last micro-batch of a group is not full, the first samples of the group's
// order fill it. All of it follows from (seed, epoch, groups, size of a micro-batch); the number of processes has no
// part.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "itpn/data/sample_groups.h"
#include "itpn/data/sample_order.h"

namespace itpn {

class GroupedOrder final : public EpochOrder {
 public:
  // At each of `reorderings` that is one of this epoch, both the groups of the micro-batches that are left and the
  // samples that each group has left are shuffled anew. A micro-batch that its position cuts stays as it is.
  // Takes 8 bytes a micro-batch. Throws std::invalid_argument without a sample or a size.
  GroupedOrder(std::shared_ptr<const SampleGroups> groups, int64_t batch_size, const OrderKey& key,
               bool is_shuffled = true, const std::vector<Reordering>& reorderings = {});

  // Positions of the epoch: all samples, and those that fill the groups' last micro-batches. A loader shows as many of
  // them as it would of samples without groups.
  int64_t positions() const { return static_cast<int64_t>(turns_.size()) * batch_size_; }
  int64_t index_at(int64_t position) const override;
  int64_t substitute_at(int64_t position, RandomStream& draws) const override;

 private:
  // One micro-batch: the `number`th, from 0, of its group.
  struct Turn {
    uint32_t group;
    uint32_t number;
  };

  void deal_turns(const OrderKey& key, bool is_shuffled, const std::vector<Reordering>& reorderings);
  const Turn& turn_at(int64_t position) const;

  std::shared_ptr<const SampleGroups> groups_;
  int64_t batch_size_;
  std::vector<Turn> turns_;          // of the micro-batches of the epoch
  std::vector<SampleOrder> orders_;  // of the places in each group
};

}  // namespace itpn
