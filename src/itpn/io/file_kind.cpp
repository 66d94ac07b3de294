#include "itpn/io/file_kind.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/io/decoders.h"
#include "itpn/io/tar_header.h"

namespace itpn {
namespace {

using namespace std::string_view_literals;

struct Signature {
  size_t offset;
  std::string_view bytes;
  FileKind kind;
};

constexpr std::array kSignatures = {Signature{0, "GIF8"sv, FileKind::kGif},
                                    Signature{0, "II*\0"sv, FileKind::kTiff},
                                    Signature{0, "MM\0*"sv, FileKind::kTiff},
                                    Signature{0, "II+\0"sv, FileKind::kTiff},
                                    Signature{0, "MM\0+"sv, FileKind::kTiff},
                                    Signature{0, "\xff\x0a"sv, FileKind::kJpegXl},
                                    Signature{4, "JXL \r\n\x87\n"sv, FileKind::kJpegXl},
                                    Signature{4, "jP  \r\n\x87\n"sv, FileKind::kJpeg2000},
                                    Signature{0, "\xff\x4f\xff\x51"sv, FileKind::kJpeg2000},
                                    Signature{0, "8BPS\0\x01"sv, FileKind::kPhotoshop},
                                    Signature{0, "\0\0\x01\0"sv, FileKind::kIcon},
                                    Signature{0, "%PDF-"sv, FileKind::kPdf},
                                    Signature{0, "\x1a\x45\xdf\xa3"sv, FileKind::kVideo},
                                    Signature{8, "AVI LIST"sv, FileKind::kVideo},
                                    Signature{0, "\x1f\x8b\x08"sv, FileKind::kGzip},
                                    Signature{0, "PK\x03\x04"sv, FileKind::kZip},
                                    Signature{0, "PK\x05\x06"sv, FileKind::kZip},
                                    Signature{0, "7z\xbc\xaf\x27\x1c"sv, FileKind::kSevenZip},
                                    Signature{0,
                                              "\xfd"
                                              "7zXZ\0"sv,
                                              FileKind::kXz},
                                    Signature{4, "1AY&SY"sv, FileKind::kBzip2},
                                    Signature{0, "\x28\xb5\x2f\xfd"sv, FileKind::kZstd},
                                    Signature{0, "Rar!\x1a\x07"sv, FileKind::kRar},
                                    Signature{0, "\x89HDF\r\n\x1a\n"sv, FileKind::kHdf5},
                                    Signature{0, "\x93NUMPY"sv, FileKind::kNumpy},
                                    Signature{0, "GGUF"sv, FileKind::kGguf},
                                    Signature{0, "\xff\xfe"sv, FileKind::kUtf16},
                                    Signature{0, "\xfe\xff"sv, FileKind::kUtf16},
                                    Signature{0, "version https://git-lfs.github.com/"sv, FileKind::kLfsPointer},
                                    Signature{0, "/annex/objects/"sv, FileKind::kAnnexPointer}};

struct Facts {
  FileKind kind;
  const char* name;
  const char* remedy;
};

constexpr const char* kConvert = "convert it to JPEG or PNG";
constexpr const char* kUnpack = "unpack it first";
constexpr const char* kAgain = "copy or download it again";

constexpr std::array kFacts = {
    Facts{FileKind::kUnknown, "of no known kind", ""},
    Facts{FileKind::kEmpty, "an empty file", kAgain},
    Facts{FileKind::kZeros, "a file of zeros, as an unfinished copy or download leaves it", kAgain},
    Facts{FileKind::kLfsPointer, "a Git LFS pointer", "fetch the file itself with `git lfs pull` in its repository"},
    Facts{FileKind::kAnnexPointer, "a git-annex pointer", "fetch the file itself with `git annex get`"},
    Facts{FileKind::kWebPage, "a web page", "its address led to a page and not to the file: download the file itself"},
    Facts{FileKind::kSvg, "an SVG drawing", kConvert},
    Facts{FileKind::kXml, "an XML text", "it may be a server's answer in place of the file: look into it"},
    Facts{FileKind::kJson, "a JSON text", "it may be a server's answer in place of the file: look into it"},
    Facts{FileKind::kUtf16, "a text in UTF-16", "save it as UTF-8"},
    Facts{FileKind::kText, "a plain text", ""},
    Facts{FileKind::kJpeg, "a JPEG picture", ""},
    Facts{FileKind::kPng, "a PNG picture", ""},
    Facts{FileKind::kWebp, "a WebP picture", ""},
    Facts{FileKind::kGif, "a GIF picture", kConvert},
    Facts{FileKind::kBmp, "a BMP picture", kConvert},
    Facts{FileKind::kTiff, "a TIFF picture", kConvert},
    Facts{FileKind::kHeic, "a HEIC picture", kConvert},
    Facts{FileKind::kAvif, "an AVIF picture", kConvert},
    Facts{FileKind::kJpegXl, "a JPEG XL picture", kConvert},
    Facts{FileKind::kJpeg2000, "a JPEG 2000 picture", kConvert},
    Facts{FileKind::kPhotoshop, "a Photoshop document", kConvert},
    Facts{FileKind::kIcon, "an icon", kConvert},
    Facts{FileKind::kVideo, "a film", "save its frames as JPEG or PNG"},
    Facts{FileKind::kPdf, "a PDF document", "save its pages as PNG"},
    Facts{FileKind::kGzip, "a gzip-compressed file", kUnpack},
    Facts{FileKind::kZip, "a zip archive", kUnpack},
    Facts{FileKind::kSevenZip, "a 7z archive", kUnpack},
    Facts{FileKind::kXz, "an xz-compressed file", kUnpack},
    Facts{FileKind::kBzip2, "a bzip2-compressed file", kUnpack},
    Facts{FileKind::kZstd, "a zstd-compressed file", kUnpack},
    Facts{FileKind::kRar, "a RAR archive", kUnpack},
    Facts{FileKind::kTar, "a tar file", ""},
    Facts{FileKind::kSafetensors, "a .safetensors file", ""},
    Facts{FileKind::kPickle, "a Python pickle", ""},
    Facts{FileKind::kHdf5, "an HDF5 file", ""},
    Facts{FileKind::kNumpy, "a NumPy array", ""},
    Facts{FileKind::kGguf, "a GGUF file", ""}};

const Facts& facts_of(FileKind kind) {
  const auto* found =
      std::find_if(kFacts.begin(), kFacts.end(), [&](const Facts& facts) { return facts.kind == kind; });
  return found == kFacts.end() ? kFacts.front() : *found;
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool has(std::string_view text, size_t offset, std::string_view bytes) {
  return text.size() >= offset + bytes.size() && text.substr(offset, bytes.size()) == bytes;
}

// Eight bytes of a length below 4 GiB, then a brace. What the length's own bytes happen to spell does not matter.
bool is_safetensors(std::string_view text) { return has(text, 4, "\0\0\0\0{"sv); }

// Protocols 2 to 5.
bool is_pickle(std::string_view text) { return text.size() > 8 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5; }

// The size may be any, but a wrong one and two zeros behind it are rare in a text that begins with these letters.
bool is_bmp(std::string_view text) { return has(text, 0, "BM") && has(text, 6, "\0\0\0\0"sv); }

bool is_tar(std::span<const std::byte> start) {
  if (start.size() < kTarBlock) return false;
  TarBlock block;
  std::copy_n(start.begin(), kTarBlock, block.begin());
  return parse_tar_header(block).has_value();
}

// The container of HEIC, AVIF and films: its brands say which.
std::optional<FileKind> kind_of_boxes(std::string_view text) {
  if (!has(text, 4, "ftyp")) return std::nullopt;
  const std::string_view brands = text.substr(8, 64);
  const auto any_of = [&](std::initializer_list<std::string_view> wanted) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](std::string_view brand) { return brands.find(brand) != std::string_view::npos; });
  };
  if (any_of({"avif", "avis"})) return FileKind::kAvif;
  if (any_of({"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"})) return FileKind::kHeic;
  return FileKind::kVideo;
}

// A character that is cut off at the end of the bytes looked at does not count.
bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0) return text.size() < 4 && static_cast<unsigned char>(text[0]) >= 0xC2;
    const auto first = static_cast<unsigned char>(text[0]);
    if (first == 0x7F || (first < ' ' && "\t\n\r\f"sv.find(text[0]) == std::string_view::npos)) return false;
    text.remove_prefix(length);
  }
  return true;
}

// UTF-16 without its mark: as Latin letters have it, every other byte is zero and no other one is.
bool is_unmarked_utf16(std::string_view text) {
  if (text.size() < 8) return false;
  const size_t zeros_at = text[0] == '\0' ? 0 : 1;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '\0') != (i % 2 == zeros_at)) return false;
  }
  return true;
}

FileKind kind_of_text(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (!is_plain_text(text)) return FileKind::kUnknown;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const std::string all = lower_case(text);
  for (const char* start : {"<!doctype html", "<html", "<head", "<body"}) {
    if (all.starts_with(start)) return FileKind::kWebPage;
  }
  if (all.starts_with("<svg") || all.starts_with("<!doctype svg")) return FileKind::kSvg;
  if (all.starts_with("<?xml")) {
    if (all.find("<svg") != std::string::npos) return FileKind::kSvg;
    return all.find("<html") != std::string::npos ? FileKind::kWebPage : FileKind::kXml;
  }
  const bool is_json = text.starts_with('{') && text.find('"') != std::string_view::npos;
  return is_json ? FileKind::kJson : FileKind::kText;
}

}  // namespace

FileKind file_kind(std::span<const std::byte> start) {
  if (start.empty()) return FileKind::kEmpty;
  const std::string_view text = text_of(start);
  if (is_safetensors(text)) return FileKind::kSafetensors;
  if (is_jpeg(start)) return FileKind::kJpeg;
  if (is_png(start)) return FileKind::kPng;
  if (is_webp(start)) return FileKind::kWebp;
  const auto* known = std::find_if(kSignatures.begin(), kSignatures.end(),
                                   [&](const Signature& s) { return has(text, s.offset, s.bytes); });
  if (known != kSignatures.end()) return known->kind;
  if (const auto kind = kind_of_boxes(text)) return *kind;
  if (is_pickle(text)) return FileKind::kPickle;
  if (is_bmp(text)) return FileKind::kBmp;
  if (is_tar(start)) return FileKind::kTar;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c == '\0'; })) return FileKind::kZeros;
  return is_unmarked_utf16(text) ? FileKind::kUtf16 : kind_of_text(text);
}

FileKind file_kind(OpenFile& file) {
  std::vector<std::byte> start(std::min<uint64_t>(file.size(), kFileKindBytes));
  file.read_exactly(start, 0);
  return file_kind(start);
}

FileKind file_kind(Fs& fs, const std::string& path) {
  OpenFile file(fs, path, OpenMode::kRead);
  return file_kind(file);
}

const char* kind_name(FileKind kind) { return facts_of(kind).name; }

const char* kind_remedy(FileKind kind) { return facts_of(kind).remedy; }

bool is_readable_picture(FileKind kind) {
  return kind == FileKind::kJpeg || kind == FileKind::kPng || kind == FileKind::kWebp;
}

bool is_picture(FileKind kind) { return kind >= FileKind::kJpeg && kind <= FileKind::kPdf; }

bool is_packed(FileKind kind) { return kind >= FileKind::kGzip && kind <= FileKind::kRar; }

}  // namespace itpn
