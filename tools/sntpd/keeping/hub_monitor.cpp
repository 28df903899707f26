// SPDX-License-Identifier: MIT
// The hub's state in the variables that NTP monitoring programs such as ntpq expect.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

#include "libsync/hub/fractions.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/sntpd/keeping/clock_reading.hpp"
#include "tools/sntpd/keeping/hub_host.hpp"

namespace isletime::sntpd {
namespace {

// Servers have association numbers up to this one, by their index in the discipline. The numbers of fed
// sources follow, then those of names without an address.
constexpr std::uint16_t kMostAsked = Discipline::kMaxSources;
constexpr std::uint16_t kMostFed = 32;

PeerSelection selection_of(Standing standing) {
  switch (standing) {
    case Standing::kUnreachable:
    case Standing::kNoSamples:
    case Standing::kUnsynchronised:
    case Standing::kLoop:
    case Standing::kTooUncertain:
    case Standing::kRefused:
    case Standing::kOutranked:
    case Standing::kDuplicate:
      return PeerSelection::kRejected;
    case Standing::kFalseticker:
      return PeerSelection::kFalseticker;
    case Standing::kOutlier:
      return PeerSelection::kOutlier;
    case Standing::kStandby:
      return PeerSelection::kInReserve;
    case Standing::kSelected:
      return PeerSelection::kCandidate;
    case Standing::kSystemPeer:
      return PeerSelection::kSystemPeer;
  }
  return PeerSelection::kRejected;
}

ClockSource clock_source_of(SourceKind kind) {
  switch (kind) {
    case SourceKind::kNtp:
    case SourceKind::kFedNtp:
    case SourceKind::kIsland:
      return ClockSource::kNtp;
    case SourceKind::kManual:
      return ClockSource::kByHand;
    case SourceKind::kPhoneOnAccessPoint:
    case SourceKind::kPhone:
    case SourceKind::kOcpp:
    case SourceKind::kRtc:
    case SourceKind::kCamera:
      return ClockSource::kOther;
    case SourceKind::kFreeRun:
      return ClockSource::kLocal;
  }
  return ClockSource::kUnspecified;
}

// RFC 5905, figure 12, lists the identifiers of reference clocks; it has none for a phone.
ReferenceId reference_of(SourceKind kind) {
  switch (kind) {
    case SourceKind::kNtp:
    case SourceKind::kFedNtp:
    case SourceKind::kIsland:
      return ReferenceId::ascii("NTP\0");
    case SourceKind::kManual:
      return ReferenceId::ascii("HAND");
    case SourceKind::kPhoneOnAccessPoint:
    case SourceKind::kPhone:
      return ReferenceId::ascii("PHON");
    case SourceKind::kOcpp:
      return ReferenceId::ascii("OCPP");
    case SourceKind::kRtc:
      return ReferenceId::ascii("RTC\0");
    case SourceKind::kCamera:
      return ReferenceId::ascii("CAM\0");
    case SourceKind::kFreeRun:
      return ReferenceId::ascii("LOCL");
  }
  return {};
}

// Returns "phone(192.168.4.17)"; ntpq recognises a source without an address by its parentheses.
std::string clock_name(const std::string& source) {
  const auto colon = source.find(':');
  const std::string which = colon == std::string::npos ? "" : source.substr(colon + 1);
  return source.substr(0, colon) + '(' + which + ')';
}

std::int8_t log2_seconds(nanoseconds interval) {
  const auto whole = std::max<std::int64_t>(1, std::chrono::floor<seconds>(interval).count());
  return static_cast<std::int8_t>(std::bit_width(static_cast<std::uint64_t>(whole)) - 1);
}

void take_estimate(MonitoredPeer& peer, const SourceView& view) {
  peer.offset = view.offset;
  peer.delay = view.delay;
  peer.jitter = view.deviation;
  if (!view.uncertainty) return;
  const nanoseconds half = view.delay.value_or(Delay{}).value / 2;
  peer.dispersion = Dispersion{std::max(view.uncertainty->value - half, nanoseconds::zero())};
}

// ntpq shows the name if the address is 0.0.0.0.
MonitorView::Peer unresolved_peer(const ServerNames::Unresolved& name, std::uint16_t number) {
  MonitorView::Peer view;
  view.address = "0.0.0.0";
  view.name = name.text;
  view.peer.association = number;
  view.peer.is_configured = true;
  view.peer.server = Header{};
  view.peer.server->reference_id = ReferenceId::ascii("DNS\0");
  return view;
}

}  // namespace

MonitorView::Peer HubHost::monitored(std::size_t index, Instant now) const {
  const Standing standing = hub_.source(index).placement.standing;
  const AskedServer& server = *hub_.server(index);
  const Endpoint& endpoint = server.address.endpoint;
  const ServerPlan& plan = hub_.plan(server.plan);
  MonitorView::Peer view;
  view.address = address_text(endpoint);
  if (!plan.literal) view.name = plan.text;
  MonitoredPeer& peer = view.peer;
  peer.association = static_cast<std::uint16_t>(index + 1);
  peer.selection = server.address.is_ourselves ? PeerSelection::kRejected : selection_of(standing);
  peer.is_configured = true;
  peer.is_loop = server.address.is_ourselves || standing == Standing::kLoop;
  peer.port = endpoint.port;
  peer.losses = static_cast<std::uint32_t>(server.losses);
  if (const Association* association = upstreams_.find(index)) {
    const Upstream& upstream = association->upstream;
    if (upstream.local()) view.local_address = address_text({*upstream.local(), 0, 0});
    peer.is_signed = upstream.is_signed();
    peer.reach = upstream.reach().bits();
    peer.poll = log2_seconds(upstream.interval());
  }
  if (!server.last) return view;
  peer.server = server.last->server;
  peer.heard = hub_.hub_time(server.last->time);
  take_estimate(peer, hub_.server_view(index, now));
  return view;
}

MonitorView::Peer HubHost::monitored(const FedSource& fed, std::uint16_t number, Instant now) const {
  MonitorView::Peer view;
  view.name = clock_name(fed.source);
  MonitoredPeer& peer = view.peer;
  peer.association = number;
  Header account;
  account.reference_id = reference_of(fed.kind);
  peer.server = account;
  peer.heard = hub_.hub_time(now.wall - elapsed(fed.at, now.mono));
  take_estimate(peer, hub_.fed_view(fed, now));
  if (!fed.index) return view;
  peer.selection = selection_of(hub_.source(*fed.index).placement.standing);
  peer.reach = 1;
  return view;
}

ClockSource HubHost::clock_source(MonoTime now) const {
  const ClockStanding standing = hub_.standing(now);
  if (!standing.ever_set || hub_.followed().empty()) return ClockSource::kLocal;
  return clock_source_of(standing.kind);
}

MonitorView HubHost::monitored() const {
  const Instant now = instant_now();
  const StatusView status = hub_.status(now);
  MonitorView view;
  MonitoredSystem& system = view.system;
  system.source = clock_source(now.mono);
  system.poll = static_cast<std::int8_t>(options_.minpoll);
  system.shortest_poll = kLeastPoll;
  system.offset = status.offset;
  if (status.frequency_ppm) system.frequency = to_ppm(*status.frequency_ppm * kPerMillion);
  if (status.frequency_error_ppm) system.wander = to_ppm(*status.frequency_error_ppm * kPerMillion);
  const auto add = [&](const std::string& source, MonitorView::Peer peer) {
    if (source == hub_.followed()) {
      system.peer = peer.peer.association;
      system.jitter = peer.peer.jitter;
      system.poll = peer.peer.poll.value_or(system.poll);
    }
    view.peers.push_back(std::move(peer));
  };
  for (std::size_t i = 0; i < hub_.servers().size(); ++i) {
    if (hub_.server(i)) add(hub_.server(i)->source(), monitored(i, now));
  }
  std::uint16_t number = kMostAsked;
  for (const FedSource& fed : hub_.fed()) add(fed.source, monitored(fed, ++number, now));
  number = kMostAsked + kMostFed;
  for (const ServerNames::Unresolved& name : hub_.unresolved()) {
    view.peers.push_back(unresolved_peer(name, ++number));
  }
  return view;
}

}  // namespace isletime::sntpd
