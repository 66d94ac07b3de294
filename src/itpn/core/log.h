// Messages to a person: to stderr, and to the run's log file once there is one. Results go to stdout, never through
// here.
#pragma once

#include <string>
#include <string_view>

namespace itpn::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// Messages below `level` are not shown on stderr (the file gets all of them). Default: kInfo.
void set_level(Level level);
// Also append every message, with time and level, to `path`. An unwritable file costs one warning, never the run.
void set_file(const std::string& path);
void close_file();

// Lines may come from any thread; each is written whole.
void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

// On a terminal: keeps `line` (no newline in it) as the last line of the screen, below all messages, until it is
// replaced or, by an empty line, cleared. Does nothing where stderr is not a terminal or information is not shown.
void set_status_line(std::string_view line);

// Lines that the log file could not take (disk full): counted, reported once.
long dropped_lines();

}  // namespace itpn::log
