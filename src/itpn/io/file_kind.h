// What a file is, told by its first bytes: for messages that say what somebody has in place of what was wanted, and for
// choosing a reader. Nothing is opened or decoded beyond these bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "itpn/core/files.h"

namespace itpn {

enum class FileKind : uint8_t {
  kUnknown,
  kEmpty,
  kZeros,  // nothing else in the bytes looked at
  // Texts that stand for a file which is elsewhere.
  kLfsPointer,
  kAnnexPointer,
  kWebPage,
  // Texts.
  kSvg,
  kXml,
  kJson,
  kUtf16,
  kText,
  // Pictures.
  kJpeg,
  kPng,
  kWebp,
  kGif,
  kBmp,
  kTiff,
  kHeic,
  kAvif,
  kJpegXl,
  kJpeg2000,
  kPhotoshop,
  kIcon,
  kVideo,
  kPdf,
  // Several files in one.
  kGzip,
  kZip,
  kSevenZip,
  kXz,
  kBzip2,
  kZstd,
  kRar,
  kTar,
  // Numbers.
  kSafetensors,
  kPickle,
  kHdf5,
  kNumpy,
  kGguf,
};

// How many bytes of a file's start tell its kind.
inline constexpr size_t kFileKindBytes = 1024;

// `start` is the whole file, or its first kFileKindBytes bytes at least.
FileKind file_kind(std::span<const std::byte> start);
// Of the file at `path`. Throws SystemError (exit 5) where it cannot be read.
FileKind file_kind(Fs& fs, const std::string& path);
FileKind file_kind(OpenFile& file);

// "a Git LFS pointer", "a gzip-compressed file", "a JPEG picture"; "of no known kind".
const char* kind_name(FileKind kind);

// Where to get what was wanted, for kinds that show it, as a clause: "fetch the file itself with `git lfs pull`". ""
// for the others.
const char* kind_remedy(FileKind kind);

// JPEG, PNG and WebP: pictures that are decoded.
bool is_readable_picture(FileKind kind);
// Any picture, film or page.
bool is_picture(FileKind kind);
// What has to be unpacked before anything in it can be read; a plain tar file is none.
bool is_packed(FileKind kind);

}  // namespace itpn
