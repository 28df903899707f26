// SPDX-License-Identifier: MIT
#include "tools/syncweb/portal/portal_clients.hpp"

#include <algorithm>

namespace isletime::syncweb {

PortalClients::Client* PortalClients::find(IpAddress address, MonoTime now) {
  const auto found = std::find_if(clients_.begin(), clients_.end(),
                                  [&](const Client& client) { return client.address == address; });
  if (found == clients_.end() || elapsed(found->last_heard, now) >= kForgottenAfter) return nullptr;
  return &*found;
}

PortalClients::Client& PortalClients::entry(IpAddress address, MonoTime now) {
  if (Client* known = find(address, now)) return *known;
  const auto is_same = [&](const Client& client) { return client.address == address; };
  auto place = std::find_if(clients_.begin(), clients_.end(), is_same);
  if (place == clients_.end() && clients_.size() < kMost) place = clients_.insert(clients_.end(), Client{});
  if (place == clients_.end()) {
    place = std::min_element(clients_.begin(), clients_.end(),
                             [](const Client& a, const Client& b) { return a.last_heard < b.last_heard; });
  }
  *place = {address, now, std::nullopt};
  return *place;
}

void PortalClients::on_portal_page(IpAddress client, MonoTime now) {
  Client& it = entry(client, now);
  it.last_heard = now;
  if (!it.satisfied_from) it.satisfied_from = now + kTimeToRead;
}

void PortalClients::on_real_page(IpAddress client, MonoTime now) {
  Client& it = entry(client, now);
  it.last_heard = now;
  if (!it.satisfied_from || *it.satisfied_from > now) it.satisfied_from = now;
}

bool PortalClients::has_seen(IpAddress client, MonoTime now) {
  Client* known = find(client, now);
  if (known == nullptr) return false;
  known->last_heard = now;
  return known->satisfied_from && now >= *known->satisfied_from;
}

}  // namespace isletime::syncweb
