// SPDX-License-Identifier: MIT
#include "tools/sntpd/control/permission.hpp"

#include <variant>

#include "libsync/posix/privileges.hpp"

namespace isletime::sntpd {

bool is_permitted(const ControlRequest& request, const Peer& peer, const Accounts& accounts) {
  // The user nobody stands for everybody without a user of their own.
  const bool is_our_own = peer.uid == accounts.own && peer.uid != kNobody;
  if (!is_change(request) || peer.uid == 0 || is_our_own) return true;
  if (accounts.control && is_member(peer, *accounts.control)) return true;
  return std::holds_alternative<Feed>(request) && accounts.feed && is_member(peer, *accounts.feed);
}

std::string_view who_may(const ControlRequest& request) {
  return std::holds_alternative<Feed>(request)
             ? "only root, sntpd's own user and the groups isletime and isletime-feed may"
             : "only root, sntpd's own user and the group isletime may";
}

}  // namespace isletime::sntpd
