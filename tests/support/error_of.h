// The errors that a call throws, for tests that claim something about their messages.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "itpn/core/errors.h"

namespace itpn::test {

// The message of the itpn::Error with this exit code that `call` throws. Where it throws none, or one with another
// code, the test fails. Other exceptions pass through.
template <class Call>
std::string error_of(ExitCode code, Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "no error";
}

}  // namespace itpn::test
