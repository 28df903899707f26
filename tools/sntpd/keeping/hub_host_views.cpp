// SPDX-License-Identifier: MIT
// The views of the hub's state, with what only the host knows: reachability, poll intervals and unresolved
// names.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"
#include "tools/sntpd/keeping/clock_reading.hpp"
#include "tools/sntpd/keeping/hub_host.hpp"

namespace isletime::sntpd {
namespace {

// "23 h 12 min"
std::string wait_text(nanoseconds wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(std::max(wait, nanoseconds::zero()));
  const auto hours = std::chrono::floor<std::chrono::hours>(minutes);
  const auto rest = (minutes - hours).count();
  return hours.count() == 0 ? fmt::format("{} min", rest) : fmt::format("{} h {} min", hours.count(), rest);
}

SourceView unresolved_view(const Unresolved& name) {
  SourceView view;
  view.source = "ntp:" + name.host;
  view.kind = name_of(SourceKind::kNtp);
  view.tier = "normal";
  view.standing = "unresolved";
  view.standing_text = "its name has no address yet";
  if (!name.why.empty()) view.last_error = name.why;
  return view;
}

}  // namespace

StatusView HubHost::status() const {
  StatusView view = hub_.status(instant_now());
  if (const std::string warning = memory_.warning(); !warning.empty())
    view.warnings.insert(view.warnings.begin(), warning);
  return view;
}

SourceView HubHost::view_of(const Association& association, Instant now) const {
  SourceView view = hub_.server_view(association.index, now);
  if (association.is_ourselves) return view;
  const Upstream& upstream = association.upstream;
  if (const auto until = upstream.stopped_until()) {
    view.standing_text = "it told us to stop asking: asked again in " + wait_text(elapsed(now.mono, *until));
  }
  view.reach = upstream.reach().bits();
  view.poll = upstream.interval();
  if (!association.last_error.empty()) view.last_error = association.last_error;
  if (const auto& listener = association.listener)
    view.broadcasts = {listener->taken(), listener->refused(), listener->refusal()};
  return view;
}

std::vector<SourceView> HubHost::sources() const {
  const Instant now = instant_now();
  std::vector<SourceView> views;
  for (const auto& association : upstreams_.associations()) views.push_back(view_of(*association, now));
  for (const Unresolved& name : upstreams_.unresolved()) views.push_back(unresolved_view(name));
  for (SourceView& view : hub_.fed_views(now)) views.push_back(std::move(view));
  return views;
}

}  // namespace isletime::sntpd
