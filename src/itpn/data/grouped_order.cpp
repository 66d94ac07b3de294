#include "itpn/data/grouped_order.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace itpn {
namespace {

// Group g has part g, so that a set of one group has the order of a set without groups.
constexpr uint32_t kTurnsPart = std::numeric_limits<uint32_t>::max();

int64_t batches_of(const std::vector<int64_t>& members, int64_t batch_size) {
  return (static_cast<int64_t>(members.size()) + batch_size - 1) / batch_size;
}

// Those of this epoch, counted in micro-batches.
std::vector<Reordering> in_batches(const std::vector<Reordering>& reorderings, uint64_t epoch, int64_t batch_size) {
  std::vector<Reordering> result;
  for (const Reordering& r : reorderings) {
    if (r.epoch == epoch && r.from >= 0) result.push_back({epoch, (r.from + batch_size - 1) / batch_size, r.number});
  }
  return result;
}

}  // namespace

GroupedOrder::GroupedOrder(std::shared_ptr<const SampleGroups> groups, int64_t batch_size, const OrderKey& key,
                           bool is_shuffled, const std::vector<Reordering>& reorderings)
    : groups_(std::move(groups)), batch_size_(batch_size) {
  if (batch_size <= 0 || groups_->count() == 0) throw std::invalid_argument("an order of groups without samples");
  deal_turns(key, is_shuffled, in_batches(reorderings, key.epoch, batch_size));
}

// `reorderings` count in micro-batches.
void GroupedOrder::deal_turns(const OrderKey& key, bool is_shuffled, const std::vector<Reordering>& reorderings) {
  const auto groups = static_cast<size_t>(groups_->count());
  std::vector<int64_t> ends;  // of the groups' micro-batches before they are shuffled
  for (size_t g = 0; g < groups; ++g) {
    const int64_t batches = batches_of(groups_->members(static_cast<int64_t>(g)), batch_size_);
    ends.push_back((ends.empty() ? 0 : ends.back()) + batches);
  }
  const SampleOrder shuffled(ends.back(), {key.seed, key.epoch, kTurnsPart}, is_shuffled, reorderings);
  std::vector<uint32_t> dealt(groups);
  std::vector<std::vector<Reordering>> of_groups(groups);  // in places of the group
  turns_.reserve(static_cast<size_t>(ends.back()));
  for (int64_t batch = 0; batch < ends.back(); ++batch) {
    for (const Reordering& r : reorderings) {
      if (r.from != batch) continue;
      for (size_t g = 0; g < groups; ++g) of_groups[g].push_back({r.epoch, dealt[g] * batch_size_, r.number});
    }
    const auto group = std::upper_bound(ends.begin(), ends.end(), shuffled.index_at(batch)) - ends.begin();
    turns_.push_back({static_cast<uint32_t>(group), dealt[static_cast<size_t>(group)]++});
  }
  for (size_t g = 0; g < groups; ++g) {
    const auto size = static_cast<int64_t>(groups_->members(static_cast<int64_t>(g)).size());
    orders_.emplace_back(size, OrderKey{key.seed, key.epoch, static_cast<uint32_t>(g)}, is_shuffled, of_groups[g]);
  }
}

const GroupedOrder::Turn& GroupedOrder::turn_at(int64_t position) const {
  if (position < 0 || position >= positions()) throw std::invalid_argument("a position outside of the epoch");
  return turns_[static_cast<size_t>(position / batch_size_)];
}

int64_t GroupedOrder::index_at(int64_t position) const {
  const Turn& turn = turn_at(position);
  const std::vector<int64_t>& members = groups_->members(turn.group);
  const int64_t dealt = turn.number * batch_size_ + position % batch_size_;
  return members[static_cast<size_t>(orders_[turn.group].index_at(dealt % static_cast<int64_t>(members.size())))];
}

int64_t GroupedOrder::substitute_at(int64_t position, RandomStream& draws) const {
  const Turn& turn = turn_at(position);
  return groups_->members(turn.group)[static_cast<size_t>(orders_[turn.group].substitute_at(0, draws))];
}

}  // namespace itpn
