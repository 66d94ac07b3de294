// Reader of PyTorch's .pth and .pt files: the zip container of torch.save, TorchScript archives (their parameters), and
// the older container of before torch 1.6. Nothing in them is executed (io/pickle.h).
//
// Every size is checked before anything is allocated; no tensor may be larger than the file, and the list of tensors
// has bounds of its own. Errors have exit code 4 and name the file.
#pragma once

#include <memory>

#include "itpn/core/files.h"
#include "itpn/io/weights_source.h"

namespace itpn {

struct PthOptions {
  bool checks_checksums = true;  // of the zip container
};

// Opens and checks the file. `fs` must live as long as the result.
std::unique_ptr<WeightsSource> open_pth_file(Fs& fs, const std::string& path, const PthOptions& options = {});

}  // namespace itpn
