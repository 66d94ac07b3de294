# Debian's packages keep a few headers of a processor's own beside the others, where only its compiler looks by itself.
foreach(prefix ${CMAKE_PREFIX_PATH})
  if(CMAKE_LIBRARY_ARCHITECTURE AND EXISTS ${prefix}/include/${CMAKE_LIBRARY_ARCHITECTURE})
    include_directories(SYSTEM ${prefix}/include/${CMAKE_LIBRARY_ARCHITECTURE})
  endif()
endforeach()

find_package(Threads REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
# The program alone is built without it.
find_package(GTest)
set(ITPN_TESTS ${GTest_FOUND})

# itpn_find_library(TARGET HEADER LIBRARY ...): an imported target of a C library by its files, without pkg-config, whose
# answers name folders of the system where a package lies unpacked elsewhere. No LIBRARY: headers only.
function(itpn_find_library target header)
  find_path(${target}_INCLUDE ${header} PATH_SUFFIXES cairo REQUIRED)
  add_library(${target} INTERFACE IMPORTED)
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_INCLUDE})
  foreach(name ${ARGN})
    find_library(${target}_${name} ${name} REQUIRED)
    target_link_libraries(${target} INTERFACE ${${target}_${name}})
  endforeach()
endfunction()
itpn_find_library(itpn_webp webp/decode.h webpdemux webp)
itpn_find_library(itpn_cairo cairo.h cairo)
itpn_find_library(itpn_pugixml pugixml.hpp pugixml)
itpn_find_library(itpn_tomlplusplus toml++/toml.h)
itpn_find_library(itpn_yaml yaml-cpp/yaml.h yaml-cpp)
# Headers only: the code of Gloo is in LibTorch. Without them the program knows one process.
find_path(ITPN_GLOO_INCLUDE gloo/algorithm.h)

include(LibTorch)
itpn_find_libtorch()
if(ITPN_TORCH_PROBLEM)
  message(FATAL_ERROR "${ITPN_TORCH_PROBLEM}")
elseif(NOT ITPN_TORCH_ROOT)
  message(FATAL_ERROR "no LibTorch found: install torch (pip install torch) into the active Python, or set ITPN_TORCH to a Python or a folder that has one")
endif()
list(GET ITPN_TORCH_INCLUDE_DIRS 0 ITPN_TORCH_INCLUDE)
# The torch-free presets only take fmt from it.
if(ITPN_WITH_TORCH)
  include(TorchTarget)
endif()

# Torch-free code uses the same fmt as torch code, header-only, without seeing torch's own include folder (whose
# protobuf and other third-party headers shadow the system's).
set(ITPN_FMT_ROOT ${CMAKE_BINARY_DIR}/fmt_include)
file(MAKE_DIRECTORY ${ITPN_FMT_ROOT})
file(CREATE_LINK ${ITPN_TORCH_INCLUDE}/fmt ${ITPN_FMT_ROOT}/fmt SYMBOLIC)
add_library(itpn_fmt INTERFACE)
target_include_directories(itpn_fmt SYSTEM INTERFACE ${ITPN_FMT_ROOT})
target_compile_definitions(itpn_fmt INTERFACE FMT_HEADER_ONLY)
