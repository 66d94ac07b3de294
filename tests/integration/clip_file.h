// A teacher for tests: a small CLIP model with random weights, and the command that learns from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn::test {

struct ClipFileOptions {
  int64_t width = 16;
  int64_t depth = 1;
  int64_t patch = 8;
  int64_t grid = 4;
  int64_t output_dim = 12;
  uint64_t seed = 0;
};

// Writes a .safetensors file with OpenAI's names: the vision tower, and a parameter of the text tower.
void write_clip_file(const std::string& path, const ClipFileOptions& options = {});

// `itpn pretrain` with the smallest model and the teacher of write_clip_file(teacher), milliseconds a step; 20 steps in
// 4 epochs. Student and teacher have 4 x 4 patches: 64 pixels by 16, and 32 by 8. An empty `teacher` is left out.
std::vector<std::string> tiny_clip_pretrain(const std::string& output_dir, const std::string& teacher,
                                            const std::vector<std::string>& changes = {});

// Changes that switch on every loss that pre-training can have beside that of CLIP's last feature: MFM with its moving
// average, all pyramid levels, pixels.
std::vector<std::string> all_clip_terms();

}  // namespace itpn::test
