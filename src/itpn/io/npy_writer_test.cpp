#include "itpn/io/npy_writer.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(NpyWriter, HeaderIsAsTheFormatSaysAndAligned) {
  const std::string header = npy_header({3, 512});
  EXPECT_EQ(header.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(header.size() % 64, 0U);
  EXPECT_EQ(static_cast<size_t>(static_cast<unsigned char>(header[8])), header.size() - 10);
  EXPECT_NE(header.find("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 512), }"), std::string::npos);
  EXPECT_EQ(header.back(), '\n');
}

TEST(NpyWriter, AShapeOfOneSideIsATuple) { EXPECT_NE(npy_header({7}).find("'shape': (7,), }"), std::string::npos); }

}  // namespace
}  // namespace itpn
