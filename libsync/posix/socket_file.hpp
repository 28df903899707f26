// SPDX-License-Identifier: MIT
// A listening local socket (unix(7), SOCK_STREAM) at a path that nobody else can turn to their own
// ends: not by a symbolic link, nor in a folder that others may write to. Anybody may connect; the
// file is removed with the object.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime {

struct SocketFailure {
  bool is_unavailable = false;  // the system has no local sockets; else the path is at fault
  std::string text;             // one line, which names the path
};

// Close-on-exec; calls do not wait.
Result<Fd, SocketFailure> open_local_socket();
// Absent: connected. Otherwise the errno; ENAMETOOLONG: no socket can have that path.
std::optional<int> connect_to(const Fd& socket, const std::string& path);

class SocketFile {
 public:
  // Makes the path's folder if only that is missing. `account`: the user who may own the folder besides root
  // and this process. A socket that nobody answers at is replaced.
  static Result<SocketFile, SocketFailure> listen(const std::string& path, std::optional<uid_t> account = {});

  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile();

  const Fd& socket() const { return socket_; }

 private:
  SocketFile(Fd socket, std::string path, dev_t device, ino_t inode)
      : socket_(std::move(socket)), path_(std::move(path)), device_(device), inode_(inode) {}

  Fd socket_;
  std::string path_;  // empty: nothing to remove
  dev_t device_;
  ino_t inode_;
};

}  // namespace isletime
