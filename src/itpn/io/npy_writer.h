// Arrays in NumPy's .npy format, version 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

// What stands in front of a row-major array of little-endian fp32 numbers of that shape.
std::string npy_header(const std::vector<int64_t>& shape);

}  // namespace itpn
