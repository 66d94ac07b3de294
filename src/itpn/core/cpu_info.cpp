#include "itpn/core/cpu_info.h"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <utility>

#include "itpn/core/kernel_files.h"

namespace itpn {
namespace {

constexpr std::array kInstructions = {"avx2",        "fma",         "avx512f",  "avx512bw", "avx512vl", "avx512dq",
                                      "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16", "asimd",
                                      "asimddp",     "sve",         "bf16",     "i8mm"};

std::vector<std::string> known_among(const std::string& flags) {
  std::istringstream words(flags);
  std::set<std::string> all;
  for (std::string word; words >> word;) all.insert(word);
  std::vector<std::string> known;
  std::copy_if(kInstructions.begin(), kInstructions.end(), std::back_inserter(known),
               [&](const char* name) { return all.contains(name); });
  return known;
}

}  // namespace

bool CpuInfo::has(const std::string& instruction) const {
  return std::find(instructions.begin(), instructions.end(), instruction) != instructions.end();
}

CpuInfo read_cpu_info(const std::string& root) {
  const std::string text = kernel_text(root + "/proc/cpuinfo");
  CpuInfo info;
  info.model = value_of(text, "model name");
  const std::string flags = value_of(text, "flags");
  info.instructions = known_among(flags.empty() ? value_of(text, "Features") : flags);
  std::set<std::string> sockets;
  std::set<std::pair<std::string, std::string>> cores;
  std::string socket;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("physical id")) sockets.insert(socket = value_of(line, "physical id"));
    if (line.starts_with("core id")) cores.emplace(socket, value_of(line, "core id"));
  }
  info.sockets = static_cast<int64_t>(sockets.size());
  info.full_cores = static_cast<int64_t>(cores.size());
  return info;
}

}  // namespace itpn
