// patchify, pos_embed and drop_path: tensor functions without weights.
#include <torch/torch.h>

#include <cstdio>

#include "itpn/ops/drop_path.h"
#include "itpn/ops/patchify.h"
#include "itpn/ops/relative_position.h"
#include "itpn/ops/resample_positions.h"
#include "itpn/ops/sincos.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

constexpr double kSchedules = 1e-9;

void check_patchify(const Fixture& fixture, Comparison& comparison) {
  const int64_t patch = fixture.about.at("patch_size").get<int64_t>();
  const torch::Tensor& images = fixture.at("in/images");
  const torch::Tensor patches = ops::patchify(images, patch);
  compare_held_exactly(fixture, "out/patches", patches, comparison);
  compare_held_exactly(fixture, "out/unpatchified", ops::unpatchify(patches, patch, images.size(2), images.size(3)),
                       comparison);
  compare_held(fixture, "out/normalised", ops::normalise_patches(patches), comparison);
  if (!fixture.has("in/constant_image") || !fixture.has("out/constant_normalised")) return;
  // All patches of a constant picture become noise around zero: a deviation relative to it would mean nothing.
  comparison.absolute("out/constant_normalised",
                      ops::normalise_patches(ops::patchify(fixture.at("in/constant_image"), patch)),
                      fixture.at("out/constant_normalised"), 1e-3);
}

void compare_resampled(const Fixture& fixture, Comparison& comparison) {
  torch::Tensor source;
  for (const auto& [name, table] : fixture.below("interp/source_")) source = table;
  int64_t rows = 0, columns = 0;
  for (const auto& [name, expected] : fixture.below("interp/")) {
    if (std::sscanf(name.c_str(), "runtime_%ldx%ld", &rows, &columns) == 2) {
      const bool own_grid = rows == columns && rows * columns == source.size(1);
      comparison.scaled("interp/" + name,
                        own_grid ? source : ops::resample_positions_at_run_time(source, rows, columns), expected);
    } else if (std::sscanf(name.c_str(), "load_%ldx%ld", &rows, &columns) == 2) {
      comparison.scaled("interp/" + name, ops::resample_positions_to_size(source, rows, columns), expected);
    }
  }
}

void compare_bias_tables(const Fixture& fixture, Comparison& comparison) {
  torch::Tensor source;
  for (const auto& [name, table] : fixture.below("rpe_table/source_")) source = table;
  int64_t grid = 0;
  for (const auto& [name, expected] : fixture.below("rpe_table/")) {
    if (std::sscanf(name.c_str(), "load_grid%ld", &grid) != 1) continue;
    comparison.scaled("rpe_table/" + name, ops::resample_bias_table(source, grid), expected);
  }
  for (const auto& [name, expected] : fixture.below("rpe_index/")) {
    if (std::sscanf(name.c_str(), "grid%ld", &grid) != 1) continue;
    comparison.exact("rpe_index/" + name, ops::relative_position_index(grid), expected);
  }
}

// Tables "table_HxW_dD" with gathers "gathered_h_H_dD" and "gathered_w_W_dD".
void compare_axis_tables(const Fixture& fixture, Comparison& comparison) {
  for (const auto& [name, table] : fixture.below("decomposed/")) {
    int64_t h = 0, w = 0, d = 0;
    if (std::sscanf(name.c_str(), "table_%ldx%ld_d%ld", &h, &w, &d) != 3) continue;
    for (const auto& [axis, n] : {std::pair<std::string, int64_t>("h", h), {"w", w}}) {
      const std::string gathered = "decomposed/gathered_" + axis + "_" + std::to_string(n) + "_d" + std::to_string(d);
      compare_held(fixture, gathered, ops::gather_axis_table(table, n), comparison);
    }
  }
}

void check_pos_embed(const Fixture& fixture, Comparison& comparison) {
  int64_t dim = 0, grid = 0;
  for (const auto& [name, expected] : fixture.below("sincos/")) {
    if (std::sscanf(name.c_str(), "dim%ld_grid%ld", &dim, &grid) != 2) continue;
    comparison.scaled("sincos/" + name, ops::sincos_table(dim, grid, grid), expected);
  }
  compare_resampled(fixture, comparison);
  compare_bias_tables(fixture, comparison);
  compare_axis_tables(fixture, comparison);
}

void check_drop_path(const Fixture& fixture, Comparison& comparison) {
  double rate = 0;
  for (const auto& [name, expected] : fixture.below("out/")) {
    if (std::sscanf(name.c_str(), "p%lf", &rate) != 1) continue;
    comparison.scaled("out/" + name, ops::drop_path(fixture.at("in/x"), rate, fixture.at("in/uniform")), expected);
  }
  const nlohmann::json rates_by_name = fixture.about.value("rates", nlohmann::json::object());
  for (const auto& [name, expected] : rates_by_name.items()) {
    int count = 0;
    if (std::sscanf(name.c_str(), "rate%lf_total%d", &rate, &count) != 2) continue;
    const std::vector<double> rates = ops::drop_path_rates(rate, count);
    comparison.holds(name + " (count)", expected.size() == rates.size());
    for (size_t i = 0; i < rates.size(); ++i) {
      comparison.relative(name + "." + std::to_string(i), rates[i], expected.at(i).get<double>(), kSchedules);
    }
  }
}

const bool kAddedOps = add_kind("patchify", {check_patchify, Runs::kTensors}) &&
                       add_kind("pos_embed", {check_pos_embed, Runs::kTensors}) &&
                       add_kind("drop_path", {check_drop_path, Runs::kTensors});

}  // namespace
}  // namespace itpn::golden
