// itpn doctor: this machine and this build, and what would make a run slower or fail.
#include "itpn/tasks/inspect/doctor.h"

#include <unistd.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/core/log.h"
#include "itpn/core/signals.h"
#include "itpn/core/text_layout.h"

namespace itpn::cli {
namespace {

constexpr const char* kDoctorExamples =
    "  itpn doctor\n"
    "  itpn doctor --output-dir /scratch/runs    # the disk that runs will be written to\n"
    "  itpn doctor --json\n";

}  // namespace

int run_doctor(const Arguments& arguments) {
  CommandLine line("itpn doctor",
                   "What this machine and this build offer: versions, processor, threads, memory, GPUs, speed of "
                   "matrix products and of a disk; and what would make a run slower or fail, each with what to do. "
                   "Ends with exit code 0 also where it found something.",
                   kDoctorExamples);
  std::string output_dir = ".";
  bool json = false;
  line.app()
      .add_option("--output-dir,-o", output_dir, "Where runs would be written; need not be there yet")
      ->type_name("DIR");
  line.app().add_flag("--json", json, "For programs");
  if (!line.parse(arguments)) return 0;
  install_signal_handlers();
  log::info("measuring matrix products and the disk, about five seconds");
  const DoctorReport report = itpn::run_doctor(output_dir);
  if (const int signal = pending_signal(); signal != 0) return 128 + signal;
  std::fputs((json ? doctor_json(report) : doctor_text(report, terminal_columns(STDOUT_FILENO))).c_str(), stdout);
  return 0;
}

}  // namespace itpn::cli
