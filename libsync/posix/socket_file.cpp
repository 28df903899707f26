// SPDX-License-Identifier: MIT
#include "libsync/posix/socket_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace isletime {
namespace {

std::string errno_text() {
  return std::strerror(errno);
}

std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::optional<std::string> fault_of_folder(const std::string& folder, std::optional<uid_t> account) {
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0 && errno == ENOENT) mkdir(folder.c_str(), 0755);
  if (lstat(folder.c_str(), &status) != 0) return errno_text();
  if (S_ISLNK(status.st_mode)) return "it is a symbolic link";
  if (!S_ISDIR(status.st_mode)) return "it is no folder";
  const bool is_safe_owner = status.st_uid == 0 || status.st_uid == geteuid() || status.st_uid == account;
  if (!is_safe_owner) return "it belongs to somebody else";
  const bool others_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  // In a sticky folder others may add files, but neither remove nor rename ours.
  if (others_write && (status.st_mode & S_ISVTX) == 0) return "others may write to it";
  return std::nullopt;
}

// The path must be free or hold a stale socket, which is removed.
std::optional<std::string> clear_way(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return errno == ENOENT ? std::optional<std::string>{} : errno_text();
  if (S_ISLNK(status.st_mode)) return "it is a symbolic link";
  if (!S_ISSOCK(status.st_mode)) return "it exists and is not a socket";
  const auto probe = open_local_socket();
  if (!probe) return probe.error().text;
  const auto failure = connect_to(*probe, path);
  // A listener whose queue is full is alive.
  if (!failure || *failure == EAGAIN) return "another program answers there";
  if (*failure != ECONNREFUSED) return std::strerror(*failure);
  if (unlink(path.c_str()) != 0) return "a stale socket cannot be removed: " + errno_text();
  return std::nullopt;
}

Unexpected<SocketFailure> failure_at(const std::string& path, const std::string& why) {
  return Unexpected{SocketFailure{false, path + ": no socket made there: " + why}};
}

}  // namespace

Result<Fd, SocketFailure> open_local_socket() {
  // The flags are set separately, because clock simulators that replace libc refuse them in socket(2).
  Fd socket{::socket(AF_UNIX, SOCK_STREAM, 0)};
  if (!socket.is_open()) return Unexpected{SocketFailure{true, "no local sockets here: " + errno_text()}};
  if (fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0 || fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) {
    return Unexpected{SocketFailure{true, "fcntl: " + errno_text()}};
  }
  return socket;
}

std::optional<int> connect_to(const Fd& socket, const std::string& path) {
  const auto address = address_of(path);
  if (!address) return ENAMETOOLONG;
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0) {
    return std::nullopt;
  }
  return errno;
}

Result<SocketFile, SocketFailure> SocketFile::listen(const std::string& path, std::optional<uid_t> account) {
  auto socket = open_local_socket();
  if (!socket) return Unexpected{socket.error()};
  const auto address = address_of(path);
  if (!address) return failure_at(path, "a socket's path has 1 to 107 bytes");
  const std::string folder = folder_of(path);
  if (const auto fault = fault_of_folder(folder, account)) {
    return failure_at(path, "its folder " + folder + ": " + *fault);
  }
  if (const auto fault = clear_way(path)) return failure_at(path, *fault);
  if (bind(socket->get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return failure_at(path, errno_text());
  }
  struct stat made {};
  if (lstat(path.c_str(), &made) != 0) return failure_at(path, errno_text());
  SocketFile file{std::move(*socket), path, made.st_dev, made.st_ino};
  constexpr int kWaiting = 16;
  if (chmod(path.c_str(), 0666) != 0 || ::listen(file.socket_.get(), kWaiting) != 0) {
    return failure_at(path, errno_text());
  }
  return file;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : socket_(std::move(other.socket_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

SocketFile::~SocketFile() {
  struct stat there {};
  if (path_.empty() || lstat(path_.c_str(), &there) != 0) return;
  // Removes only our own file, not one that has replaced it.
  if (there.st_dev == device_ && there.st_ino == inode_) unlink(path_.c_str());
}

}  // namespace isletime
