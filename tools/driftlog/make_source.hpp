// SPDX-License-Identifier: MIT
// Creates a source from its text.
#pragma once

#include <memory>

#include "tools/common/battery_clock/devices.hpp"
#include "tools/common/machine.hpp"
#include "tools/driftlog/log_options.hpp"
#include "tools/driftlog/source.hpp"

namespace isletime::driftlog {

// `text` comes from parse_source. `made` is the build time.
std::unique_ptr<Source> make_source(const SourceText& text, const LogOptions& options, Machine& machine,
                                    battery_clock::Devices& devices, WallTime made);

}  // namespace isletime::driftlog
