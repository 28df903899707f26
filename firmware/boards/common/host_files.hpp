// SPDX-License-Identifier: MIT
// The emulator's host by semihosting: files in its working directory, the command line, and the exit status.
// An implementation for each CPU: Arm's semihosting, and the simulator call of Xtensa's ISS. QEMU serves no
// other device during a call.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/bytes.hpp"

namespace isletime::host {

enum class Mode : std::uint8_t {
  kRead,
  kUpdate,  // reads and writes a file that exists
  kCreate,  // reads and writes an empty file
};

class File {
 public:
  // `path` ends with a zero byte.
  static std::optional<File> open(const char* path, Mode mode);

  // Return how many bytes were transferred. read() waits for at least one byte, and returns 0 at the end.
  std::size_t read(MutableBytes bytes) const;
  std::size_t write(Bytes bytes) const;
  bool seek(std::uint32_t position) const;
  void close() const;

 private:
  explicit File(std::uint32_t handle) : handle_(handle) {}

  std::uint32_t handle_;
};

// Writes the arguments that follow the image's name, separated by spaces, and returns them: what follows
// QEMU's -append.
std::string_view arguments(std::span<char> buffer);

[[noreturn]] void exit(int status);

}  // namespace isletime::host
