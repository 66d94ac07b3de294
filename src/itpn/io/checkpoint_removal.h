// Deleting checkpoints, and nothing that somebody has laid beside or into them.
#pragma once

#include <string>

#include "itpn/core/files.h"

namespace itpn {

// Deletes the files that the manifest of the checkpoint at `path` names, then the manifest, and the directory if it is
// empty then. True if it is gone, or was not there; false where something else lies in it or no manifest tells what
// belongs to it. Throws SystemError (exit 5).
bool remove_checkpoint(Fs& fs, const std::string& path);

// Renames DIRECTORY/OLD_NAME to DIRECTORY/aside-NAME, or with a number behind it, which no search takes for a
// checkpoint. Returns the new path.
std::string set_aside(Fs& fs, const std::string& directory, const std::string& old_name, const std::string& name);

// Deletes what unfinished saves and deletions have left below `directory`; warns of what cannot be deleted.
void remove_leftovers(Fs& fs, const std::string& directory);

// Deletes all checkpoints below `directory`, those set aside too, and leftovers. One that remove_checkpoint() must
// leave is set aside, and a line of the log says so.
void remove_checkpoints(Fs& fs, const std::string& directory);

}  // namespace itpn
