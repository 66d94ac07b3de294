#include "itpn/tasks/features/score_classifier.h"

#include <torch/torch.h>

#include "itpn/engine/distributed.h"
#include "itpn/eval/topk_accuracy.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/tasks/features/readable_rows.h"

namespace itpn {
namespace {

void add_up(ProcessGroup& group, TopKAccuracy* accuracy, double* loss_sum, int64_t* unreadable) {
  if (group.is_alone()) return;
  std::vector<double> numbers = {*loss_sum, static_cast<double>(*unreadable)};
  for (const int64_t sum : accuracy->sums()) numbers.push_back(static_cast<double>(sum));
  numbers = group.sum(numbers);
  *loss_sum = numbers[0];
  *unreadable = static_cast<int64_t>(numbers[1]);
  accuracy->set_sums({numbers.begin() + 2, numbers.end()});
}

}  // namespace

ClassificationScore score_classifier(Loader& loader, const LogitsOf& logits_of, ProcessGroup& group,
                                     const ScoreObserver& observer) {
  ClassificationScore score;
  TopKAccuracy accuracy;
  double loss_sum = 0.0;
  while (const std::optional<HostBatch> batch = loader.next()) {
    const at::Tensor rows = readable_rows(*batch);
    score.unreadable += batch->count - rows.numel();
    if (rows.numel() == 0) continue;
    const at::Tensor logits = logits_of(*batch).cpu().index_select(0, rows);                      // (kept, classes)
    const at::Tensor labels = torch::tensor(batch->labels, torch::kInt64).index_select(0, rows);  // (kept)
    accuracy.add(logits, labels);
    loss_sum += label_smoothing_cross_entropy(logits.to(torch::kFloat64), labels, 0.0).item<double>() *
                static_cast<double>(rows.numel());
    if (observer) observer(logits, labels);
  }
  add_up(group, &accuracy, &loss_sum, &score.unreadable);
  score.count = accuracy.count();
  score.top1 = accuracy.value(1);
  score.top5 = accuracy.value(5);
  score.loss = score.count > 0 ? loss_sum / static_cast<double>(score.count) : 0.0;
  return score;
}

}  // namespace itpn
