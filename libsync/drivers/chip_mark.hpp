// SPDX-License-Identifier: MIT
// A mark that tells a clock chip from another of its model, without writing to it. It is made of the
// registers that its battery keeps and that neither its time nor its trim changes, such as alarms and memory.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/result.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

// Returns a digest of those registers, or nothing if the model has none. Leave out the memory where a program
// may use it.
Result<std::optional<std::uint64_t>, BusError> chip_mark(ChipModel model, I2cBus& bus, std::uint8_t address,
                                                         bool with_memory);

}  // namespace isletime
