// A program that does nothing but save checkpoints, to be killed while it does:
//   save_loop DIRECTORY LAST [background]
// goes on from the newest checkpoint in DIRECTORY to step LAST and prints each step once it is committed.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "itpn/core/run_lock.h"
#include "itpn/core/signals.h"
#include "itpn/io/async_saver.h"
#include "sample_checkpoint.h"

namespace itpn::test {
namespace {

void tell(int64_t step) {
  const std::string line = fmt::format("{}\n", step);
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::perror("save_loop");
}

void save_up_to(const std::string& directory, int64_t last, bool in_background) {
  Fs& fs = posix_fs();
  const RunLock lock(fs, directory);
  CheckpointStore store(fs, join_path(directory, "checkpoints"));
  store.clean_leftovers();
  const auto latest = store.find_latest_verified();
  AsyncSaver saver(store);
  for (int64_t step = latest ? latest->step() + 1 : 1; step <= last; ++step) {
    if (in_background) {
      saver.submit({step, sample_files(step), {}});
      tell(saver.wait()->step);
    } else {
      tell(store.save(step, sample_files(step)).step);
    }
  }
}

}  // namespace
}  // namespace itpn::test

int main(int argc, char** argv) {
  if (argc < 3) return static_cast<int>(itpn::ExitCode::kUsage);
  itpn::install_signal_handlers();
  try {
    itpn::test::save_up_to(argv[1], std::atoll(argv[2]), argc > 3);
  } catch (const itpn::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return static_cast<int>(e.code());
  }
  return 0;
}
