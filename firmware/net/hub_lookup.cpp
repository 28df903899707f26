// SPDX-License-Identifier: MIT
#include "firmware/net/hub_lookup.hpp"

#include <algorithm>
#include <lwip/dns.h>

#include "firmware/net/lwip_address.hpp"

namespace isletime::net {
namespace {

constexpr seconds kBetweenLookups{60};
constexpr seconds kAfterFailure{5};

void take(const char*, const ip_addr_t* found, void* lookup) {
  if (found != nullptr) static_cast<HubLookup*>(lookup)->on_found(from_lwip(*found));
}

}  // namespace

void HubLookup::start(std::string_view name) {
  name_.fill('\0');
  if (name.size() < name_.size()) std::copy(name.begin(), name.end(), name_.begin());
}

// The stack's own cache keeps to the name server's time to live.
void HubLookup::poll(MonoTime now) {
  if (!has_name() || (next_ && now < *next_)) return;
  ip_addr_t known{};
  const err_t outcome = dns_gethostbyname(name_.data(), &known, take, this);
  if (outcome == ERR_OK) on_found(from_lwip(known));
  next_ = now + (address_ ? kBetweenLookups : kAfterFailure);
}

}  // namespace isletime::net
