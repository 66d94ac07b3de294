#include "itpn/engine/finished_run.h"

#include <nlohmann/json.hpp>

namespace itpn {
namespace {

constexpr uint64_t kMaxBytes = 1 << 20;

}  // namespace

void note_finished_run(Fs& fs, const RunDirectory& directory, const Progress& progress) {
  const nlohmann::ordered_json text = {
      {"step", progress.step}, {"epochs", progress.epoch}, {"loss", progress.last_loss}};
  write_file_atomically(fs, directory.finished_file(), text.dump() + "\n");
}

bool is_finished_run(Fs& fs, const RunDirectory& directory, const Progress& progress) {
  if (progress.step < progress.total_steps || !exists(fs, directory.finished_file())) return false;
  const auto text = nlohmann::json::parse(read_text_file(fs, directory.finished_file(), kMaxBytes), nullptr,
                                          /*allow_exceptions=*/false);
  return text.is_object() && text.contains("step") && text.at("step") == progress.step;
}

void forget_finished_run(Fs& fs, const RunDirectory& directory) {
  const int result = fs.unlink(directory.finished_file());
  if (result < 0 && result != -ENOENT) throw_io_error(directory.finished_file(), "delete", result);
}

}  // namespace itpn
