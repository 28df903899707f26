// SPDX-License-Identifier: MIT
// Answers to monitoring programs, by control messages (mode 6; RFC 9327): from a request, its sender, and the
// state of the clock and its sources come the fragments of a reply, or the reason why there is none. Read
// only: a request that would change or enumerate something is answered by an error of 12 bytes. As replies
// are longer than requests, only those whom `monitors` allow get them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/control_message.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/access_rules.hpp"
#include "libsync/policy/responder.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// RFC 9327, section 3.1: the kind of source that sets the clock.
enum class ClockSource : std::uint8_t {
  kUnspecified = 0,
  kLocal = 5,
  kNtp = 6,
  kOther = 7,
  kByHand = 8,
};

// RFC 9327, section 3.2. "#" as ntpq has it.
enum class PeerSelection : std::uint8_t {
  kRejected = 0,
  kFalseticker = 1,  // x
  kOutlier = 3,      // -
  kCandidate = 4,    // +
  kInReserve = 5,    // #
  kSystemPeer = 6,   // *
};

struct MonitoredPeer {
  std::uint16_t association = 0;  // never 0
  PeerSelection selection = PeerSelection::kRejected;
  bool is_configured = false;  // false: somebody feeds it
  bool is_signed = false;
  bool is_loop = false;
  std::string_view address{};  // a literal one, without port; empty: it has none
  std::uint16_t port = 0;
  std::string_view local_address{};  // ours, as it sees us; empty: not known
  std::string_view name{};           // empty: only the address
  std::uint8_t reach = 0;
  std::uint32_t losses = 0;           // in a row
  std::optional<std::int8_t> poll{};  // log2 seconds
  std::optional<Header> server{};     // its last account of itself
  std::optional<WallTime> heard{};    // when its last sample came
  std::optional<Offset> offset{};
  std::optional<Delay> delay{};
  std::optional<Dispersion> dispersion{};  // with half of the delay, the bound of the offset's error
  std::optional<Dispersion> jitter{};      // one sigma of the offset
};

struct MonitoredSystem {
  ClockSource source = ClockSource::kUnspecified;
  std::uint16_t peer = 0;  // the association that is followed; 0: none
  std::int8_t poll = 0;    // log2 seconds: the poll of that association, or what it would be
  std::int8_t shortest_poll = 0;
  std::optional<Offset> offset{};  // still to be slewed away
  std::optional<Ppm> frequency{};
  std::optional<Ppm> wander{};  // one sigma of the frequency
  std::optional<Dispersion> jitter{};
  std::string_view version{};
  std::string_view processor{};
  std::string_view operating_system{};
};

struct Monitored {
  ServerState state;  // as clients see it
  MonitoredSystem system;
  std::span<const MonitoredPeer> peers;
};

// One datagram of a reply.
class ControlFragment {
 public:
  ControlFragment(ControlHeader header, Bytes data);
  Bytes bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, kControlHeaderSize + kMostControlData> bytes_{};
  std::size_t size_ = 0;
};

// The data of a reply, and how it is cut.
class ControlReply {
 public:
  static constexpr std::size_t kMostData = 4 * kMostControlData;

  // `request` is the one that is answered. An error has no data.
  explicit ControlReply(const ControlHeader& request);
  static ControlReply of_error(const ControlHeader& request, ControlError error);

  void set_status(std::uint16_t status) { header_.status = status; }
  // The caller writes `size` bytes at most, and gives their number to set_size.
  MutableBytes data() { return data_; }
  void set_size(std::size_t size) { size_ = size; }

  bool is_error() const { return header_.is_error; }
  std::size_t fragments() const;
  ControlFragment fragment(std::size_t index) const;  // of fragments()

 private:
  ControlHeader header_;
  std::array<std::uint8_t, kMostData> data_{};
  std::size_t size_ = 0;
};

// Further associations are left out.
inline constexpr std::size_t kMostMonitoredPeers = kMostControlData / 4;

// `rules`: whom to answer at all. `monitors`: who of those may ask this. Both in order of precedence.
struct ControlAccess {
  std::span<const AccessRule> rules;
  std::span<const AccessRule> monitors;
};

Result<ControlReply, Refusal> answer_control(const Request& request, const ControlAccess& access,
                                             const Monitored& monitored);

}  // namespace isletime
