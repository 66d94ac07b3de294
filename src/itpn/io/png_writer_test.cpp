#include "itpn/io/png_writer.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

TEST(PngWriter, WrittenPicturesDecodeToTheSamePixels) {
  for (int channels = 1; channels <= 4; ++channels) {
    Image image(7, 5, channels);
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * 37);
    const Image read = decode_stored(encode_png(image));
    EXPECT_EQ(read.channels, channels);
    EXPECT_EQ(read.width, 7);
    EXPECT_EQ(read.pixels, image.pixels);
  }
}

TEST(PngWriter, RefusesWhatIsNoPicture) {
  EXPECT_THROW(encode_png(Image()), std::invalid_argument);
  EXPECT_THROW(encode_png(Image(2, 2, 5)), std::invalid_argument);
  Image cut(2, 2, 3);
  cut.pixels.pop_back();
  EXPECT_THROW(encode_png(cut), std::invalid_argument);
}

}  // namespace
}  // namespace itpn
