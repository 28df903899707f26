// SPDX-License-Identifier: MIT
// The folder for a daemon's state. Only root and the daemon's own user can have put anything into it: a
// folder or file is refused if it is a symbolic link, belongs to another user or is writable by others. Only
// one process at a time can open it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

inline constexpr mode_t kReadableByAll = 0644;
inline constexpr mode_t kOnlyForOwner = 0600;

enum class StateFault : std::uint8_t {
  kSystem,  // see StateError::system
  kSymlink,
  kNotAFolder,
  kNotAFile,
  kNotOurs,
  kWritableByOthers,
  kInUse,
  kTooLarge,
};

struct StateError {
  StateFault fault = StateFault::kSystem;
  SysError system;
};

// Returns a clause to follow the path: "is a symbolic link", "write: No space left on device".
std::string to_string(const StateError& error);

class StateFolder {
 public:
  // Creates the folder and its parents if it is missing. `owner` is the user as which the daemon will run;
  // root may open the folder before it changes to that user.
  static Result<StateFolder, StateError> open(const std::string& path, uid_t owner);

  // Returns whether it belongs to `owner`: root may open its own folder for a user who cannot write there.
  bool is_owners() const;
  // Lets root give its own folder, with the files in it, to the owner if all files are among `names`. Returns
  // false if there are others or the system refuses.
  bool hand_over(std::span<const std::string_view> names) const;

  // `flags` are those of open(2); a file that it creates gets `mode`, by default readable by all.
  Result<Fd, StateError> open_file(const std::string& name, int flags, mode_t mode = kReadableByAll) const;

  // Waits until the folder and those above it are on the disk: nothing in a new folder is safe before.
  // Folders above it that this process may not read, and other file systems, are left out, because this
  // process did not create them.
  std::optional<StateError> sync_with_parents() const;

  int descriptor() const { return folder_.get(); }
  const std::string& path() const { return path_; }

 private:
  StateFolder(Fd folder, std::string path, uid_t owner)
      : folder_(std::move(folder)), path_(std::move(path)), owner_(owner) {}

  Fd folder_;
  std::string path_;
  uid_t owner_;
};

}  // namespace isletime
