// itpn reconstruct: pictures of what a pre-trained model draws for hidden patches.
#include "itpn/tasks/pretrain/reconstruct.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/core/log.h"

namespace itpn::cli {
namespace {

constexpr const char* kReconstructExamples =
    "  itpn reconstruct out/run photo.jpg -o panels/              # newest checkpoint of a run\n"
    "  itpn reconstruct out/run/checkpoints/step-500 *.jpg -o panels/ --mask-ratio 0.5 --seed 3\n";

}  // namespace

int run_reconstruct(const Arguments& arguments) {
  CommandLine line("itpn reconstruct",
                   "Hide patches of pictures and show what a pre-trained model makes of them: original, masked, "
                   "reconstruction, reconstruction with the visible patches pasted in.",
                   kReconstructExamples);
  ReconstructRequest request;
  CLI::App& app = line.app();
  app.add_option("CHECKPOINT", request.checkpoint, "Directory of a run, or of one checkpoint")->required();
  app.add_option("IMAGES", request.images, "Files, folders or lists of pictures")->required();
  app.add_option("--output-dir,-o", request.output_dir, "Where the pictures go; made if missing")
      ->required()
      ->type_name("DIR");
  app.add_option("--mask-ratio", request.mask_ratio, "Share of patches to hide; the run's own if absent");
  app.add_option("--seed", request.seed, "Decides which patches are hidden");
  add_max_megapixels(app, request.max_megapixels);
  app.add_option("--device", request.device, "auto | cpu | cuda | cuda:N");
  if (!line.parse(arguments)) return 0;
  const ReconstructResult result = reconstruct(request);
  for (const UnreadablePicture& picture : result.unreadable) {
    log::warning(fmt::format("{}: left out: {}", picture.path, picture.reason));
  }
  for (const std::string& picture : result.pictures) std::puts(picture.c_str());
  std::puts(result.overview.c_str());
  return 0;
}

}  // namespace itpn::cli
