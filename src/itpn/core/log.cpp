#include "itpn/core/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>

namespace itpn::log {
namespace {

struct LogState {
  std::mutex mutex;
  Level level = Level::kInfo;
  FILE* file = nullptr;
  long dropped = 0;
  std::string status;  // last line of a terminal, drawn again after each message
};

constexpr std::string_view kClearLine = "\r\x1b[K";

// Never destroyed: threads may still log while the program ends.
LogState& state() {
  static LogState* instance = new LogState;
  return *instance;
}

const char* name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "?";
}

// stderr carries the words "warning" and "error" only: plain information reads better bare.
std::string stderr_line(Level level, std::string_view message) {
  if (level == Level::kWarning || level == Level::kError) return fmt::format("{}: {}\n", name_of(level), message);
  return fmt::format("{}\n", message);
}

void write_to_file(LogState& s, Level level, std::string_view message) {
  if (!s.file) return;
  std::tm local{};
  const std::time_t now = std::time(nullptr);
  localtime_r(&now, &local);
  const std::string line = fmt::format("{:%Y-%m-%d %H:%M:%S} {:7} {}\n", local, name_of(level), message);
  const bool written = std::fwrite(line.data(), 1, line.size(), s.file) == line.size() && std::fflush(s.file) == 0;
  if (!written && s.dropped++ == 0) {
    std::fputs("warning: the log file takes no more lines (disk full?); the run goes on without it\n", stderr);
  }
}

// A closed or full stderr is no reason to stop a run.
void write_to_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void write(Level level, std::string_view message) {
  LogState& s = state();
  const std::scoped_lock lock(s.mutex);
  if (level >= s.level) {
    // One write, so that lines of several processes do not mix either.
    const std::string line = stderr_line(level, message);
    write_to_stderr(s.status.empty() ? line : fmt::format("{}{}{}", kClearLine, line, s.status));
  }
  write_to_file(s, level, message);
}

}  // namespace

void set_level(Level level) {
  const std::scoped_lock lock(state().mutex);
  state().level = level;
}

void set_file(const std::string& path) {
  close_file();
  FILE* opened = std::fopen(path.c_str(), "ae");
  if (!opened) warning(fmt::format("cannot write the log file {}; the run goes on without it", path));
  const std::scoped_lock lock(state().mutex);
  state().file = opened;
}

void close_file() {
  const std::scoped_lock lock(state().mutex);
  if (state().file) std::fclose(state().file);
  state().file = nullptr;
}

void debug(std::string_view message) { write(Level::kDebug, message); }
void info(std::string_view message) { write(Level::kInfo, message); }
void warning(std::string_view message) { write(Level::kWarning, message); }
void error(std::string_view message) { write(Level::kError, message); }

void set_status_line(std::string_view line) {
  LogState& s = state();
  const std::scoped_lock lock(s.mutex);
  if (line == s.status || s.level > Level::kInfo || !isatty(STDERR_FILENO)) return;
  s.status = line;
  write_to_stderr(fmt::format("{}{}", kClearLine, line));
}

long dropped_lines() {
  const std::scoped_lock lock(state().mutex);
  return state().dropped;
}

}  // namespace itpn::log
