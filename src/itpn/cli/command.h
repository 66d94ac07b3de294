// Subcommands: a name, one line for the overview, and the function that runs it.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace itpn::cli {

// Words of the command line after the subcommand's name.
using Arguments = std::vector<std::string>;

struct Command {
  std::string name;
  std::string summary;
  // Returns the program's exit code.
  int (*run)(const Arguments& arguments);
};

// What `itpn --help`, or the help of a command with commands of its own, shows around the list of commands.
struct CommandGroup {
  std::string program;  // "itpn", "itpn benchmark"
  std::string summary;
  std::string examples;  // one command a line, indented by two
  std::vector<Command> commands;
};

// Runs the command that the first argument names. Prints the overview for --help, -h, help and for no argument at all
// (then with exit code 2). Throws a usage error with the nearest name for an unknown command.
int dispatch(const CommandGroup& group, const Arguments& arguments);

}  // namespace itpn::cli
