// SPDX-License-Identifier: MIT
#include "libsync/posix/state_folder.hpp"

#include <algorithm>
#include <dirent.h>
#include <memory>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace isletime {
namespace {

constexpr mode_t kFolderMode = 0755;

StateError system_error(const char* operation) {
  return {StateFault::kSystem, {errno, operation}};
}

Unexpected<StateError> system_fault(const char* operation) {
  return Unexpected{system_error(operation)};
}

Unexpected<StateError> refusal(StateFault fault) {
  return Unexpected{StateError{fault, {}}};
}

// With a trailing slash O_NOFOLLOW would follow a link.
std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// Explains a refusal by open(2) that is due to O_NOFOLLOW or O_DIRECTORY.
Unexpected<StateError> refused_to_open(int folder, const std::string& name) {
  const int code = errno;
  struct stat status {};
  if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISLNK(status.st_mode)) return refusal(StateFault::kSymlink);
    if (code == ENOTDIR) return refusal(StateFault::kNotAFolder);
    if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) return refusal(StateFault::kNotAFile);
  }
  return Unexpected{StateError{StateFault::kSystem, {code, "open"}}};
}

std::optional<StateFault> fault_of(const struct stat& status, uid_t owner) {
  if (status.st_uid != owner && status.st_uid != 0) return StateFault::kNotOurs;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return StateFault::kWritableByOthers;
  return std::nullopt;
}

void make_folders_above(const std::string& path) {
  // Errors show when the last folder is created.
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    mkdir(path.substr(0, slash).c_str(), kFolderMode);
  }
}

Result<Fd, StateError> open_folder(const std::string& path, uid_t owner) {
  bool made = mkdir(path.c_str(), kFolderMode) == 0;
  if (!made && errno == ENOENT) {
    make_folders_above(path);
    made = mkdir(path.c_str(), kFolderMode) == 0;
    if (!made) return system_fault("mkdir");
  }
  Fd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!folder.is_open()) return refused_to_open(AT_FDCWD, path);
  if (made && owner != geteuid() && fchown(folder.get(), owner, static_cast<gid_t>(-1)) != 0) {
    return system_fault("chown");
  }
  return folder;
}

// Returns nothing if the folder cannot be read.
std::optional<std::vector<std::string>> files_in(int folder) {
  using Listing = std::unique_ptr<DIR, int (*)(DIR*)>;
  const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const Listing listing{copy < 0 ? nullptr : fdopendir(copy), closedir};
  if (!listing) return std::nullopt;
  std::vector<std::string> names;
  while (const dirent* entry = readdir(listing.get())) {
    const std::string name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}

// Returns the path of the folder above, or nothing if there is none.
std::optional<std::string> path_above(const std::string& path) {
  const auto slash = path.rfind('/');
  if (path == "/" || path == ".") return std::nullopt;
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::string to_string(const StateError& error) {
  switch (error.fault) {
    case StateFault::kSystem:
      return to_string(error.system);
    case StateFault::kSymlink:
      return "is a symbolic link";
    case StateFault::kNotAFolder:
      return "is not a folder";
    case StateFault::kNotAFile:
      return "is not a file";
    case StateFault::kNotOurs:
      return "belongs to another user";
    case StateFault::kWritableByOthers:
      return "may be written by others: chmod go-w it";
    case StateFault::kInUse:
      return "is in use by another process";
    case StateFault::kTooLarge:
      return "is too large";
  }
  return "";
}

Result<StateFolder, StateError> StateFolder::open(const std::string& path, uid_t owner) {
  std::string plain = without_trailing_slashes(path);
  auto folder = open_folder(plain, owner);
  if (!folder) return Unexpected{folder.error()};
  struct stat status {};
  if (fstat(folder->get(), &status) != 0) return system_fault("fstat");
  if (const auto fault = fault_of(status, owner)) return refusal(*fault);
  // A file system without locks can still hold the state.
  if (flock(folder->get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return refusal(StateFault::kInUse);
  return StateFolder{*std::move(folder), std::move(plain), owner};
}

bool StateFolder::is_owners() const {
  struct stat status {};
  return owner_ == geteuid() || (fstat(folder_.get(), &status) == 0 && status.st_uid == owner_);
}

bool StateFolder::hand_over(std::span<const std::string_view> names) const {
  constexpr auto kSameGroup = static_cast<gid_t>(-1);
  const auto found = files_in(folder_.get());
  const auto is_known = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto give = [&](const std::string& name) {
    return fchownat(folder_.get(), name.c_str(), owner_, kSameGroup, AT_SYMLINK_NOFOLLOW) == 0;
  };
  if (!found || !std::all_of(found->begin(), found->end(), is_known)) return false;
  return std::all_of(found->begin(), found->end(), give) && fchown(folder_.get(), owner_, kSameGroup) == 0;
}

std::optional<StateError> StateFolder::sync_with_parents() const {
  struct stat own {};
  if (fsync(folder_.get()) != 0 || fstat(folder_.get(), &own) != 0) return system_error("fsync");
  for (auto path = path_above(path_); path; path = path_above(*path)) {
    const Fd above{::open(path->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!above.is_open() && errno == EACCES) continue;
    struct stat status {};
    if (!above.is_open() || fstat(above.get(), &status) != 0) return system_error("open");
    if (status.st_dev != own.st_dev) break;
    if (fsync(above.get()) != 0) return system_error("fsync");
  }
  return std::nullopt;
}

Result<Fd, StateError> StateFolder::open_file(const std::string& name, int flags, mode_t mode) const {
  // O_NONBLOCK: opening a FIFO in the file's place must not block.
  Fd file{openat(folder_.get(), name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode)};
  if (!file.is_open()) return refused_to_open(folder_.get(), name);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return system_fault("fstat");
  if (!S_ISREG(status.st_mode)) return refusal(StateFault::kNotAFile);
  if (const auto fault = fault_of(status, owner_)) return refusal(*fault);
  return file;
}

}  // namespace isletime
