// How the process keeps host memory between training steps.
#pragma once

namespace itpn {

// Every step frees and takes the same gigabytes. Lets the C library keep freed memory instead of handing it back to the
// system, which would have to clear it page by page at the next use. Without effect where the C library is not glibc.
void keep_freed_memory();

}  // namespace itpn
