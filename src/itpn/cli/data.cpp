// itpn data: is a dataset sound?
#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/log.h"
#include "itpn/core/signals.h"
#include "itpn/core/utf8.h"
#include "itpn/tasks/inspect/annotation_sheet.h"
#include "itpn/tasks/inspect/check_annotations.h"
#include "itpn/tasks/inspect/check_data.h"
#include "itpn/tasks/inspect/export_synthetic.h"

namespace itpn::cli {
namespace {

constexpr const char* kDataExamples =
    "  itpn data ~/pictures                       # a folder, with or without a sub-folder for each class\n"
    "  itpn data 'shards/train-{000000..000012}.tar'\n"
    "  itpn data ~/pictures --json > report.json\n"
    "  itpn data ~/coco --pictures out/sheets     # objects: COCO, YOLO or Pascal VOC, with a sheet of samples\n"
    "  itpn data --export-synthetic shapes/ --count 1000     # the built-in set as files: shapes/train, shapes/val\n";

int check_objects(const CheckDataOptions& options, bool json, const std::string& sheets) {
  const AnnotatedReport report = check_annotations(options);
  std::fputs((json ? annotated_report_json(report) : annotated_report_table(report)).c_str(), stdout);
  if (const int signal = pending_signal()) return 128 + signal;
  if (!sheets.empty()) {
    for (const std::string& path : write_annotation_sheets(options.path, sheets)) log::info(path);
  }
  return report.is_sound() ? 0 : static_cast<int>(ExitCode::kData);
}

int check_pictures(const CheckDataOptions& options, bool json, const std::string& sheets) {
  if (!sheets.empty()) {
    throw usage_error(fmt::format("{}: --pictures draws objects, and there are no annotations of any here",
                                  printable_name(options.path)));
  }
  const DataReport report = check_data(options);
  std::fputs((json ? data_report_json(report) : data_report_table(report)).c_str(), stdout);
  if (const int signal = pending_signal()) return 128 + signal;
  return report.pictures.defects.empty() ? 0 : static_cast<int>(ExitCode::kData);
}

void add_export_options(CLI::App& app, ExportSyntheticRequest& exported, bool& shows_portraits) {
  const std::string group = "The built-in synthetic set";
  app.add_option("--export-synthetic", exported.folder, "Write it as PNG files to DIR/train and DIR/val")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--count", exported.count, "Pictures of DIR/train; a quarter as many go to DIR/val")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_flag("--portraits", shows_portraits,
               "One large shape a picture, upright, in a hue that its class often has: learnt in minutes")
      ->group(group);
}

}  // namespace

int run_data(const Arguments& arguments) {
  CommandLine line("itpn data",
                   "Decode every picture of a dataset once and say what is there, what is broken and what looks like a "
                   "mistake, before an epoch is spent on it. The exit code is 3 where a picture cannot be used, or "
                   "training would refuse the annotations.",
                   kDataExamples);
  CheckDataOptions options;
  bool json = false;
  CLI::App& app = line.app();
  app.add_option("PATH", options.path,
                 "A folder, a list of files (.txt), tar shards (.tar), or COCO's .json or YOLO's data.yaml");
  app.add_option("--threads", options.threads, "0: as many as cores");
  add_max_megapixels(app, options.max_megapixels);
  app.add_flag("--json", json, "The complete report, for programs");
  std::string sheets;
  app.add_option("--pictures", sheets, "Draw samples with their objects, as they are and as a detector gets them")
      ->type_name("DIR");
  ExportSyntheticRequest exported;
  bool shows_portraits = false;
  add_export_options(app, exported, shows_portraits);
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
  return has_annotations(posix_fs(), options.path) ? check_objects(options, json, sheets)
                                                   : check_pictures(options, json, sheets);
}

}  // namespace itpn::cli
