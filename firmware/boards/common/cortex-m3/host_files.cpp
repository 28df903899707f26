// SPDX-License-Identifier: MIT
// Arm's semihosting (Semihosting for AArch32 and AArch64, release 2.0).
#include "firmware/boards/common/host_files.hpp"

namespace isletime::host {
namespace {

enum class Operation : std::uint32_t {
  kOpen = 0x01,
  kClose = 0x02,
  kWrite = 0x05,
  kRead = 0x06,
  kSeek = 0x0a,
  kCommandLine = 0x15,
  kExitExtended = 0x20,
};

constexpr std::uint32_t kFailed = 0xffff'ffff;
constexpr std::uint32_t kApplicationExit = 0x20026;

template <class... Words>
std::uint32_t call(Operation operation, Words... words) {
  std::uint32_t block[] = {words...};
  register auto r0 asm("r0") = static_cast<std::uint32_t>(operation);
  register std::uint32_t* r1 asm("r1") = block;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

std::uint32_t address(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// The number that stands for a mode of fopen().
std::uint32_t number_of(Mode mode) {
  switch (mode) {
    case Mode::kRead:
      return 1;  // rb
    case Mode::kUpdate:
      return 3;  // r+b
    case Mode::kCreate:
      return 7;  // w+b
  }
  return 0;
}

}  // namespace

std::optional<File> File::open(const char* path, Mode mode) {
  const std::uint32_t handle =
      call(Operation::kOpen, address(path), number_of(mode), std::string_view{path}.size());
  if (handle == kFailed) return std::nullopt;
  return File{handle};
}

// Reading and writing return how many bytes were left over.
std::size_t File::read(MutableBytes bytes) const {
  const std::uint32_t left = call(Operation::kRead, handle_, address(bytes.data()), bytes.size());
  return left > bytes.size() ? 0 : bytes.size() - left;
}

std::size_t File::write(Bytes bytes) const {
  const std::uint32_t left = call(Operation::kWrite, handle_, address(bytes.data()), bytes.size());
  return left > bytes.size() ? 0 : bytes.size() - left;
}

bool File::seek(std::uint32_t position) const {
  return call(Operation::kSeek, handle_, position) == 0;
}

void File::close() const {
  call(Operation::kClose, handle_);
}

std::string_view arguments(std::span<char> buffer) {
  std::uint32_t block[] = {address(buffer.data()), buffer.size()};
  register auto r0 asm("r0") = static_cast<std::uint32_t>(Operation::kCommandLine);
  register std::uint32_t* r1 asm("r1") = block;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  if (r0 != 0) return {};
  const std::string_view line{buffer.data(), block[1]};
  const std::size_t name_end = line.find(' ');
  return name_end == std::string_view::npos ? std::string_view{} : line.substr(name_end + 1);
}

void exit(int status) {
  for (;;) call(Operation::kExitExtended, kApplicationExit, static_cast<std::uint32_t>(status));
}

}  // namespace isletime::host
