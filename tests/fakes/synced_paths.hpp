// SPDX-License-Identifier: MIT
// Records for which files and folders a program waits with fsync(2). Only one file of a program may include
// this, and the program is linked with -Wl,--wrap=fsync.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

namespace isletime::fakes {

inline std::vector<std::string> synced_paths;
inline int sync_failure = 0;  // the errno with which all fail, or 0

inline bool was_synced(const std::string& path) {
  return std::find(synced_paths.begin(), synced_paths.end(), path) != synced_paths.end();
}

}  // namespace isletime::fakes

extern "C" {
int __real_fsync(int file);   // NOLINT
int __wrap_fsync(int file) {  // NOLINT
  namespace fakes = isletime::fakes;
  std::array<char, 4096> path{};
  if (readlink(fmt::format("/proc/self/fd/{}", file).c_str(), path.data(), path.size() - 1) > 0)
    fakes::synced_paths.emplace_back(path.data());
  if (fakes::sync_failure == 0) return __real_fsync(file);
  errno = fakes::sync_failure;
  return -1;
}
}
