// SPDX-License-Identifier: MIT
#include "libsync/posix/state_file.hpp"

#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

#include "libsync/posix/write_all.hpp"

namespace isletime {
namespace {

StateError system_error(const SysError& error) {
  return {StateFault::kSystem, error};
}

std::optional<SysError> sync_to_disk(int descriptor) {
  while (fsync(descriptor) != 0) {
    if (errno != EINTR) return SysError{errno, "fsync"};
  }
  return std::nullopt;
}

std::optional<StateError> write_new(const StateFolder& folder, const std::string& name,
                                    std::string_view content, mode_t mode) {
  auto file = folder.open_file(name, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!file) return file.error();
  if (const auto error = write_all(file->get(), content)) return system_error(*error);
  if (const auto error = sync_to_disk(file->get())) return system_error(*error);
  return std::nullopt;
}

}  // namespace

Result<std::optional<std::string>, StateError> read_state_file(const StateFolder& folder,
                                                               const std::string& name, std::size_t most) {
  const auto file = folder.open_file(name, O_RDONLY);
  if (!file) {
    if (file.error().fault == StateFault::kSystem && file.error().system.code == ENOENT) {
      return std::optional<std::string>{};
    }
    return Unexpected{file.error()};
  }
  std::string content(most + 1, '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count = read(file->get(), content.data() + filled, content.size() - filled);
    if (count == 0) break;
    if (count > 0) {
      filled += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      return Unexpected{system_error({errno, "read"})};
    }
  }
  if (filled > most) return Unexpected{StateError{StateFault::kTooLarge, {}}};
  content.resize(filled);
  return std::optional{std::move(content)};
}

std::optional<StateError> replace_state_file(const StateFolder& folder, const std::string& name,
                                             std::string_view content, mode_t mode) {
  const std::string fresh = name + ".new";
  const int at = folder.descriptor();
  unlinkat(at, fresh.c_str(), 0);  // left by a killed process
  if (const auto error = write_new(folder, fresh, content, mode)) {
    unlinkat(at, fresh.c_str(), 0);
    return error;
  }
  if (renameat(at, fresh.c_str(), at, name.c_str()) != 0) {
    const SysError error{errno, "rename"};
    unlinkat(at, fresh.c_str(), 0);
    return system_error(error);
  }
  if (const auto error = sync_to_disk(at)) return system_error(*error);
  return std::nullopt;
}

}  // namespace isletime
