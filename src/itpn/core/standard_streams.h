// The three standard descriptors.
#pragma once

namespace itpn {

// Opens /dev/null for each of stdin, stdout and stderr that the program was started without. First thing in `main`:
// otherwise the next file that is opened gets the free number, and messages end up in a checkpoint or a log.
void open_standard_streams();

}  // namespace itpn
