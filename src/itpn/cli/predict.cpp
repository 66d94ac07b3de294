// itpn predict: classes of any pictures.
#include "itpn/tasks/use/predict.h"

#include <fmt/format.h>

#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"

namespace itpn::cli {
namespace {

constexpr const char* kPredictExamples =
    "  itpn predict out/classifier photo.jpg\n"
    "  itpn predict out/classifier holiday/ more.txt --top 3 --format csv > guesses.csv\n"
    "  itpn predict out/classifier --best *.png --format json\n";

}  // namespace

int run_predict(const Arguments& arguments) {
  CommandLine line("itpn predict", "Say which classes pictures show, with probabilities.", kPredictExamples);
  PredictRequest request;
  std::string format = "table";
  add_checkpoint(line, request.model);
  CLI::App& app = line.app();
  app.add_option("PATHS", request.pictures, "Pictures, folders, lists of pictures (texts with a path a line)")
      ->required();
  app.add_option("--top", request.top, "Classes of each picture");
  app.add_option("--format", format, "table | json (one object a line) | csv");
  app.add_option("--batch-size", request.batch_size, "Pictures at a time");
  if (!line.parse(arguments)) return 0;
  request.format = prediction_format(format);
  const PredictSummary summary = predict(request, [](const std::string& text) { print(text); });
  const int64_t missing = summary.unreadable + summary.lost;
  if (missing == 0) return 0;
  log::error(fmt::format("{} of {} pictures could not be read", missing, missing + summary.predicted));
  return static_cast<int>(ExitCode::kData);
}

}  // namespace itpn::cli
