# The target itpn_torch: headers, libraries and flags of the LibTorch that LibTorch.cmake has found.
add_library(itpn_torch INTERFACE)
target_include_directories(itpn_torch SYSTEM INTERFACE ${ITPN_TORCH_INCLUDE_DIRS})
target_compile_definitions(itpn_torch INTERFACE ${ITPN_TORCH_DEFINITIONS})

# at::parallel_for is a template: where it is compiled without OpenMP it runs on one thread, without a word.
find_package(OpenMP REQUIRED COMPONENTS CXX)
target_compile_options(itpn_torch INTERFACE ${OpenMP_CXX_FLAGS})

set(lib ${ITPN_TORCH_ROOT}/lib)
# Nothing in our code names a symbol of an accelerator's library: it registers itself when it is loaded.
set(accelerators "")
foreach(kind cuda hip xpu)
  if(EXISTS ${lib}/libtorch_${kind}.so)
    list(APPEND accelerators ${lib}/libtorch_${kind}.so ${lib}/libc10_${kind}.so)
  endif()
endforeach()
target_link_libraries(itpn_torch INTERFACE
  -Wl,--no-as-needed ${lib}/libtorch.so ${lib}/libtorch_cpu.so ${accelerators} -Wl,--as-needed ${lib}/libc10.so)
if(ITPN_TORCH_OPENMP)
  target_link_libraries(itpn_torch INTERFACE ${ITPN_TORCH_OPENMP})
else()
  target_link_libraries(itpn_torch INTERFACE ${OpenMP_CXX_LIBRARIES})
endif()
# The libraries of CUDA lie where only LibTorch's own run path finds them. Our run path is the old kind, which goes before
# LD_LIBRARY_PATH: a second LibTorch that lies there must not be taken for the one that the program was built with.
target_link_options(itpn_torch INTERFACE -Wl,--allow-shlib-undefined -Wl,--disable-new-dtags)

if(ITPN_TORCH_NCCL_DIRS)
  target_compile_definitions(itpn_torch INTERFACE USE_C10D_NCCL)
endif()

# A program of two lines tells in a second what would otherwise come up after minutes: another ABI, another processor, a
# library of CUDA that is missing.
set(probe ${CMAKE_BINARY_DIR}/torch_probe)
if(NOT ITPN_TORCH_PROBED STREQUAL ITPN_TORCH_ROOT)
  file(WRITE ${probe}.cpp "#include <cstdio>\n#include <string>\nnamespace at { std::string get_cpu_capability(); }\n"
       "int main() { std::puts(at::get_cpu_capability().c_str()); }\n")
  try_run(run_result compile_result ${probe} ${probe}.cpp
    LINK_LIBRARIES -Wl,--no-as-needed ${lib}/libtorch.so ${lib}/libtorch_cpu.so ${lib}/libc10.so -Wl,--allow-shlib-undefined
      -Wl,-rpath,${lib}
    COMPILE_OUTPUT_VARIABLE compile_output RUN_OUTPUT_VARIABLE run_output)
  if(NOT compile_result)
    string(REGEX MATCH "[^\n]*(undefined reference|undefined symbol|file not recognized|incompatible|error:)[^\n]*" reason "${compile_output}")
    message(FATAL_ERROR "the torch in ${ITPN_TORCH_ROOT} does not fit this compiler (another C++ ABI or processor?):\n  ${reason}")
  elseif(NOT run_result EQUAL 0)
    string(STRIP "${run_output}" reason)
    message(FATAL_ERROR "the torch in ${ITPN_TORCH_ROOT} cannot be loaded; install it again with what it depends on:\n  ${reason}")
  endif()
  set(ITPN_TORCH_PROBED ${ITPN_TORCH_ROOT} CACHE INTERNAL "LibTorch that was linked and loaded")
endif()

message(STATUS "LibTorch ${ITPN_TORCH_BUILD} in ${ITPN_TORCH_ROOT} (${ITPN_TORCH_ORIGIN})")
