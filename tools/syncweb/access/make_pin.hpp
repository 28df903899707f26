// SPDX-License-Identifier: MIT
// syncweb --make-pin: reads a PIN from stdin, so that neither ps nor a shell's history shows it, and writes
// the line for a PIN file to stdout.
#pragma once

#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime::syncweb {

ExitStatus make_pin(const Log& log);

}  // namespace isletime::syncweb
