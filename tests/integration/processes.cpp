#include "tests/integration/processes.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/support/shared_data.h"

namespace itpn::test {
namespace {

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> launched(int processes, const std::vector<std::string>& command) {
  return with({"launch", "--nproc", std::to_string(processes)}, command);
}

std::optional<std::string> torchrun_path() {
  std::string path = source_path(".venv/bin/torchrun");
  if (access(path.c_str(), X_OK) != 0) return std::nullopt;
  return path;
}

std::vector<std::string> for_torchrun(int processes, const std::vector<std::string>& command,
                                      const std::vector<std::string>& options) {
  std::vector<std::string> words = {"--standalone", "--no-python", fmt::format("--nproc-per-node={}", processes)};
  words = with(words, options);
  words.push_back(program_path());
  return with(words, command);
}

bool is_alive(pid_t process) {
  const std::string stat = content_of(fmt::format("/proc/{}/stat", process));
  const size_t name_end = stat.rfind(')');
  return name_end != std::string::npos && name_end + 2 < stat.size() && stat[name_end + 2] != 'Z';
}

pid_t process_of_rank(pid_t ancestor, int rank) {
  // The children of each thread: torchrun starts its processes from another one than the first.
  std::istringstream children(content_of(fmt::format("/proc/{0}/task/{0}/children", ancestor)));
  const std::string wanted = fmt::format("RANK={}", rank);
  for (pid_t child = 0; children >> child;) {
    std::istringstream variables(content_of(fmt::format("/proc/{}/environ", child)));
    for (std::string variable; std::getline(variables, variable, '\0');) {
      if (variable == wanted) return child;
    }
    if (const pid_t found = process_of_rank(child, rank)) return found;
  }
  return 0;
}

}  // namespace itpn::test
