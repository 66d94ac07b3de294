// A checkpoint's MANIFEST.json from hostile text: refused as a damaged checkpoint, or equal to itself when it is
// written and read again.
#include <cstdlib>
#include <string>

#include "itpn/core/sha256.h"
#include "itpn/io/checkpoint_manifest.h"

namespace {

void read(const std::string& text) {
  try {
    const itpn::CheckpointManifest manifest = itpn::parse_manifest(text, "input");
    if (to_text(itpn::parse_manifest(to_text(manifest), "again")) != to_text(manifest)) std::abort();
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kCheckpoint) throw;
  }
}

// The last line of a manifest holds the hash of the rest, which a fuzzer cannot guess.
std::string with_right_hash(const std::string& body) {
  return body + ",\n \"manifest_sha256\": \"" + itpn::sha256_hex(body) + "\"\n}\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(text);
  read(with_right_hash(text));
  return 0;
}
