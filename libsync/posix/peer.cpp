// SPDX-License-Identifier: MIT
#include "libsync/posix/peer.hpp"

#include <algorithm>

#include <sys/socket.h>

namespace isletime {
namespace {

#ifdef SO_PEERGROUPS
std::vector<gid_t> groups_of(const Fd& socket) {
  constexpr std::size_t kUsual = 64;
  std::vector<gid_t> groups(kUsual);
  // If the groups do not fit, the kernel returns how many there are, and that number cannot change.
  for (int tries = 0; tries < 2; ++tries) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int failure = getsockopt(socket.get(), SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    if (failure != 0 && errno != ERANGE) break;
    groups.resize(size / sizeof(gid_t));
    if (failure == 0) return groups;
  }
  return {};
}
#else
std::vector<gid_t> groups_of(const Fd&) {
  return {};
}
#endif

}  // namespace

bool is_member(const Peer& peer, gid_t group) {
  return peer.gid == group || std::find(peer.groups.begin(), peer.groups.end(), group) != peer.groups.end();
}

Result<Peer, SysError> peer_of(const Fd& socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return last_error("getsockopt SO_PEERCRED");
  }
  return Peer{credentials.pid, credentials.uid, credentials.gid, groups_of(socket)};
}

}  // namespace isletime
