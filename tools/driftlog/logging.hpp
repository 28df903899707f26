// SPDX-License-Identifier: MIT
// driftlog without a subcommand: logs clocks.
#pragma once

#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/driftlog/log_options.hpp"

namespace isletime::driftlog {

// `made` is the build time.
ExitStatus log_clocks(const LogOptions& options, Log::Level level, WallTime made);

}  // namespace isletime::driftlog
