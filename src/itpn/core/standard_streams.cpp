#include "itpn/core/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace itpn {

void open_standard_streams() {
  // open() takes the lowest free number, so nothing is left to be done once it gives one above stderr's.
  int file = 0;
  do {
    file = ::open("/dev/null", O_RDWR);
  } while (file >= 0 && file <= STDERR_FILENO);
  if (file > STDERR_FILENO) ::close(file);
}

}  // namespace itpn
