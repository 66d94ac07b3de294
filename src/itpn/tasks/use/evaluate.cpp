#include "itpn/tasks/use/evaluate.h"

#include "itpn/core/log.h"
#include "itpn/core/output_place.h"
#include "itpn/engine/device.h"
#include "itpn/engine/distributed.h"
#include "itpn/tasks/classify/evaluate_classifier.h"
#include "itpn/tasks/detect/evaluate_detector.h"
#include "itpn/tasks/use/of_kind.h"

namespace itpn {
namespace {

using Evaluator = EvaluationReport (*)(const EvaluateRequest&, const ModelSource&, ProcessGroup&);

EvaluationReport report_of_classifier(const EvaluateRequest& request, const ModelSource& source, ProcessGroup& group) {
  const ClassifierEvaluation result = evaluate_classifier(request, source, group);
  EvaluationReport report;
  report.unreadable = result.score.unreadable;
  if (group.is_first()) report.text = request.json ? evaluation_json(result) : evaluation_table(result);
  return report;
}

EvaluationReport report_of_detector(const EvaluateRequest& request, const ModelSource& source, ProcessGroup& group) {
  const DetectorEvaluation result = evaluate_detector(request, source, group);
  EvaluationReport report;
  report.unreadable = result.score.unreadable;
  if (group.is_first()) report.text = request.json ? evaluation_json(result) : evaluation_table(result);
  return report;
}

EvaluationReport evaluate_together(const EvaluateRequest& request, ProcessGroup& group) {
  static const std::map<std::string, Evaluator> kEvaluators = {{kClassifierKind, report_of_classifier},
                                                               {kDetectorKind, report_of_detector}};
  if (!group.is_first()) log::set_level(log::Level::kError);
  if (group.is_first() && !request.output_dir.empty()) prepare_output_directory(posix_fs(), request.output_dir);
  const ModelSource source = find_model(request.model);
  return of_kind(kEvaluators, source)(request, source, group);
}

}  // namespace

EvaluationReport evaluate(const EvaluateRequest& request) {
  const torch::Device device = select_device(request.model.device, process_place().local_rank);
  return with_process_group(DistributedConfig{}, device,
                            [&](ProcessGroup& group) { return evaluate_together(request, group); });
}

}  // namespace itpn
