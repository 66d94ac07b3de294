// Errors that a user can cause or meet, each with the exit code of the program.
#pragma once

#include <stdexcept>
#include <string>

namespace itpn {

// Exit codes of the program. After a clean stop by signal n the program exits with 128 + n.
enum class ExitCode : int {
  kOk = 0,
  kInternal = 1,        // a defect of the program
  kUsage = 2,           // command line or recipe
  kData = 3,            // pictures, annotations, datasets
  kCheckpoint = 4,      // checkpoints and weight files
  kInputOutput = 5,     // the disk: missing, full, read-only
  kNotFinite = 6,       // loss or gradients are NaN or infinite
  kPeerLost = 7,        // another process of the run died
  kTimeout = 8,         // a step or a collective hangs
  kDirectoryInUse = 9,  // another run holds the output directory
};

// An error whose message is meant for the user: what happened, where, and what to do about it, in one or two lines.
// `main` prints it without a stack trace and exits with `code()`. Defects are other exception types.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

inline Error usage_error(const std::string& message) { return Error(ExitCode::kUsage, message); }
inline Error data_error(const std::string& message) { return Error(ExitCode::kData, message); }
inline Error checkpoint_error(const std::string& message) { return Error(ExitCode::kCheckpoint, message); }
inline Error io_error(const std::string& message) { return Error(ExitCode::kInputOutput, message); }

}  // namespace itpn
