// Settings of a data set for tests.
#pragma once

#include "itpn/data/data_config.h"

namespace itpn::test {

// A folder of pictures, read without an index on disk.
inline DataConfig uncached_folder() {
  DataConfig config;
  config.source = "folder";
  config.cache_dir = "off";
  return config;
}

}  // namespace itpn::test
