// SPDX-License-Identifier: MIT
#include "libsync/policy/monitor.hpp"

#include <algorithm>

#include "libsync/core/ntp_timestamp.hpp"
#include "libsync/policy/saturated.hpp"
#include "libsync/policy/variable_text.hpp"

namespace isletime {
namespace {

// No client sends longer requests: they have at most a fragment of data and a MAC, or in the case of ntpstat
// a buffer of 576 bytes.
constexpr std::size_t kLongestRequest = 1024;
constexpr std::size_t kPairSize = 4;  // in the reply to READSTAT: an association and its status

// The stratum that ntpd shows for a server that is not synchronised.
constexpr std::uint8_t kUnsetStratum = kMaxStratum + 1;
constexpr auto kUnsetReference = ReferenceId::ascii("INIT");
constexpr Header kSilentServer = [] {
  Header header;
  header.leap = Leap::kUnsynchronised;
  header.reference_id = kUnsetReference;
  return header;
}();

// RFC 9327, section 3.1: the last event; its count is always one here.
enum class SystemEvent : std::uint8_t { kClockSync = 5, kRestart = 6 };

// RFC 9327, section 3.2, defines the bits.
namespace peer_bit {
constexpr unsigned kConfigured = 0x80;
constexpr unsigned kSignedByKey = 0x40;
constexpr unsigned kAuthentic = 0x20;
constexpr unsigned kReachable = 0x10;
}  // namespace peer_bit
enum class PeerEvent : std::uint8_t { kMobilized = 1, kUnreachable = 3, kReachable = 4, kSystemPeer = 10 };

// The bits of ntpd's tests 10, 12 and 13, which say why a peer is not used.
namespace flash_bit {
constexpr unsigned kStratum = 0x0200;
constexpr unsigned kLoop = 0x0800;
constexpr unsigned kUnreachable = 0x1000;
}  // namespace flash_bit

constexpr std::uint16_t status_word(unsigned upper, std::uint8_t event) {
  constexpr unsigned kOnce = 1U << 4;
  return static_cast<std::uint16_t>(upper << 8 | kOnce | event);
}

std::uint16_t system_status(const Monitored& monitored, WallTime now) {
  const bool is_set = is_synchronised(monitored.state, now);
  const auto leap = static_cast<unsigned>(is_set ? monitored.state.leap : Leap::kUnsynchronised);
  const auto source = static_cast<unsigned>(is_set ? monitored.system.source : ClockSource::kUnspecified);
  const SystemEvent event = is_set ? SystemEvent::kClockSync : SystemEvent::kRestart;
  return status_word(leap << 6 | source, static_cast<std::uint8_t>(event));
}

PeerEvent last_event(const MonitoredPeer& peer) {
  if (peer.selection == PeerSelection::kSystemPeer) return PeerEvent::kSystemPeer;
  if (peer.reach != 0) return PeerEvent::kReachable;
  return peer.heard ? PeerEvent::kUnreachable : PeerEvent::kMobilized;
}

std::uint16_t peer_status(const MonitoredPeer& peer) {
  auto upper = static_cast<unsigned>(peer.selection);
  if (peer.is_configured) upper |= peer_bit::kConfigured;
  if (peer.is_signed) upper |= peer_bit::kSignedByKey;
  // With a key, only replies with its signature count.
  if (peer.is_signed && peer.reach != 0) upper |= peer_bit::kAuthentic;
  if (peer.reach != 0) upper |= peer_bit::kReachable;
  return status_word(upper, static_cast<std::uint8_t>(last_event(peer)));
}

bool is_unset_server(const MonitoredPeer& peer) {
  const auto& server = peer.server;
  return peer.is_configured && (!server || server->leap == Leap::kUnsynchronised || server->stratum == 0 ||
                                server->stratum > kMaxStratum);
}

std::uint32_t flash(const MonitoredPeer& peer) {
  std::uint32_t bits = 0;
  if (is_unset_server(peer)) bits |= flash_bit::kStratum;
  if (peer.is_loop) bits |= flash_bit::kLoop;
  if (peer.reach == 0) bits |= flash_bit::kUnreachable;
  return bits;
}

template <class T>
std::optional<nanoseconds> value_of(const std::optional<T>& quantity) {
  return quantity ? std::optional{quantity->value} : std::nullopt;
}

const MonitoredPeer* find(std::span<const MonitoredPeer> peers, std::uint16_t association) {
  const auto found = std::find_if(peers.begin(), peers.end(),
                                  [&](const MonitoredPeer& peer) { return peer.association == association; });
  return found == peers.end() ? nullptr : &*found;
}

// ntpstat reads only the first fragment, and takes "mintc=" for "tc=" if that comes first.
void write_system(VariableText& text, const Monitored& monitored, WallTime now) {
  const ServerState& state = monitored.state;
  const MonitoredSystem& system = monitored.system;
  const bool is_set = is_synchronised(state, now);
  text.number("leap", static_cast<std::int64_t>(is_set ? state.leap : Leap::kUnsynchronised));
  text.number("stratum", is_set ? state.stratum : kUnsetStratum);
  text.number("precision", state.precision);
  const Delay root_delay = is_set ? state.root_delay : Delay{};
  const Dispersion root_dispersion = is_set ? root_dispersion_at(state, now) : kMaxDispersion;
  text.bound("rootdelay", root_delay.value);
  text.bound("rootdisp", root_dispersion.value);
  text.reference_id("refid", is_set ? state.reference_id : kUnsetReference, is_set ? state.stratum : 0);
  text.stamp("reftime", is_set ? to_ntp(std::min(state.reference_time, now)) : NtpTimestamp{});
  text.stamp("clock", to_ntp(now));
  text.number("peer", system.peer);
  text.number("tc", system.poll);
  text.number("mintc", system.shortest_poll);
  text.milliseconds("offset", value_of(system.offset));
  text.frequency("frequency", system.frequency);
  text.milliseconds("sys_jitter", value_of(system.jitter));
  text.milliseconds("clk_jitter", value_of(system.jitter));
  text.frequency("clk_wander", system.wander);
  const MonitoredPeer* peer = find(monitored.peers, system.peer);
  text.bound("rootdist", saturated_sum(root_delay.value / 2, root_dispersion.value));
  text.word("peeradr", peer != nullptr ? peer->address : "");
  text.number("peermode", static_cast<std::int64_t>(peer != nullptr ? Mode::kClient : Mode::kUnspecified));
  text.quoted("version", system.version);
  text.quoted("processor", system.processor);
  text.quoted("system", system.operating_system);
}

// Writes the server's system variables; before its first reply, the values that ntpd shows.
void write_account(VariableText& text, const MonitoredPeer& peer) {
  const Header& server = peer.server.value_or(kSilentServer);
  const bool is_unset = is_unset_server(peer);
  text.number("leap", static_cast<std::int64_t>(is_unset ? Leap::kUnsynchronised : server.leap));
  text.number("stratum", is_unset ? kUnsetStratum : server.stratum);
  text.number("precision", server.precision);
  text.bound("rootdelay", server.root_delay.to_nanoseconds());
  text.bound("rootdisp", server.root_dispersion.to_nanoseconds());
  text.reference_id("refid", server.reference_id, server.stratum);
  // ntpq computes the age of a peer from the later of the two.
  text.stamp("reftime", peer.server ? std::optional{server.reference} : std::nullopt);
  text.stamp("rec", peer.heard ? std::optional{to_ntp(*peer.heard)} : std::nullopt);
}

void write_peer(VariableText& text, const MonitoredPeer& peer) {
  text.word("srcadr", peer.address);
  text.number("srcport", peer.is_configured ? std::optional<std::int64_t>{peer.port} : std::nullopt);
  text.word("dstadr", peer.local_address);
  text.quoted("srchost", peer.name);
  write_account(text, peer);
  text.hexadecimal("reach", peer.reach);
  text.number("unreach", peer.losses);
  text.number("hmode", static_cast<std::int64_t>(Mode::kClient));
  text.number("pmode", static_cast<std::int64_t>(Mode::kServer));
  // A server copies the poll field of the query, and our queries leave it unset.
  text.number("hpoll", peer.poll);
  text.number("ppoll", peer.poll);
  text.hexadecimal("flash", flash(peer));
  text.milliseconds("offset", value_of(peer.offset));
  text.milliseconds("delay", value_of(peer.delay));
  text.milliseconds("dispersion", value_of(peer.dispersion));
  text.milliseconds("jitter", value_of(peer.jitter));
}

ControlReply read_variables(const ControlHeader& asked, Bytes names, const Monitored& monitored,
                            WallTime now) {
  ControlReply reply(asked);
  VariableList list(names);
  VariableText text(reply.data(), list);
  if (asked.association == 0) {
    reply.set_status(system_status(monitored, now));
    write_system(text, monitored, now);
  } else {
    const MonitoredPeer* peer = find(monitored.peers, asked.association);
    if (peer == nullptr) return ControlReply::of_error(asked, ControlError::kBadAssociation);
    reply.set_status(peer_status(*peer));
    write_peer(text, *peer);
  }
  if (!list.were_all_known()) return ControlReply::of_error(asked, ControlError::kUnknownVariable);
  reply.set_size(text.finish());
  return reply;
}

// RFC 9327, section 3: READSTAT of the system lists the associations, and of an association its variables.
ControlReply read_status(const ControlHeader& asked, const Monitored& monitored, WallTime now) {
  if (asked.association != 0) return read_variables(asked, {}, monitored, now);
  ControlReply reply(asked);
  reply.set_status(system_status(monitored, now));
  const auto peers = monitored.peers.first(std::min(monitored.peers.size(), kMostMonitoredPeers));
  std::size_t at = 0;
  for (const MonitoredPeer& peer : peers) {
    store_be16(reply.data(), at, peer.association);
    store_be16(reply.data(), at + 2, peer_status(peer));
    at += kPairSize;
  }
  reply.set_size(at);
  return reply;
}

ControlReply perform(const ControlHeader& asked, Bytes data, const Monitored& monitored, WallTime now) {
  switch (asked.operation) {
    case ControlOperation::kReadStatus:
      return read_status(asked, monitored, now);
    case ControlOperation::kReadVariables:
      return read_variables(asked, data, monitored, now);
    case ControlOperation::kReadClockVariables:
      // No association is a reference clock of this machine.
      return ControlReply::of_error(asked, ControlError::kBadAssociation);
    case ControlOperation::kWriteVariables:
    case ControlOperation::kWriteClockVariables:
    case ControlOperation::kSetTrap:
    case ControlOperation::kUnsetTrap:
    case ControlOperation::kConfigure:
    case ControlOperation::kSaveConfiguration:
      return ControlReply::of_error(asked, ControlError::kNoPermission);
    case ControlOperation::kUnspecified:
    case ControlOperation::kTrapResponse:
    case ControlOperation::kReadRecentClients:
    case ControlOperation::kReadOrderedList:
    case ControlOperation::kRequestNonce:
      break;
  }
  return ControlReply::of_error(asked, ControlError::kBadOperation);
}

std::optional<RequestRefusal> find_fault(const Request& request, const ControlAccess& access) {
  const IpAddress asker = request.from.address;
  if (decide(access.rules, asker) == Access::kDeny || decide(access.monitors, asker) == Access::kDeny) {
    return RequestRefusal::kDenied;
  }
  if (request.from.port == 0) return RequestRefusal::kFromPortZero;
  if (asker == request.to.address && request.from.port == request.to.port)
    return RequestRefusal::kFromOurselves;
  return std::nullopt;
}

// Replies get no reply, and all of ours are marked as replies, so no two servers answer each other.
std::optional<RequestRefusal> find_fault(const ControlHeader& asked) {
  if (asked.version < kOldestVersion || asked.version > kNewestVersion)
    return RequestRefusal::kUnsupportedVersion;
  const bool is_request = asked.mode == Mode::kControl && !asked.is_response && !asked.is_error &&
                          !asked.has_more && asked.offset == 0;
  return is_request ? std::nullopt : std::optional{RequestRefusal::kNotARequest};
}

}  // namespace

ControlFragment::ControlFragment(ControlHeader header, Bytes data) {
  header.count = static_cast<std::uint16_t>(data.size());
  emit_control_header(header, bytes_);
  std::copy(data.begin(), data.end(), bytes_.begin() + kControlHeaderSize);
  // RFC 9327, section 2: the data is padded to whole words.
  size_ = (kControlHeaderSize + data.size() + 3) / 4 * 4;
}

ControlReply::ControlReply(const ControlHeader& request) : header_(request) {
  header_.is_response = true;
  header_.status = 0;
}

ControlReply ControlReply::of_error(const ControlHeader& request, ControlError error) {
  ControlReply reply(request);
  reply.header_.is_error = true;
  reply.header_.status = static_cast<std::uint16_t>(static_cast<unsigned>(error) << 8);
  return reply;
}

std::size_t ControlReply::fragments() const {
  return std::max<std::size_t>(1, (size_ + kMostControlData - 1) / kMostControlData);
}

ControlFragment ControlReply::fragment(std::size_t index) const {
  const std::size_t offset = index * kMostControlData;
  ControlHeader header = header_;
  header.offset = static_cast<std::uint16_t>(offset);
  header.has_more = index + 1 < fragments();
  return {header, Bytes{data_}.subspan(offset, std::min(size_ - offset, kMostControlData))};
}

Result<ControlReply, RequestRefusal> answer_control(const Request& request, const ControlAccess& access,
                                                    const Monitored& monitored) {
  if (const auto fault = find_fault(request, access)) return Unexpected{*fault};
  const auto asked = parse_control_header(request.bytes);
  if (!asked) return Unexpected{RequestRefusal::kTooShort};
  if (request.bytes.size() > kLongestRequest) return Unexpected{RequestRefusal::kNotARequest};
  if (const auto fault = find_fault(*asked)) return Unexpected{*fault};
  const auto data = control_data(request.bytes, *asked);
  if (!data) return ControlReply::of_error(*asked, ControlError::kBadFormat);
  return perform(*asked, *data, monitored, request.received);
}

}  // namespace isletime
