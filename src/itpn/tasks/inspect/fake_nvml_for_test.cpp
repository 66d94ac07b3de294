// A stand-in for the library of NVIDIA's driver: a machine with two GPUs, or, with FAKE_NVML_FAILS in the environment,
// one whose driver is not loaded.
#include <cstdlib>
#include <cstring>

extern "C" {

struct Memory {
  unsigned long long total, free, used;
};

int nvmlInit_v2() { return std::getenv("FAKE_NVML_FAILS") ? 9 : 0; }
int nvmlShutdown() { return 0; }
const char* nvmlErrorString(int code) { return code == 9 ? "Driver Not Loaded" : "Unknown Error"; }
int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  std::strncpy(text, "550.54.15", length);
  return 0;
}
int nvmlSystemGetCudaDriverVersion_v2(int* version) {
  *version = 12040;
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 2;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  static int devices[2] = {0, 1};
  *device = &devices[index];
  return 0;
}
int nvmlDeviceGetName(void* device, char* text, unsigned length) {
  std::strncpy(text, *static_cast<int*>(device) == 0 ? "NVIDIA A100" : "NVIDIA T4", length);
  return 0;
}
int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  const unsigned long long total = *static_cast<int*>(device) == 0 ? 80ULL << 30 : 16ULL << 30;
  *memory = {total, total / 2, total / 2};
  return 0;
}
}
