// SPDX-License-Identifier: MIT
// sntpctl keygen: writes a new key for a key file, to stdout or into the file. It does not contact sntpd.
#pragma once

#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpctl/options.hpp"

namespace isletime::sntpctl {

ExitStatus make_key(const KeygenOptions& options, const Log& log);

}  // namespace isletime::sntpctl
