// SPDX-License-Identifier: MIT
// A listening local socket (unix(7), SOCK_STREAM) at a path that nobody else can redirect, either by a
// symbolic link or by writing to its folder. Anybody may connect; the file is removed with the object.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime {

struct SocketFailure {
  bool is_unavailable = false;  // the system has no local sockets; otherwise the path is at fault
  std::string text;             // one line with the path
};

// The socket is close-on-exec and non-blocking.
Result<Fd, SocketFailure> open_local_socket();
// Returns nothing on success, otherwise the errno; ENAMETOOLONG means that no socket can have this path.
std::optional<int> connect_to(const Fd& socket, const std::string& path);

class SocketFile {
 public:
  // Creates the path's folder if only that is missing. `account` is the user who may own the folder besides
  // root and this process. A stale socket is replaced.
  static Result<SocketFile, SocketFailure> listen(const std::string& path, std::optional<uid_t> account = {});

  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile();

  const Fd& socket() const { return socket_; }

 private:
  SocketFile(Fd socket, std::string path, dev_t device, ino_t inode)
      : socket_(std::move(socket)), path_(std::move(path)), device_(device), inode_(inode) {}

  Fd socket_;
  std::string path_;  // empty if there is nothing to remove
  dev_t device_;
  ino_t inode_;
};

}  // namespace isletime
