# itpn_add_folder(PATH): add_subdirectory where the folder has a CMakeLists.txt.
function(itpn_add_folder path)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${path}/CMakeLists.txt)
    add_subdirectory(${CMAKE_SOURCE_DIR}/${path})
  endif()
endfunction()

# itpn_compile_alone(a.cpp ...): files that must not share a translation unit where CMAKE_UNITY_BUILD is on: their macros
# or pragmas would reach the files after them, or they replace what those would inline. Those with flags of their own are
# alone anyway.
function(itpn_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# Common settings of a library or program; TORCH gives it LibTorch and the precompiled header.
function(_itpn_configure target torch)
  target_link_libraries(${target} PRIVATE itpn_options)
  if(torch)
    target_link_libraries(${target} PUBLIC itpn_torch)
    target_compile_definitions(${target} PUBLIC FMT_HEADER_ONLY)
    target_precompile_headers(${target} REUSE_FROM itpn_torch_pch)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE)
      # The precompiled header was made with -fPIC; the -fPIE that programs get would refuse it.
      set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
      target_compile_options(${target} PRIVATE -fPIC)
    endif()
  else()
    target_link_libraries(${target} PUBLIC itpn_fmt)
  endif()
endfunction()

# itpn_library(NAME SOURCES a.cpp ... [TORCH] [DEPENDS itpn_core ...] [LINK PNG::PNG ...])
# One folder is one library. DEPENDS are public, LINK are private.
function(itpn_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  _itpn_configure(${name} "${ARG_TORCH}")
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_LINK})
endfunction()

# itpn_test(NAME SOURCES a_test.cpp ... [TORCH] [SLOW] [DEPENDS ...]): one test program per folder, one ctest entry.
# SLOW gives it the label `slow`; `make test` runs both kinds. Nothing where there is no GoogleTest.
function(itpn_test name)
  if(NOT ITPN_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "TORCH;SLOW" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  _itpn_configure(${name} "${ARG_TORCH}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} ${ARG_LINK} itpn_test_support GTest::gmock GTest::gtest)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 1200 ENVIRONMENT
    "ITPN_SHARED=${CMAKE_SOURCE_DIR}/../shared;ITPN_BINARY=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/itpn;ITPN_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
  if(ARG_SLOW)
    set_tests_properties(${name} PROPERTIES LABELS slow)
  endif()
endfunction()
