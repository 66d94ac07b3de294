// The real program in bad surroundings: small, full and read-only disks, a clock that jumps, standard streams that are
// closed or full. The training comes to its end all the same, or stops with a message and goes on later, exactly.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "itpn/core/files.h"
#include "tests/faults/whole_run.h"
#include "tests/integration/processes.h"
#include "tests/support/fault_tally.h"
#include "tests/support/shared_data.h"

namespace itpn::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// The words of a command for bash; the program is "$ITPN".
std::string shell_words(const std::vector<std::string>& arguments) {
  std::string text = "\"$ITPN\"";
  for (const std::string& word : arguments) text += " '" + word + "'";
  return text;
}

// Exit code of a bash script; its own stdout and stderr go to `output` if that is not empty.
int run_script(const TemporaryDirectory& folder, const std::string& script) {
  const std::string path = folder.file("script.sh");
  const std::string head = "export ITPN=" + program_path() + " OMP_NUM_THREADS=1 MKL_NUM_THREADS=1\n";
  write_file_atomically(posix_fs(), path, head + script);
  const int status = std::system(("bash " + path + " >" + folder.file("out") + " 2>" + folder.file("err")).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool can_mount() { return std::system("unshare -Urm mount -t tmpfs tmpfs /mnt 2>/dev/null") == 0; }

class Surroundings : public testing::Test {
 protected:
  void SetUp() override { whole_.train(); }
  WholeRun whole_{WhichRun::kPretrain};
  const std::string run_ = whole_.folder("run");
  const TemporaryDirectory folder_;
};

// A disk of a random small size: the run ends (0), or gives up after three saves that did not fit (5). After the disk
// has grown it goes on, and ends as if nothing had been.
TEST_F(Surroundings, ASmallDiskCostsNothingOnceItHasGrown) {
  if (!can_mount()) GTEST_SKIP() << "this machine does not let a user mount a tmpfs";
  FaultTally tally("4", "true ENOSPC: a tmpfs from 40 to 4,000 kB");
  const std::string disk = folder_.file("disk"), run = disk + "/run", kept = folder_.file("kept");
  std::filesystem::create_directory(disk);
  const int64_t sizes = fault_count(2, 40);
  int64_t gave_up = 0;
  for (int64_t i = 0; i < sizes && !HasFailure(); ++i) {
    const int64_t kilobytes = 40 + 3960 * i / sizes;
    SCOPED_TRACE(fmt::format("{} kB", kilobytes));
    const std::string command = shell_words(whole_.command(run));
    const std::string script = fmt::format(
        "mount -t tmpfs -o size={0}k tmpfs {1} || exit 99\n{2}\ncode=$?\nmount -o remount,size=50m {1} || exit 99\n"
        "{2} >/dev/null 2>{3}/second_err || exit 98\ncp -r {4} {5} || exit 97\nexit $code",
        kilobytes, disk, command, folder_.path(), run, kept);
    write_file_atomically(posix_fs(), folder_.file("inner.sh"), script);
    const int code = run_script(folder_, "exec unshare -Urm bash " + folder_.file("inner.sh"));
    const std::string error = read_text_file(posix_fs(), folder_.file("err"));
    ASSERT_THAT(code, AnyOf(0, 5)) << error;
    gave_up += code == 5;
    if (code == 5) {
      EXPECT_THAT(error, AnyOf(HasSubstr("free"), HasSubstr("No space"))) << error;
    }
    whole_.expect_equal(kept);
    std::filesystem::remove_all(kept);
    tally.count();
  }
  tally.set_remark(fmt::format("{} of them gave up with exit 5, and went on later", gave_up));
}

TEST_F(Surroundings, AReadOnlyDiskIsNoticedBeforeTheFirstStep) {
  if (!can_mount()) GTEST_SKIP() << "this machine does not let a user mount a tmpfs";
  FaultTally tally("4", "read-only output");
  const std::string disk = folder_.file("disk");
  std::filesystem::create_directory(disk);
  write_file_atomically(posix_fs(), folder_.file("inner.sh"),
                        "mount -t tmpfs -o ro tmpfs " + disk + "\n" + shell_words(whole_.command(disk)));
  EXPECT_EQ(run_script(folder_, "exec unshare -Urm bash " + folder_.file("inner.sh")), 5);
  EXPECT_THAT(read_text_file(posix_fs(), folder_.file("err")), HasSubstr("Read-only"));
  tally.count();
}

// A file may not grow past a limit: the kernel's signal ends the program in the middle of a write.
TEST_F(Surroundings, ALimitOnTheSizeOfFilesLosesNothing) {
  FaultTally tally("4", "limits on the size of a file (true short writes)");
  for (int64_t i = 0; i < fault_count(1, 10) && !HasFailure(); ++i) {
    const int64_t kilobytes = 1 + 60 * i;
    run_script(folder_, fmt::format("ulimit -f {}\n{}", kilobytes, shell_words(whole_.command(run_))));
    const Outcome outcome = run_program(whole_.command(run_));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    whole_.expect_equal(run_);
    std::filesystem::remove_all(run_);
    tally.count();
  }
}

struct Streams {
  const char* name;
  const char* script;  // COMMAND stands for the program and its arguments
};

TEST_F(Surroundings, StandardStreamsMayBeClosedOrFull) {
  FaultTally tally("-", "stdout and stderr closed, full, or a pipe that nobody reads");
  constexpr std::array kStreams = {Streams{"stdout closed", "COMMAND >&-"},
                                   Streams{"stderr closed", "COMMAND 2>&-"},
                                   Streams{"all closed", "COMMAND <&- >&- 2>&-"},
                                   Streams{"stdout full", "COMMAND >/dev/full"},
                                   Streams{"both full", "COMMAND >/dev/full 2>&1"},
                                   Streams{"head", "COMMAND 2>&1 | head -1; exit ${PIPESTATUS[0]}"},
                                   Streams{"closed pipe", "COMMAND 2>&1 | true; exit ${PIPESTATUS[0]}"}};
  for (const auto& [name, script] : kStreams) {
    SCOPED_TRACE(name);
    std::string text = script;
    text.replace(text.find("COMMAND"), 7, shell_words(whole_.command(run_)));
    EXPECT_EQ(run_script(folder_, text), 0) << read_text_file(posix_fs(), folder_.file("err"));
    whole_.expect_equal(run_);
    std::filesystem::remove_all(run_);
    tally.count();
  }
}

TEST_F(Surroundings, AFullDiskForLogsDoesNotStopTheTraining) {
  FaultTally tally("-", "train.log on a full disk (/dev/full)");
  {
    Program begun(Launch{.arguments = whole_.command(run_)});
    while (begun.is_running() && content_of(run_ + "/metrics.jsonl").empty()) ::usleep(10000);
    begun.signal(SIGTERM);
    ASSERT_EQ(begun.wait().code, 128 + SIGTERM);
  }
  std::filesystem::remove(run_ + "/train.log");
  std::filesystem::create_symlink("/dev/full", run_ + "/train.log");
  const Outcome outcome = run_program(whole_.command(run_));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("the log file takes no more lines"));
  whole_.expect_equal(run_);
  tally.count();
}

// Path of libfaketime, or nothing.
std::string faketime_library() {
  for (const auto& folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64"}) {
    const std::string path = std::string(folder) + "/faketime/libfaketime.so.1";
    if (std::filesystem::exists(path)) return path;
  }
  return "";
}

// The run is stopped after each of a few steps and resumed ten years later, then ten years earlier, and so on.
TEST_F(Surroundings, AClockThatJumpsChangesNothing) {
  const std::string library = faketime_library();
  if (library.empty()) GTEST_SKIP() << "libfaketime is not here (Debian package libfaketime)";
  FaultTally tally("-", "jumps of the clock by ten years, forward and back");
  const std::vector<std::string> clocks = {"+10y", "-10y", "+0", "-3600d", "+3650d"};
  for (int64_t i = 0; i < fault_count(5, 20) && !HasFailure(); ++i) {
    const std::string step = fmt::format("train.max_steps={}", std::min<int64_t>(3 * (i % 5 + 1) + 1, whole_.steps()));
    Program program(
        Launch{.arguments = whole_.command(run_, {step}),
               .variables = {"LD_PRELOAD=" + library, "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME=" + clocks[i % 5]}});
    const Outcome outcome = program.wait();
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    tally.count();
    if (i % 5 != 4) continue;
    EXPECT_EQ(run_program(whole_.command(run_, {"train.max_steps=0"})).code, 0);
    whole_.expect_equal(run_);
    std::filesystem::remove_all(run_);
  }
}

}  // namespace
}  // namespace itpn::test
