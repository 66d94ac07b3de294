// itpn predict: classes of any pictures, or the objects in them.
#include "itpn/tasks/use/predict.h"

#include <fmt/format.h>

#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/tasks/use/predict_format.h"

namespace itpn::cli {
namespace {

constexpr const char* kPredictExamples =
    "  itpn predict out/classifier photo.jpg\n"
    "  itpn predict out/classifier holiday/ more.txt --top 3 -o guesses.csv\n"
    "  itpn predict out/classifier --best *.png --format json\n"
    "  itpn predict out/detector street/ --draw drawn/\n"
    "  itpn predict out/detector street/ --threshold 0.5 -o found.json\n"
    "  itpn predict out/detector street/ --format yolo -o labels/\n"
    "  itpn predict out/detector aerial.png --tiles --format json\n";

// What detectors alone know.
void add_object_options(CLI::App& app, ObjectRequest& objects) {
  const std::string group = "Detectors";
  app.add_option("--threshold", objects.threshold, "Objects with a larger score; 0.3 if absent")->group(group);
  app.add_option("--draw", objects.draw_dir, "Pictures with boxes, masks, names and scores drawn over them")
      ->type_name("DIR")
      ->group(group);
  app.add_flag("--tiles", objects.tiles, "Large pictures: look at the whole and at overlapping tiles, too")
      ->group(group);
  app.add_option("--tile-size", objects.tile_size, "Side of a tile in pixels; the detector's own size if absent")
      ->group(group);
}

// Says where the output is, and tells the exit code.
int closing(const PredictRequest& request, const PredictSummary& summary) {
  if (!request.output.empty()) print(fmt::format("{}  {} pictures\n", request.output, summary.predicted));
  if (!request.objects.draw_dir.empty()) log::info(fmt::format("drawn into {}", request.objects.draw_dir));
  const int64_t missing = summary.unreadable + summary.lost;
  if (missing == 0) return 0;
  log::error(fmt::format("{} of {} pictures could not be read", missing, missing + summary.predicted));
  return static_cast<int>(ExitCode::kData);
}

}  // namespace

int run_predict(const Arguments& arguments) {
  CommandLine line("itpn predict",
                   "Say which classes pictures show, with probabilities; with a detector, which objects: boxes in "
                   "pixels of the picture, scores, masks.",
                   kPredictExamples);
  PredictRequest request;
  std::string format;
  add_checkpoint(line, request.model);
  CLI::App& app = line.app();
  app.add_option("PATHS", request.pictures, "Pictures, folders, lists of pictures (texts with a path a line)")
      ->required();
  app.add_option("--top", request.top,
                 "Classes of each picture (5 if absent), or objects, those with the largest scores");
  app.add_option("--format", format,
                 "table | json (one object a line) | csv; of detectors also coco | yolo. As the output's name ends if "
                 "absent: .txt, .jsonl, .csv, .json (coco), a folder (yolo)");
  app.add_option("--output,-o", request.output, "File to write, or folder of yolo; standard output if absent")
      ->type_name("FILE");
  app.add_option("--batch-size", request.batch_size, "Pictures at a time; tiles of a detector");
  add_object_options(app, request.objects);
  if (!line.parse(arguments)) return 0;
  request.format = prediction_format(format, request.output);
  return closing(request, predict(request, [](const std::string& text) { print(text); }));
}

}  // namespace itpn::cli
