// SPDX-License-Identifier: MIT
#include "libsync/posix/machine_id.hpp"

#include <array>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "libsync/posix/digest.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime {
namespace {

// Returns the first `Length` bytes of a file if all of them are among `characters`.
template <std::size_t Length>
std::optional<std::string> read_id(const char* path, std::string_view characters) {
  const Fd file{open(path, O_RDONLY | O_CLOEXEC)};
  std::array<char, Length> id{};
  if (!file.is_open() || read(file.get(), id.data(), id.size()) != std::ssize(id)) return std::nullopt;
  const std::string_view text{id.data(), id.size()};
  if (text.find_first_not_of(characters) != std::string_view::npos) return std::nullopt;
  return std::string{text};
}

}  // namespace

std::optional<std::string> machine_id(const char* path) {
  // The file says "uninitialized" during the first boot.
  const auto id = read_id<32>(path, "0123456789abcdef");
  return id ? std::optional{digest("isletime " + *id)} : std::nullopt;
}

std::optional<std::string> boot_id(const char* path) {
  return read_id<36>(path, "0123456789abcdef-");
}

}  // namespace isletime
