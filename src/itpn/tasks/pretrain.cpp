#include "itpn/tasks/pretrain.h"

#include "itpn/tasks/pretrain_model.h"
#include "itpn/tasks/pretrain_task.h"

namespace itpn {

PretrainResult pretrain(const PretrainRequest& request) {
  check_pretrain_config(request.config);
  mim_config_of(request.config);
  PretrainTask task(request.config, request.run);
  const RunResult run = train(task, request.run);
  return {run, task.validation_loss(), task.panel()};
}

}  // namespace itpn
