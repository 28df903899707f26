// SPDX-License-Identifier: MIT
#include "libsync/posix/privileges.hpp"

#include <array>
#include <cap-ng.h>
#include <cstdio>
#include <grp.h>
#include <memory>
#include <pwd.h>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace isletime {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_to_read(const char* path) {
  return {std::fopen(path, "re"), std::fclose};
}

std::optional<User> find_in_passwd(const std::string& name, const char* path) {
  const File file = open_to_read(path);
  if (!file) return std::nullopt;
  while (const passwd* entry = fgetpwent(file.get())) {
    if (entry->pw_name == name) return User{entry->pw_uid, entry->pw_gid, {}};
  }
  return std::nullopt;
}

std::vector<gid_t> groups_of(const std::string& name, const char* path) {
  std::vector<gid_t> groups;
  const File file = open_to_read(path);
  if (!file) return groups;
  while (const group* entry = fgetgrent(file.get())) {
    for (char* const* member = entry->gr_mem; *member != nullptr; ++member) {
      if (*member == name) groups.push_back(entry->gr_gid);
    }
  }
  return groups;
}

constexpr std::array<unsigned, 2> kToKeepTime{CAP_SYS_TIME, CAP_NET_BIND_SERVICE};
constexpr auto kHeld = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED);

// Selects those of the kept capabilities that this process has.
void choose(Rights kept) {
  std::array<bool, kToKeepTime.size()> has{};
  capng_get_caps_process();
  for (std::size_t i = 0; i < kToKeepTime.size(); ++i) {
    has[i] = kept == Rights::kKeepTime && capng_have_capability(CAPNG_PERMITTED, kToKeepTime[i]) != 0;
  }
  capng_clear(CAPNG_SELECT_ALL);
  for (std::size_t i = 0; i < kToKeepTime.size(); ++i) {
    if (has[i]) capng_update(CAPNG_ADD, kHeld, kToKeepTime[i]);
  }
}

// libcap-ng reports which of its steps failed, and usually leaves errno.
Unexpected<SysError> failed(const char* operation) {
  return Unexpected{SysError{errno != 0 ? errno : EPERM, operation}};
}

std::optional<SysError> forbid_gaining() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return SysError{errno, "set no_new_privs"};
  return std::nullopt;
}

Result<Identity, SysError> become(const User& user, Rights kept) {
  if (setgroups(user.further_groups.size(), user.further_groups.data()) != 0) return failed("setgroups");
  choose(kept);
  errno = 0;
  if (capng_change_id(static_cast<int>(user.id), static_cast<int>(user.group),
                      static_cast<capng_flags_t>(CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT)) != 0) {
    return failed("change user");
  }
  return Identity::kService;
}

Result<Identity, SysError> stay_root(Rights kept) {
  choose(kept);
  errno = 0;
  if (capng_apply(CAPNG_SELECT_ALL) != 0) return failed("drop capabilities");
  return Identity::kRoot;
}

Result<Identity, SysError> stay(Rights kept) {
  choose(kept);
  errno = 0;
  // We may not change the bounding set, and need not: see forbid_gaining.
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) return failed("drop capabilities");
  return Identity::kAsRun;
}

Result<Identity, SysError> change_identity(const std::optional<User>& user, Rights kept) {
  if (geteuid() != 0) return stay(kept);
  if (user && user->id == 0) return stay_root(kept);
  return become(user.value_or(User{kNobody, kNobody, {}}), kept);
}

}  // namespace

std::optional<User> find_user(const std::string& name, const char* passwd, const char* group) {
  auto user = find_in_passwd(name, passwd);
  if (user) user->further_groups = groups_of(name, group);
  return user;
}

std::optional<gid_t> find_group(const std::string& name, const char* path) {
  const File file = open_to_read(path);
  if (!file) return std::nullopt;
  while (const group* entry = fgetgrent(file.get())) {
    if (entry->gr_name == name) return entry->gr_gid;
  }
  return std::nullopt;
}

Result<Identity, SysError> drop_privileges(const std::optional<User>& user, Rights kept) {
  const auto identity = change_identity(user, kept);
  if (!identity) return identity;
  if (const auto error = forbid_gaining()) return Unexpected{*error};
  return identity;
}

}  // namespace isletime
