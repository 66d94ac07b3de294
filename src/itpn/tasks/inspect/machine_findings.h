// What would make a run slower or fail on a machine, each with what to do about it.
#pragma once

#include <string>
#include <vector>

#include "itpn/tasks/inspect/machine_facts.h"

namespace itpn {

enum class Effect {
  kFails,   // a run, or one of some kind, comes to an error
  kSlower,  // it works and leaves speed unused
  kNote,    // good to know; nothing is wrong
};

struct Finding {
  Effect effect = Effect::kNote;
  std::string what;
  std::string remedy;
};

// "fails", "slower", "note".
const char* name_of(Effect effect);

// The worst first.
std::vector<Finding> machine_findings(const MachineFacts& facts);

}  // namespace itpn
