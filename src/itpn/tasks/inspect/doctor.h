// `itpn doctor`: this machine and this build on one page, and what would make a run slower or fail.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "itpn/tasks/inspect/machine_facts.h"
#include "itpn/tasks/inspect/machine_findings.h"

namespace itpn {

struct DoctorReport {
  MachineFacts facts;
  std::vector<Finding> findings;
};

// Looks, measures and judges; `output_dir` is where runs would be written. Takes about five seconds.
DoctorReport run_doctor(const std::string& output_dir);

// For people, in lines of at most `columns` columns where words allow it.
std::string doctor_text(const DoctorReport& report, size_t columns);
// For programs: sizes in bytes, rates in bytes and in GFLOP a second, null for what is not known.
std::string doctor_json(const DoctorReport& report);

}  // namespace itpn
