#include "itpn/engine/failure.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <new>

namespace itpn {

Failure describe_failure(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return {error.code(), error.what(), ""};
  } catch (const c10::Error& error) {
    return {ExitCode::kInternal, fmt::format("internal error: {}", error.what_without_backtrace()), error.what()};
  } catch (const std::bad_alloc&) {
    return {ExitCode::kUsage, "out of memory; take a smaller batch (train.micro_batch_size) or model", ""};
  } catch (const std::exception& error) {
    return {ExitCode::kInternal, fmt::format("internal error: {}", error.what()), ""};
  } catch (...) {
    return {ExitCode::kInternal, "internal error: an exception of unknown type", ""};
  }
}

}  // namespace itpn
