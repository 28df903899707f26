// SPDX-License-Identifier: MIT
// The folder in which a daemon keeps its state. Nobody but root and the daemon's own user can have put
// anything into it: a folder or file that is a symbolic link, belongs to somebody else or may be written by
// others is refused. While one process has it open, another cannot.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

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

// A clause for behind the path: "is a symbolic link", "write: No space left on device".
std::string to_string(const StateError& error);

class StateFolder {
 public:
  // Makes the folder, with those above it, if it is missing. `owner`: the user that the daemon will run as;
  // root may open the folder for it before it changes to that user.
  static Result<StateFolder, StateError> open(const std::string& path, uid_t owner);

  // Root may open its own folder for a user who cannot write there.
  bool is_owners() const;
  // Root gives its own folder to the owner with the files in it, if those are no others than `names`. False:
  // it holds others, or the system does not let us.
  bool hand_over(std::span<const std::string_view> names) const;

  // `flags` as of open(2); a file that it makes all may read.
  Result<Fd, StateError> open_file(const std::string& name, int flags) const;

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
