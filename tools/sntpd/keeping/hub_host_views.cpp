// SPDX-License-Identifier: MIT
// The views of the hub's state, with what only the host knows: reachability and poll intervals.
#include "libsync/posix/clocks.hpp"
#include "tools/sntpd/keeping/clock_reading.hpp"
#include "tools/sntpd/keeping/hub_host.hpp"

namespace isletime::sntpd {
StatusView HubHost::status() const {
  StatusView view = hub_.status(instant_now());
  if (const std::string warning = memory_.warning(); !warning.empty())
    view.warnings.insert(view.warnings.begin(), warning);
  return view;
}

SourceView HubHost::view_of(std::size_t index, Instant now) const {
  SourceView view = hub_.server_view(index, now);
  const Association* association = upstreams_.find(index);
  if (association == nullptr) return view;
  view.reach = association->upstream.reach().bits();
  view.poll = association->upstream.interval();
  if (!association->last_error.empty()) view.last_error = association->last_error;
  if (const auto& listener = association->listener)
    view.broadcasts = {listener->taken(), listener->refused(), listener->refusal()};
  return view;
}

std::vector<SourceView> HubHost::sources() const {
  const Instant now = instant_now();
  std::vector<SourceView> views;
  for (std::size_t i = 0; i < hub_.servers().size(); ++i) {
    if (hub_.server(i)) views.push_back(view_of(i, now));
  }
  for (SourceView& view : hub_.unresolved_views()) views.push_back(std::move(view));
  for (SourceView& view : hub_.fed_views(now)) views.push_back(std::move(view));
  return views;
}

}  // namespace isletime::sntpd
