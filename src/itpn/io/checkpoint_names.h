// Names below a directory of checkpoints: `step-N`, whatever a save or a deletion leaves when it is interrupted, and
// what was set aside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace itpn {

inline constexpr std::string_view kStepPrefix = "step-", kTemporaryPrefix = ".tmp-", kRemovalPrefix = ".del-step-",
                                  kAsidePrefix = "aside-", kBestName = "best";

// The N of "step-N" as this program writes it, or nothing.
std::optional<int64_t> step_of(const std::string& name);
// ".tmp-STEP-PROCESS" and "best.tmp-PROCESS-NUMBER": a save that was not finished.
bool is_unfinished_save(const std::string& name);
// ".del-step-STEP-PROCESS-NUMBER": a checkpoint that was being deleted.
bool is_unfinished_removal(const std::string& name);

}  // namespace itpn
