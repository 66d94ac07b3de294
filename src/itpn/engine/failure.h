// What an exception means to the user: a message, and the exit code of the program.
#pragma once

#include <exception>
#include <string>

#include "itpn/core/errors.h"

namespace itpn {

struct Failure {
  ExitCode code = ExitCode::kInternal;
  std::string message;
  std::string details;  // for the log file, may be empty
};

Failure describe_failure(const std::exception_ptr& exception);

}  // namespace itpn
