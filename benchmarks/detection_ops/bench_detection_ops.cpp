// Times RoIAlign and NMS on boxes from a folder: itpn_bench_detection_ops FOLDER THREADS. The folder holds raw fp32
// values: rois.bin (R, 5) in pixels of an 800 x 1,333 picture, boxes.bin (N, 4), scores.bin (N), and what another
// program found, expected.bin (R, 256, 7, 7), or nothing. Prints "NAME MILLISECONDS" lines, the best of some runs.
#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "itpn/ops/nms.h"
#include "itpn/ops/roi_align.h"

namespace {

using namespace itpn;

at::Tensor read(const std::string& path, std::vector<int64_t> shape) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  TORCH_CHECK(!bytes.empty(), path, " is not there");
  const auto count = static_cast<int64_t>(bytes.size() / sizeof(float));
  return torch::from_blob(const_cast<char*>(bytes.data()), {count}, torch::kFloat32).clone().view(shape);
}

// Milliseconds, the best of `runs`.
double best_of(int runs, const std::function<void()>& body) {
  double best = 1e30;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

std::vector<at::Tensor> make_maps(bool is_channels_last) {
  std::vector<at::Tensor> maps;
  for (const int64_t stride : {4, 8, 16, 32}) {
    const at::Tensor y = torch::arange(800 / stride).view({1, 1, -1, 1}).to(torch::kFloat32);
    const at::Tensor x = torch::arange(1344 / stride).view({1, 1, 1, -1}).to(torch::kFloat32);
    const at::Tensor c = torch::arange(256).view({1, -1, 1, 1}).to(torch::kFloat32);
    const at::Tensor map = torch::sin(0.3 * y + 0.7 * x + 0.11 * c);
    maps.push_back(
        (is_channels_last ? map.contiguous(at::MemoryFormat::ChannelsLast) : map.contiguous()).requires_grad_(true));
  }
  return maps;
}

void time_roi_align(const std::string& folder, const std::string& layout, bool is_channels_last) {
  const std::vector<at::Tensor> maps = make_maps(is_channels_last);
  const at::Tensor rois = read(folder + "/rois.bin", {-1, 5}), levels = ops::roi_levels(rois, 4);
  at::Tensor out;
  const auto forward = [&] { out = ops::roi_align_levels(maps, {4, 8, 16, 32}, rois, levels, {7, 7}); };
  std::printf("forward_%s %.3f\n", layout.c_str(), best_of(7, forward));
  const at::Tensor weight = is_channels_last ? torch::ones_like(out) : torch::ones_like(out).contiguous();
  std::printf("backward_%s %.3f\n", layout.c_str(),
              best_of(7, [&] { torch::autograd::grad({out}, maps, {weight}, /*retain_graph=*/true); }));
  if (!std::ifstream(folder + "/expected.bin")) return;
  const at::Tensor expected = read(folder + "/expected.bin", {-1, 256, 7, 7});
  std::printf("difference_%s %.3g\n", layout.c_str(), (out - expected).abs().max().item<double>());
}

void time_nms(const std::string& folder) {
  const at::Tensor boxes = read(folder + "/boxes.bin", {-1, 4}), scores = read(folder + "/scores.bin", {-1});
  at::Tensor keep;
  std::printf("nms %.4f\n", best_of(50, [&] { keep = ops::nms(boxes, scores, 0.7); }));
  std::printf("kept %ld\n", keep.size(0));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: itpn_bench_detection_ops FOLDER THREADS\n");
    return 2;
  }
  at::set_num_threads(std::stoi(argv[2]));
  time_roi_align(argv[1], "nchw", false);
  time_roi_align(argv[1], "channels_last", true);
  time_nms(argv[1]);
  return 0;
}
