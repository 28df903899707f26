// SPDX-License-Identifier: MIT
// NTP service on one socket: each request of a batch is validated and answered at once. The transmit
// timestamp is read just before sending, plus the measured duration of sending.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/hub/served_time.hpp"
#include "libsync/policy/responder.hpp"
#include "libsync/policy/send_path.hpp"
#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/snapshot.hpp"
#include "tools/sntpd/serving/access_list.hpp"
#include "tools/sntpd/serving/answerer.hpp"
#include "tools/sntpd/serving/monitor.hpp"

namespace isletime::sntpd {

struct Counters {
  std::uint64_t answered = 0;
  std::uint64_t unsent = 0;
  std::array<std::uint64_t, kRequestRefusals> refused{};

  Counters& operator+=(const Counters& other);
};
// Returns text such as "answered 12; refused 3 not a request".
std::string to_string(const Counters& counters);

class Service {
 public:
  // Everything except the socket must outlive it. `secret` must be unpredictable.
  Service(ServiceSocket socket, const AccessList& access, const Snapshot<ServedTime>& time,
          const Demands& demands, const Monitor& monitor, SharedStamps& saved, std::uint64_t secret)
      : socket_(std::move(socket)),
        access_(access),
        time_(&time),
        monitor_(&monitor),
        answerer_(demands, saved, secret) {}

  // Answers one batch. Without waiting, it uses only system calls that clock simulators support.
  void serve(ServiceSocket::Wait wait);
  // Takes the transmit timestamps that have arrived. serve() does so itself if it may wait for requests.
  void take_stamps();

  ServiceSocket& socket() { return socket_; }
  const ServiceSocket& socket() const { return socket_; }
  const Counters& counters() const { return counters_; }
  // May be read while another thread serves.
  const ClientLog& clients() const { return answerer_.clients(); }

 private:
  // Replies that leave in one go, all signed with keys of one type or unsigned.
  struct Group {
    explicit Group(SendPath::Pause before) : pause(before) {}

    SendPath::Pause pause;  // before the first reply
    std::array<const Arrival*, ServiceSocket::kMostReplies> arrivals{};
    std::array<std::optional<PendingReply>, ServiceSocket::kMostReplies> pending;
    std::size_t size = 0;

    bool takes(const PendingReply& reply) const;
    void add(const Arrival& arrival, const PendingReply& reply) {
      arrivals[size] = &arrival;
      pending[size++] = reply;
    }
    bool is_full() const { return size == pending.size(); }
    SendPath::Work work(std::size_t place) const;
  };
  // A reply whose timestamp from the kernel is awaited.
  struct Awaited {
    std::uint32_t number;
    SendPath::Work work;
    nanoseconds pace;
    WallTime completed;  // on the machine's clock
    NtpTimestamp receive;
  };

  void warm_up(const Arrival& request, SendPath::Pause pause);
  // Returns which reply of a group the kernel should stamp.
  std::optional<std::size_t> place_to_stamp(const Group& group, MonoTime now);
  // Returns how long a group takes at present.
  nanoseconds pace_of(const Group& group, WallTime completed);
  void send(Group& group, const ServedTime& time, MonoTime now);
  void answer_control(const Arrival& arrival, const Request& request, Answerer::Batch& batch,
                      const ServedTime& time);

  ServiceSocket socket_;
  AccessList::Reader access_;
  const Snapshot<ServedTime>* time_;
  const Monitor* monitor_;
  Answerer answerer_;
  SendPath send_path_;
  WallTime last_completed_{};
  std::array<nanoseconds, 2> paces_{};  // from one full group to the next
  std::vector<Awaited> awaited_;
  Counters counters_;
};

}  // namespace isletime::sntpd
