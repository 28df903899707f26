// SPDX-License-Identifier: MIT
// The simulator call of Xtensa's instruction set simulator, as QEMU has it (target/xtensa/xtensa-semi.c).
#include "firmware/boards/common/host_files.hpp"

#include <algorithm>
#include <array>

namespace isletime::host {
namespace {

enum class Call : std::uint32_t {
  kExit = 1,
  kRead = 3,
  kWrite = 4,
  kOpen = 5,
  kClose = 6,
  kSeek = 19,
  kArgumentCount = 1000,
  kArgumentSize = 1001,
  kArguments = 1002,
};

// Returns a negative number if it failed.
std::int32_t call(Call number, std::uint32_t first = 0, std::uint32_t second = 0, std::uint32_t third = 0) {
  register auto a2 asm("a2") = static_cast<std::int32_t>(number);
  register std::uint32_t a3 asm("a3") = first;
  register std::uint32_t a4 asm("a4") = second;
  register std::uint32_t a5 asm("a5") = third;
  asm volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
  return a2;
}

std::uint32_t address(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// The host's flags of open(2).
std::uint32_t flags_of(Mode mode) {
  constexpr std::uint32_t kReadWrite = 2;
  constexpr std::uint32_t kCreateFile = 0100;
  constexpr std::uint32_t kTruncate = 01000;
  switch (mode) {
    case Mode::kRead:
      return 0;
    case Mode::kUpdate:
      return kReadWrite;
    case Mode::kCreate:
      return kReadWrite | kCreateFile | kTruncate;
  }
  return 0;
}

}  // namespace

std::optional<File> File::open(const char* path, Mode mode) {
  constexpr std::uint32_t kPermissions = 0666;
  const std::int32_t handle = call(Call::kOpen, address(path), flags_of(mode), kPermissions);
  if (handle < 0) return std::nullopt;
  return File{static_cast<std::uint32_t>(handle)};
}

std::size_t File::read(MutableBytes bytes) const {
  return static_cast<std::size_t>(
      std::max<std::int32_t>(0, call(Call::kRead, handle_, address(bytes.data()), bytes.size())));
}

std::size_t File::write(Bytes bytes) const {
  return static_cast<std::size_t>(
      std::max<std::int32_t>(0, call(Call::kWrite, handle_, address(bytes.data()), bytes.size())));
}

bool File::seek(std::uint32_t position) const {
  return call(Call::kSeek, handle_, position, 0) >= 0;
}

void File::close() const {
  call(Call::kClose, handle_);
}

// The simulator writes the vector of pointers first, then the texts, each with a zero byte at its end.
std::string_view arguments(std::span<char> buffer) {
  const std::int32_t count = call(Call::kArgumentCount);
  const std::int32_t size = call(Call::kArgumentSize);
  std::array<std::uint32_t, 256> vector;
  if (count < 2 || size < 0 || static_cast<std::uint32_t>(size) > sizeof vector) return {};
  call(Call::kArguments, address(vector.data()));
  std::size_t written = 0;
  for (std::int32_t i = 1; i < count; ++i) {
    const std::string_view argument{reinterpret_cast<const char*>(vector[static_cast<std::size_t>(i)])};
    if (argument.size() + 1 > buffer.size() - written) break;
    std::copy(argument.begin(), argument.end(), buffer.begin() + static_cast<std::ptrdiff_t>(written));
    written += argument.size();
    buffer[written++] = ' ';
  }
  return {buffer.data(), written};
}

void exit(int status) {
  for (;;) call(Call::kExit, static_cast<std::uint32_t>(status));
}

}  // namespace isletime::host
