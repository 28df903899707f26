// SPDX-License-Identifier: MIT
// From a source's text to the source.
#pragma once

#include <memory>

#include "tools/driftlog/log_options.hpp"
#include "tools/driftlog/source.hpp"
#include "tools/rtcset/devices.hpp"
#include "tools/rtcset/machine.hpp"

namespace isletime::driftlog {

// `text` comes from parse_source. `made`: when this program was.
std::unique_ptr<Source> make_source(const SourceText& text, const LogOptions& options,
                                    rtcset::Machine& machine, rtcset::Devices& devices, WallTime made);

}  // namespace isletime::driftlog
