// SPDX-License-Identifier: MIT
// The two lines of an I2C bus whose other end is a model outside of the emulator, since QEMU's kc705 board
// has no I2C: two FIFOs in its working directory, `i2c.out` from us and `i2c.in` to us. Each byte that we
// write says which lines we release (bit 0 SCL, bit 1 SDA), and the model answers with the levels that
// result.
#pragma once

#include <optional>

#include "firmware/boards/common/bit_bang_i2c.hpp"
#include "firmware/boards/common/host_files.hpp"

namespace isletime::board {

class FifoLines final : public I2cLines {
 public:
  // Returns false if the FIFOs do not exist: then there is no bus. The model must have opened both, since
  // opening a FIFO waits for the other end.
  bool open();

  // A model that has left reads as lines that are held low.
  I2cLevels set(I2cLevels levels) override;

 private:
  std::optional<host::File> out_;
  std::optional<host::File> in_;
};

}  // namespace isletime::board
