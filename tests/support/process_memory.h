// Memory of this process, from the kernel's high-water mark.
#pragma once

#include <malloc.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace itpn::test {

// A field of /proc/self/status in bytes, 0 where it is not there.
inline int64_t process_memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::strtoll(line.c_str() + field.size() + 1, nullptr, 10) * 1024;
  }
  return 0;
}

// False where its memory says nothing about the program: under a sanitizer, which keeps books of its own, and without
// /proc.
inline bool tells_memory() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return process_memory("VmHWM") > 0;
#endif
}

// Peak memory of `work` above what the process had before.
template <class Work>
int64_t peak_memory(const Work& work) {
  malloc_trim(0);                               // memory that is free but still ours would hide what is taken
  std::ofstream("/proc/self/clear_refs") << 5;  // resets the high-water mark
  const int64_t before = process_memory("VmRSS");
  work();
  return process_memory("VmHWM") - before;
}

}  // namespace itpn::test
