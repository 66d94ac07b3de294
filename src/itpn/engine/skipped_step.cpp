#include "itpn/engine/skipped_step.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"

namespace itpn {

void write_skipped_step(Fs& fs, const std::string& path, const SkippedStep& skipped) {
  std::string text = fmt::format("# step {}, epoch {}: loss {}, gradient norm {}\nposition\tmicro_batch\tloss\tname\n",
                                 skipped.step, skipped.epoch + 1, skipped.loss, skipped.grad_norm);
  for (const ShownSample& sample : skipped.samples) {
    text += fmt::format("{}\t{}\t{}\t{}\n", sample.position, sample.micro_batch,
                        skipped.micro_losses.at(static_cast<size_t>(sample.micro_batch)), sample.name);
  }
  try {
    make_directories(fs, parent_path(path));
    write_file_atomically(fs, path, text);
  } catch (const Error& error) {
    log::warning(fmt::format("{}; the list of the skipped step's pictures is lost", error.what()));
  }
}

}  // namespace itpn
