// The pre-training recipe: how it is read, and what must hold between its tables before any data is opened.
#pragma once

#include <string>
#include <vector>

#include "itpn/tasks/pretrain/pretrain_config.h"

namespace itpn {

// The recipe of a file, or the built-in one for "" (itpn-tiny on synthetic pictures), with overrides "a.b=c".
PretrainConfig load_pretrain_config(const std::string& recipe, const std::vector<std::string>& overrides);

// Throws a usage error (exit 2) that names the keys: image size and patch size, mask ratio, batch sizes, source and
// path, warm-up and length.
void check_pretrain_config(const PretrainConfig& config);

}  // namespace itpn
