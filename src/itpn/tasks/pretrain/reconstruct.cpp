#include "itpn/tasks/pretrain/reconstruct.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <set>
#include <span>
#include <string_view>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/paths.h"
#include "itpn/data/reading_config.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/device.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/precision.h"
#include "itpn/io/png_writer.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/models/mim/mim_model.h"
#include "itpn/ops/to_device.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/pretrain/reconstruction_panel.h"
#include "itpn/tasks/run/loaders.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {
namespace {

constexpr size_t kPanelBatch = 8;
constexpr size_t kOverviewRows = 64;
constexpr const char* kOverviewName = "overview.png";

struct LoadedModel {
  std::string checkpoint;
  PretrainConfig config;
  MimModel model{nullptr};
};

// The recipe of the run, with what only training needs left out.
PretrainConfig config_of(Fs& fs, const VerifiedCheckpoint& checkpoint, const ReconstructRequest& request) {
  auto config = load_recorded_config<PretrainConfig>(join_path(checkpoint.path, "the recipe in state.json"),
                                                     read_progress(fs, checkpoint).config_toml);
  if (config.pretrain.has_clip_teacher()) {
    throw usage_error(
        fmt::format("{}: this model predicts features of a CLIP model, no pixels; its own pictures are in "
                    "samples/ of its run",
                    checkpoint.path));
  }
  require_readable_channels(config.model, checkpoint.path);
  config.mfm.enabled = false;
  config.model.drop_path = 0.0;
  if (request.mask_ratio) config.mask.ratio = *request.mask_ratio;
  return config;
}

// The checkpoint that a user means: what weights lie in other ways, a folder of a model hub too, is not enough.
WeightsPath pretrained_checkpoint(const std::string& path) {
  const auto no_checkpoint = [&] {
    return checkpoint_error(fmt::format(
        "{}: no checkpoint, nor the directory of a run; weights alone do not say how pictures were masked", path));
  };
  if (!is_directory(posix_fs(), path)) throw no_checkpoint();
  ModelRequest wanted;
  wanted.weights = path;
  const ModelSource source = find_model(wanted);
  if (source.card.kind != kPretrainedKind) {
    throw usage_error(fmt::format(
        "{}: a {}, which draws no pictures; name a run of itpn pretrain, such as the one that it started from",
        source.path, source.card.kind));
  }
  if (!source.weights.checkpoint) throw no_checkpoint();
  return source.weights;
}

LoadedModel load_model(const ReconstructRequest& request, const torch::Device& device) {
  Fs& fs = posix_fs();
  const WeightsPath weights = pretrained_checkpoint(request.checkpoint);
  LoadedModel loaded{weights.checkpoint->path, config_of(fs, *weights.checkpoint, request)};
  loaded.model = MimModel(mim_config_of(loaded.config, sizes_of_weights(weights.path)), 0);
  log_report(load_weights(fs, weights, named_weights(*loaded.model), pretraining_weight_rules()));
  loaded.model->to(device);
  return loaded;
}

// As the run read its pictures, with what this command says about damage and size.
DecodeOptions reading_of(const DataConfig& data, const ReconstructRequest& request) {
  DecodeOptions reading = decode_options(ReadingConfig{data.alpha, data.exif});
  reading.limit = limit_of(request.max_megapixels);
  return reading;
}

// What the model makes of a batch.
PanelInput run_model(LoadedModel& loaded, const HostBatch& batch, const DrawKey& key, const torch::Device& device) {
  const PretrainConfig& config = loaded.config;
  PanelInput panel;
  panel.statistics = {config.data.mean, config.data.std};
  panel.patch_size = config.model.patch_size;
  panel.normalised_targets = loaded.model->config.normalise_pixels;
  MimInput input;
  input.images = ops::images_to_device(batch, panel.statistics, device);
  input.noise =
      ops::to_device(mask_noise(key, patch_grid(config.data.image_size, config.model.patch_size).count()), device);
  input.want_prediction = true;
  const MimOutput output = loaded.model->forward(input);
  panel.images = input.images;
  panel.prediction = output.prediction;
  panel.is_hidden = output.mask.is_hidden;
  return panel;
}

PanelInput row_of(const PanelInput& panel, int64_t row) {
  PanelInput one = panel;
  one.images = panel.images.narrow(0, row, 1);
  one.prediction = panel.prediction.narrow(0, row, 1);
  one.is_hidden = panel.is_hidden.narrow(0, row, 1);
  return one;
}

// NAME.png for .../NAME.jpg; NAME-2.png where that is taken.
std::string output_name(const std::string& path, std::set<std::string>& taken) {
  const std::string_view file = base_name(path);
  const std::string stem(file.substr(0, file.rfind('.')));
  std::string name = stem + ".png";
  for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}-{}.png", stem, i);
  return name;
}

// Writes one file for each picture and gathers the overview.
class PanelFiles {
 public:
  PanelFiles(const std::string& directory, ReconstructResult& result) : directory_(directory), result_(result) {}

  void add(const std::string& picture, PanelInput row) {
    const Image panel = reconstruction_panel(row);
    if (result_.pictures.empty()) make_directories(posix_fs(), directory_);
    result_.pictures.push_back(join_path(directory_, output_name(picture, taken_)));
    write_file_atomically(posix_fs(), result_.pictures.back(), encode_png(panel));
    if (result_.pictures.size() > kOverviewRows) return;
    row.has_captions = result_.pictures.size() == 1;  // once, above all rows
    add_below(row.has_captions ? panel : reconstruction_panel(row));
  }

  void finish() {
    result_.overview = join_path(directory_, kOverviewName);
    write_file_atomically(posix_fs(), result_.overview, encode_png(overview_));
  }

 private:
  void add_below(const Image& panel) {
    overview_.width = panel.width;
    overview_.channels = panel.channels;
    overview_.height += panel.height;
    overview_.pixels.insert(overview_.pixels.end(), panel.pixels.begin(), panel.pixels.end());
  }

  std::string directory_;
  ReconstructResult& result_;
  std::set<std::string> taken_ = {kOverviewName};
  Image overview_;
};

}  // namespace

ReconstructResult reconstruct(const ReconstructRequest& request) {
  if (request.images.empty()) throw usage_error("no picture given; name at least one");
  const torch::NoGradGuard no_grad;
  const torch::Device device = select_device(request.device);
  configure_numerics({}, device);
  LoadedModel loaded = load_model(request, device);
  const std::vector<std::string> images = expand_pictures(request.images).paths;
  ReconstructResult result;
  result.checkpoint = loaded.checkpoint;
  PictureFormat format = picture_format(loaded.config.data);
  format.reading = reading_of(loaded.config.data, request);
  const auto transform = make_evaluation_transform(format, loaded.config.preprocess);
  PanelFiles files(request.output_dir, result);
  const std::span<const std::string> paths = images;
  for (size_t first = 0; first < paths.size(); first += kPanelBatch) {
    PictureBatch pictures =
        read_pictures(paths.subspan(first, std::min(kPanelBatch, paths.size() - first)), *transform);
    result.unreadable.insert(result.unreadable.end(), pictures.unreadable.begin(), pictures.unreadable.end());
    HostBatch& batch = pictures.batch;
    if (batch.count == 0) continue;
    for (uint64_t& position : batch.positions) position += first;
    const PanelInput panels =
        run_model(loaded, batch, {static_cast<uint64_t>(request.seed), 0, batch.positions}, device);
    for (int64_t row = 0; row < batch.count; ++row) {
      files.add(pictures.paths[static_cast<size_t>(row)], row_of(panels, row));
    }
  }
  if (result.pictures.empty()) {
    throw data_error(fmt::format("none of {} pictures can be read; {}: {}", images.size(), result.unreadable[0].path,
                                 result.unreadable[0].reason));
  }
  files.finish();
  return result;
}

}  // namespace itpn
