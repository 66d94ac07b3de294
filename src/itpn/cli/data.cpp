// itpn data: is a dataset sound?
#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/core/errors.h"
#include "itpn/core/signals.h"
#include "itpn/tasks/inspect/check_data.h"
#include "itpn/tasks/inspect/export_synthetic.h"

namespace itpn::cli {
namespace {

constexpr const char* kDataExamples =
    "  itpn data ~/pictures                       # a folder, with or without a sub-folder for each class\n"
    "  itpn data 'shards/train-{000000..000012}.tar'\n"
    "  itpn data ~/pictures --json > report.json\n"
    "  itpn data --export-synthetic shapes/ --count 1000     # the built-in set as files: shapes/train, shapes/val\n";

}  // namespace

int run_data(const Arguments& arguments) {
  CommandLine line(
      "itpn data",
      "Decode every picture of a dataset once and say what is there and what is broken, before an epoch is "
      "spent on it. The exit code is 3 where a picture cannot be used.",
      kDataExamples);
  CheckDataOptions options;
  bool json = false;
  CLI::App& app = line.app();
  app.add_option("PATH", options.path, "A folder, a list of files (.txt), or tar shards (.tar)");
  app.add_option("--threads", options.threads, "0: as many as cores");
  add_max_megapixels(app, options.max_megapixels);
  app.add_flag("--json", json, "The complete report, for programs");
  ExportSyntheticRequest exported;
  const std::string group = "The built-in synthetic set";
  app.add_option("--export-synthetic", exported.folder, "Write it as PNG files to DIR/train and DIR/val")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--count", exported.count, "Pictures of DIR/train; a quarter as many go to DIR/val")
      ->check(CLI::PositiveNumber)
      ->group(group);
  bool shows_portraits = false;
  app.add_flag("--portraits", shows_portraits,
               "One large shape a picture, upright, in a hue that its class often has: learnt in minutes")
      ->group(group);
  if (!line.parse(arguments)) return 0;
  if (options.path.empty() == exported.folder.empty()) {
    throw usage_error("itpn data: name the PATH to check, or --export-synthetic DIR");
  }
  if (!exported.folder.empty()) {
    if (shows_portraits) exported.style = SyntheticStyle::kPortrait;
    exported.val_count = (exported.count + 3) / 4;
    export_synthetic(exported);
    std::puts(exported.folder.c_str());
    return 0;
  }
  install_signal_handlers();
  const DataReport report = check_data(options);
  std::fputs((json ? data_report_json(report) : data_report_table(report)).c_str(), stdout);
  if (const int signal = pending_signal()) return 128 + signal;
  return report.defects.empty() ? 0 : static_cast<int>(ExitCode::kData);
}

}  // namespace itpn::cli
