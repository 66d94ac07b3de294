// itpn eval: how well a classifier or a detector does.
#include <fmt/format.h>

#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/cli/run_options.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/tasks/use/evaluate.h"

namespace itpn::cli {
namespace {

constexpr const char* kEvalExamples =
    "  itpn eval out/classifier --data DIR/val\n"
    "  itpn eval out/classifier --best --data DIR/val -o report/ --json\n"
    "  itpn eval itpn_base_finetuned.pth --data IMAGENET/val --device cuda --precision bf16\n"
    "  itpn eval out/detector --data COCO -o report/\n";

}  // namespace

int run_eval(const Arguments& arguments) {
  CommandLine line("itpn eval",
                   "Measure a model on pictures whose answers are known. A classifier: top-1, top-5, loss, and each "
                   "class. A detector: COCO's twelve numbers of boxes and masks, and each class.",
                   kEvalExamples);
  EvaluateRequest request;
  add_checkpoint(line, request.model);
  CLI::App& app = line.app();
  app.add_option("--data", request.data,
                 "Folder with a sub-folder for each class, list (.txt) or tar shards; for a detector a folder with "
                 "COCO, YOLO or Pascal VOC annotations, or the file that describes them")
      ->required()
      ->type_name("DIR");
  app.add_option("--output-dir,-o", request.output_dir, "Where the files of the report go: tables, pictures, results")
      ->type_name("DIR");
  app.add_option("--batch-size", request.batch_size, "Pictures at a time")->check(CLI::PositiveNumber);
  app.add_option("--workers", request.workers, "Loader threads; 0 = one fewer than the cores");
  app.add_flag("--json", request.json, "One JSON object instead of a table");
  if (!line.parse(arguments)) return 0;
  const EvaluationReport report = evaluate(request);
  if (is_speaker()) print(report.text);
  if (report.unreadable == 0) return 0;
  if (is_speaker())
    log::error(fmt::format("{} pictures could not be read and were left out; itpn data {} names them",
                           report.unreadable, request.data));
  return static_cast<int>(ExitCode::kData);
}

}  // namespace itpn::cli
