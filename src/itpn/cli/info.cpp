// itpn info: the size of a model and what it costs, or what a file of weights is.
#include "itpn/tasks/inspect/info.h"

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/tasks/weights/weights_info.h"

namespace itpn::cli {
namespace {

constexpr const char* kInfoExamples =
    "  itpn info itpn-base                        # parameters and multiply-accumulates, component by component\n"
    "  itpn info itpn-large --image-size 384x512\n"
    "  itpn info itpn-base --json\n"
    "  itpn info itpn_base_pixel.pth --tensors    # a file of weights, a checkpoint or a run\n";

}  // namespace

int run_info(const Arguments& arguments) {
  CommandLine line(
      "itpn info",
      "Parameters and multiply-accumulates of a model, component by component: as a classifier, in "
      "pre-training, and as the backbone of a detector. Of a file of weights (a teacher's too): format, kind of "
      "model, sizes, what each use would load; of a detector also its classes and what a picture costs.",
      kInfoExamples);
  InfoRequest request;
  CLI::App& app = line.app();
  WeightsInfoRequest file;
  app.add_option("MODEL", request.preset,
                 "itpn-base, itpn-large, itpn-small, itpn-tiny or itpn-nano; or .safetensors, .pth, .pt, a checkpoint, "
                 "a run");
  add_image_size(app, request.image_size, "the preset's own");
  app.add_flag("--json", request.json, "For programs");
  app.add_flag("--tensors", file.tensors, "List the tensors of a file");
  app.add_option("--key", file.key,
                 "Entry of the file that holds the weights, or the words their names begin with; found if absent")
      ->type_name("NAME");
  app.add_flag("--skip-checksums", file.skip_checksums, "Read a .pth that was written without checksums");
  if (!line.parse(arguments)) return 0;
  if (is_weights_path(request.preset)) {
    file.path = request.preset;
    file.json = request.json;
    std::fputs(file_info(file, request.image_size).c_str(), stdout);
    return 0;
  }
  std::fputs(model_info(request).c_str(), stdout);
  return 0;
}

}  // namespace itpn::cli
