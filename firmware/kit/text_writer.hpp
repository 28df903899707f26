// SPDX-License-Identifier: MIT
// The library's writer of short texts, under the firmware's namespace.
#pragma once

#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {

using isletime::TextWriter;

}  // namespace isletime::firmware
