// Tar files for tests.
#pragma once

#include <cstdio>
#include <string>

namespace itpn::test {

// One member with a v7 header.
inline std::string tar_member(const std::string& name, const std::string& content) {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& text) { header.replace(at, text.size(), text); };
  put(0, name);
  put(100, "0000644");
  char size[12];
  std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(content.size()));
  put(124, size);
  put(136, "00000000000");
  put(148, "        ");
  header[156] = '0';
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char checksum[8];
  std::snprintf(checksum, sizeof checksum, "%06o", sum);
  put(148, std::string(checksum, 7));
  return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

}  // namespace itpn::test
