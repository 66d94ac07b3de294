// Links inside a tar file. Only tar_index uses this.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "itpn/io/tar_index.h"

namespace itpn {

// A member's name without "." and "..", so that two spellings of one place are equal: "./a/../b" is "b".
std::string plain_member_name(std::string_view name);

// Links are entries of the index without content until all members are known.
class TarLinks {
 public:
  explicit TarLinks(TarIndex& index) : index_(index) {}
  // The next entry of the index is a link. A hard link's target counts from the root, a symbolic one's from the folder
  // of the link.
  void add(std::string_view name, const std::string& target, bool is_symbolic);
  // Gives each link the content of the member it leads to, through other links too. Those that lead to none go.
  void resolve();

 private:
  const size_t* follow(size_t entry, const std::unordered_map<std::string, size_t>& places) const;
  void remove_broken();

  TarIndex& index_;
  std::unordered_map<size_t, std::string> targets_;  // by entry
};

}  // namespace itpn
