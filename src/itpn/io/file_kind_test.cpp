#include "itpn/io/file_kind.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "itpn/io/little_endian.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using namespace std::string_literals;

FileKind kind_of(const std::string& content) { return file_kind(std::as_bytes(std::span(content))); }

std::string boxes(const std::string& brands) { return "\0\0\0\x20"s + "ftyp" + brands; }

struct Example {
  FileKind kind;
  std::string content;
};

TEST(FileKind, IsToldByTheFirstBytes) {
  const std::vector<Example> examples = {
      {FileKind::kEmpty, ""},
      {FileKind::kZeros, std::string(600, '\0')},
      {FileKind::kLfsPointer, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"},
      {FileKind::kAnnexPointer, "/annex/objects/SHA256E-s5--ab.jpg\n"},
      {FileKind::kWebPage, "\xef\xbb\xbf\n <!DOCTYPE HTML PUBLIC>\n<title>404</title>"},
      {FileKind::kWebPage, "<html lang=en>"},
      {FileKind::kWebPage, "<?xml version=\"1.0\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\">"},
      {FileKind::kSvg, "<?xml version=\"1.0\"?>\n<svg width=\"3\"/>"},
      {FileKind::kXml, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"},
      {FileKind::kJson, " {\"error\": \"no such file\"}"},
      {FileKind::kUtf16,
       "\xff\xfe"
       "a\0b\0"s},
      {FileKind::kText, "a/b.png 0\n"},
      {FileKind::kText, std::string(1023, 'x') + "\xc3"},  // a character that the look cuts
      {FileKind::kJpeg, "\xff\xd8\xff\xe0"},
      {FileKind::kGif, "GIF89a"},
      {FileKind::kBmp, "BM\x36\x10\x0e\0\0\0\0\0\x36"s},
      {FileKind::kTiff, "MM\0*\0\0\0\x08"s},
      {FileKind::kHeic, boxes("heic\0\0\0\0mif1"s)},
      {FileKind::kAvif, boxes("mif1\0\0\0\0avif"s)},
      {FileKind::kVideo, boxes("isom\0\0\2\0mp41"s)},
      {FileKind::kGzip, "\x1f\x8b\x08\0"s},
      {FileKind::kZip, "PK\x03\x04"},
      {FileKind::kSevenZip, "7z\xbc\xaf\x27\x1c"},
      {FileKind::kPickle, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9"},
      {FileKind::kHdf5, "\x89HDF\r\n\x1a\n"},
      {FileKind::kUnknown, "\x01\x02\x03\x04"},
      {FileKind::kUnknown, "text, and then\x01"}};
  for (const Example& example : examples) {
    EXPECT_STREQ(kind_name(kind_of(example.content)), kind_name(example.kind)) << example.content;
  }
}

// Lengths whose own bytes spell the start of a gzip file, a pickle and a zip archive.
TEST(FileKind, ASafetensorsHeaderOfAnyLengthIsOne) {
  for (const uint64_t length : {0x0008'8b1fULL, 0x0280ULL, 0x0403'4b50ULL, 0x20ULL}) {
    std::string content;
    append_little_endian(content, length, 8);
    EXPECT_EQ(kind_of(content + "{\"a\":"), FileKind::kSafetensors) << length;
  }
}

TEST(FileKind, EveryKindHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int kind = 0; kind <= static_cast<int>(FileKind::kGguf); ++kind) {
    EXPECT_TRUE(names.insert(kind_name(static_cast<FileKind>(kind))).second) << kind;
  }
}

TEST(FileKind, PicturesAndTarsOfTheTestDataAreKnown) {
  const std::string data = test::source_path("src/itpn/io/testdata/");
  EXPECT_EQ(file_kind(posix_fs(), data + "tars/pax.tar"), FileKind::kTar);
  EXPECT_EQ(file_kind(posix_fs(), data + "images/palette_4.png"), FileKind::kPng);
  EXPECT_EQ(file_kind(posix_fs(), data + "images/lossy_alpha.webp"), FileKind::kWebp);
  EXPECT_TRUE(is_readable_picture(FileKind::kPng));
  EXPECT_FALSE(is_readable_picture(FileKind::kGif));
  EXPECT_TRUE(is_picture(FileKind::kGif));
  EXPECT_FALSE(is_picture(FileKind::kGzip));
  EXPECT_TRUE(is_packed(FileKind::kGzip));
  EXPECT_FALSE(is_packed(FileKind::kTar));
}

}  // namespace
}  // namespace itpn
