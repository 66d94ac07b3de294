// The built-in synthetic set as picture files, for commands and programs that want a folder.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/data/datasets/synthetic_scene.h"

namespace itpn {

struct ExportSyntheticRequest {
  std::string folder;
  int64_t count = 1024;     // pictures to learn from, in folder/train/CLASS
  int64_t val_count = 256;  // held-out ones, in folder/val/CLASS
  SyntheticStyle style = SyntheticStyle::kScattered;
};

// Writes PNG files; those of the same name are replaced. Throws exit code 5 where the folder cannot be written.
void export_synthetic(const ExportSyntheticRequest& request);

}  // namespace itpn
