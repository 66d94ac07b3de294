// docs/config.md: every key of every recipe. `itpn config reference` prints it; a test keeps the file fresh.
#pragma once

#include <string>

namespace itpn {

std::string config_page();

}  // namespace itpn
