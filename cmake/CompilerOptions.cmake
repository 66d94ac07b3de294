# libFuzzer programs of tests/fuzz: clang only, LibTorch off. Coverage goes into every library, the driver into them.
option(ITPN_FUZZ "Build tests/fuzz as libFuzzer programs (needs -DCMAKE_CXX_COMPILER=clang++ and ITPN_WITH_TORCH=OFF)" OFF)

# Warnings are errors for our own code; third-party headers come in as system headers. clang, which only fuzzes, warns of
# other things than the compiler that the code is written for.
set(ITPN_WERROR -Werror)
if(ITPN_FUZZ)
  set(ITPN_WERROR "")
endif()
add_library(itpn_options INTERFACE)
target_compile_options(itpn_options INTERFACE -Wall -Wextra ${ITPN_WERROR} -Wno-psabi -fno-math-errno)
target_include_directories(itpn_options INTERFACE ${CMAKE_SOURCE_DIR}/src)

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

if(ITPN_SANITIZE)
  if(ITPN_WITH_TORCH)
    message(FATAL_ERROR "ITPN_SANITIZE needs ITPN_WITH_TORCH=OFF: a prebuilt LibTorch gives false alarms")
  endif()
  # Enough for a report's lines; more of either doubles the time to compile and finds nothing more.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1 -DNDEBUG")
  add_compile_options(-fsanitize=${ITPN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # With the checks in between, GCC takes the unused members of a std::variant for read.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${ITPN_SANITIZE})
endif()

if(ITPN_FUZZ)
  if(ITPN_WITH_TORCH OR NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "ITPN_FUZZ needs -DCMAKE_CXX_COMPILER=clang++ and -DITPN_WITH_TORCH=OFF")
  endif()
  set(ITPN_FUZZ_FLAGS -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_compile_options(${ITPN_FUZZ_FLAGS})
  add_link_options(${ITPN_FUZZ_FLAGS})
endif()

find_program(ITPN_MOLD mold)
if(ITPN_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_program(ITPN_CCACHE ccache)
if(ITPN_CCACHE)
  # The sloppiness is what ccache asks for before it caches files that use a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${ITPN_CCACHE})
endif()
