// itpn convert: weights from one format to another.
#include "itpn/tasks/weights/convert.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"

namespace itpn::cli {
namespace {

constexpr const char* kConvertExamples =
    "  itpn convert itpn_base_pixel.pth itpn_base_pixel.safetensors\n"
    "  itpn convert out/run/checkpoints/step-500 model.pth          # for torch.load(weights_only=True)\n"
    "  itpn convert finetuned.pth averaged.safetensors --key model_ema\n";

}  // namespace

int run_convert(const Arguments& arguments) {
  CommandLine line("itpn convert",
                   "Write weights in another format: names, types, shapes and texts stay. Nothing in a .pth file is "
                   "executed.",
                   kConvertExamples);
  ConvertRequest request;
  CLI::App& app = line.app();
  app.add_option("IN", request.input, ".safetensors, .pth, .pt, a folder or index of shards, a checkpoint or a run")
      ->required();
  app.add_option("OUT", request.output, ".safetensors, .pth or .pt")->required();
  app.add_option("--key", request.key,
                 "Entry of IN that holds the weights, or the words their names begin with; found if absent")
      ->type_name("NAME");
  app.add_flag("--overwrite", request.overwrite, "Replace OUT");
  app.add_flag("--skip-checksums", request.skip_checksums, "Read a .pth that was written without checksums");
  if (!line.parse(arguments)) return 0;
  const ConvertResult result = convert_weights(request);
  std::puts(fmt::format("{}: {} tensors, {} bytes, from {}", request.output, result.tensors, result.bytes, result.from)
                .c_str());
  for (const std::string& values : result.left_out) std::puts(("  not in it: " + values).c_str());
  return 0;
}

}  // namespace itpn::cli
