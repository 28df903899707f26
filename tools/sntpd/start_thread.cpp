// SPDX-License-Identifier: MIT
#include "tools/sntpd/start_thread.hpp"

#include <system_error>
#include <utility>

#include "tools/common/signals.hpp"

namespace isletime::sntpd {

Result<std::thread, std::string> start_thread(std::function<void()> body) {
  const SignalsBlocked blocked;
  try {
    return std::thread{std::move(body)};
  } catch (const std::system_error& error) {
    return Unexpected{"no thread can be started: " + error.code().message() +
                      ": raise the limit of tasks (ulimit -u, or TasksMax= of the unit)"};
  }
}

}  // namespace isletime::sntpd
