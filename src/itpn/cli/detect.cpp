// itpn detect: training a detector.
#include "itpn/tasks/detect/detect.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/run_options.h"

namespace itpn::cli {
namespace {

constexpr const char* kDetectExamples =
    "  itpn detect -o out/detector\n"
    "  itpn detect configs/detect/mask_rcnn_itpn_tiny.toml --init out/pretrained -o out/detector data.path=DIR\n"
    "  itpn detect configs/detect/mask_rcnn_itpn_base_1x.toml --init itpn_base.pth -o out/coco data.path=COCO\n"
    "  itpn detect -o out/detector --resume auto\n";

void print_detection(const DetectResult& result) {
  print_run(result.run);
  if (result.validation) std::fputs(result.validation->table().c_str(), stdout);
  if (result.best.step < 0) return;
  std::puts(fmt::format("best {} {:.4f} at step {}", result.best_key, result.best.value, result.best.step).c_str());
}

}  // namespace

int run_detect(const Arguments& arguments) {
  CommandLine line("itpn detect",
                   "Train Mask R-CNN or Cascade Mask R-CNN on a pre-trained backbone and its feature pyramid. Pictures "
                   "come with COCO, YOLO or Pascal VOC annotations; without data.path the built-in ones serve.",
                   kDetectExamples);
  DetectRequest request;
  std::string recipe, pyramid;
  std::vector<std::string> overrides;
  add_training_options(line, {request.run, recipe, overrides});
  line.app()
      .add_option("--pyramid", pyramid, "Take the pyramid from the weights of --init, or start it afresh")
      ->check(CLI::IsMember({"load", "fresh"}))
      ->group("Run");
  if (!line.parse(arguments)) return 0;
  take_from_run(recipe, request.run);
  if (!pyramid.empty()) overrides.push_back("detector.pyramid=" + pyramid);
  request.config = load_detect_config(recipe, overrides);
  const DetectResult result = detect(request);
  if (is_speaker()) print_detection(result);
  return exit_code_of(result.run);
}

}  // namespace itpn::cli
