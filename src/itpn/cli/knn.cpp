// itpn knn: accuracy of the nearest neighbours of frozen features.
#include "itpn/tasks/features/knn.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"

namespace itpn::cli {
namespace {

constexpr const char* kKnnExamples =
    "  itpn knn --init out/pretrained --data DIR\n"
    "  itpn knn --init itpn_base.pth --data DIR -k 10 --json\n";

std::string as_json(const KnnScore& score) {
  const nlohmann::json out = {{"top1", score.top1},
                              {"top5", score.top5},
                              {"known", score.known},
                              {"asked", score.asked},
                              {"unreadable", score.unreadable}};
  return out.dump() + "\n";
}

}  // namespace

int run_knn(const Arguments& arguments) {
  CommandLine line("itpn knn",
                   "Classify pictures by the nearest neighbours of their frozen features: how good a pre-trained model "
                   "is, without training anything more.",
                   kKnnExamples);
  KnnRequest request;
  bool json = false;
  CLI::App& app = line.app();
  app.add_option("--init", request.model.weights, "A run, a checkpoint, a .safetensors or .pth file")
      ->required()
      ->type_name("CHECKPOINT");
  app.add_option("--data", request.data, "Folder with train/ and val/, each with a sub-folder for each class")
      ->required()
      ->type_name("DIR");
  app.add_option("-k", request.knn.k, "Neighbours");
  app.add_option("--temperature", request.knn.temperature, "A neighbour's vote is exp(similarity / temperature)");
  app.add_option("--workers", request.workers, "Loader threads; 0 = one fewer than the cores");
  app.add_flag("--json", json, "One JSON object instead of a line");
  add_model_options(line, request.model);
  if (!line.parse(arguments)) return 0;
  const KnnScore score = knn(request);
  print(json ? as_json(score)
             : fmt::format("k-NN top-1 {:.2f} %  top-5 {:.2f} %  ({} pictures by their {} nearest of {})\n", score.top1,
                           score.top5, score.asked, request.knn.k, score.known));
  if (score.unreadable == 0) return 0;
  log::error(fmt::format("{} pictures could not be read and were left out", score.unreadable));
  return static_cast<int>(ExitCode::kData);
}

}  // namespace itpn::cli
