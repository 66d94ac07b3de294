#include "itpn/tasks/pretrain/pretrain.h"

#include "itpn/data/path_kind.h"
#include "itpn/tasks/pretrain/clip_teacher.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/pretrain/pretrain_task.h"
#include "itpn/tasks/run/settle_batch.h"

namespace itpn {

PretrainResult pretrain(const PretrainRequest& request) {
  return with_training_group(request.config.distributed, request.config.train, [&](ProcessGroup& group) {
    PretrainConfig config = shared_out(request.config, group);
    check_pretrain_config(config);
    settle_source(posix_fs(), &config.data);
    settle_batch(config.data, kUsualBatch, &config.train);
    check_pretrain_config(config);
    if (config.pretrain.has_clip_teacher()) {
      identify_teacher(&config.teacher);
    } else {
      mim_config_of(config);
    }
    PretrainTask task(config, request.run);
    const RunResult run = train(task, request.run, group);
    return PretrainResult{run, task.validation_loss(), task.panel()};
  });
}

}  // namespace itpn
