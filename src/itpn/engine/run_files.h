// Which files a run has written into its directory: a list that lies in the directory itself, and that is the mark by
// which a run's directory is told from any other. Nothing is deleted that is not on it.
#pragma once

#include <string>
#include <vector>

#include "itpn/core/files.h"

namespace itpn {

class RunFiles {
 public:
  // Reads DIRECTORY/run.files where it is one of a run.
  RunFiles(Fs& fs, const std::string& directory);

  // Whether the directory carries the mark.
  bool is_marked() const { return is_marked_; }
  bool holds(const std::string& name) const;

  // Marks the directory, and notes names, relative to it, that the run is about to write; "name/" is a folder. Those on
  // the list already cost nothing. Throws SystemError (exit 5).
  void add(const std::vector<std::string>& names);

  // Deletes the files of the list, and folders of it that are empty then; what else lies there stays. The mark stays
  // too, with an empty list.
  void delete_all();

 private:
  std::string list_path() const;
  void write_list();

  Fs& fs_;
  std::string directory_;
  bool is_marked_ = false;
  std::vector<std::string> names_;  // sorted
};

}  // namespace itpn
