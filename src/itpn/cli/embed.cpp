// itpn embed: features of any pictures.
#include "itpn/tasks/features/embed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "itpn/cli/commands.h"
#include "itpn/cli/model_options.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/utf8.h"

namespace itpn::cli {
namespace {

constexpr const char* kEmbedExamples =
    "  itpn embed out/pretrained pictures/ -o features.npy\n"
    "  itpn embed out/pretrained photo.jpg --level p3 -o p3.safetensors\n";

}  // namespace

int run_embed(const Arguments& arguments) {
  CommandLine line("itpn embed",
                   "Write features of pictures: their mean over the picture, or a level of the feature pyramid "
                   "(p2, p3, p4 with strides 4, 8, 16).",
                   kEmbedExamples);
  EmbedRequest request;
  add_checkpoint(line, request.model);
  CLI::App& app = line.app();
  app.add_option("PATHS", request.pictures, "Pictures, folders, lists of pictures (texts with a path a line)")
      ->required();
  app.add_option("--level", request.level, "pooled | p2 | p3 | p4");
  app.add_option("--format", request.format, "npy | safetensors | csv; as the output's name ends if absent");
  app.add_option("--output,-o", request.output, "File to write; features.FORMAT if absent")->type_name("FILE");
  app.add_option("--batch-size", request.batch_size, "Pictures at a time");
  if (!line.parse(arguments)) return 0;
  const EmbedResult result = embed(request);
  for (const UnreadablePicture& picture : result.unreadable) {
    log::warning(fmt::format("{}: left out: {}", printable_name(picture.path), picture.reason));
  }
  print(fmt::format("{}  {} ({}){}\n", result.output, request.level, fmt::join(result.shape, " x "),
                    result.stride > 0 ? fmt::format(", stride {}", result.stride) : ""));
  if (!result.names.empty()) print(result.names + "\n");
  return result.unreadable.empty() && result.lost == 0 ? 0 : static_cast<int>(ExitCode::kData);
}

}  // namespace itpn::cli
