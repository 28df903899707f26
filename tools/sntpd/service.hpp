// SPDX-License-Identifier: MIT
// NTP service on one socket: each request of a batch is judged and answered at once, with a transmit
// stamp that is taken just before the send, and ahead of that by what sending was seen to take.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/policy/responder.hpp"
#include "libsync/policy/send_path.hpp"
#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/snapshot.hpp"
#include "tools/sntpd/access_list.hpp"
#include "tools/sntpd/answerer.hpp"
#include "tools/sntpd/monitor.hpp"
#include "tools/sntpd/served_time.hpp"

namespace isletime::sntpd {

struct Counters {
  std::uint64_t answered = 0;
  std::uint64_t unsent = 0;
  std::array<std::uint64_t, kRefusals> refused{};

  Counters& operator+=(const Counters& other);
};
// "answered 12; refused 3 not a request"
std::string to_string(const Counters& counters);

class Service {
 public:
  // `secret`: a number that nobody can predict.
  Service(ServiceSocket socket, const AccessList& access, const Snapshot<ServedTime>& time,
          const Demands& demands, const Monitor& monitor, std::uint64_t secret)
      : socket_(std::move(socket)),
        access_(access),
        time_(&time),
        monitor_(&monitor),
        answerer_(demands, secret) {}

  // Answers one batch. Where it does not wait, it keeps to system calls that clock simulators know.
  void serve(ServiceSocket::Wait wait);
  // Takes the transmit stamps that have come. serve() does so itself, where it may wait for requests.
  void take_stamps();

  ServiceSocket& socket() { return socket_; }
  const ServiceSocket& socket() const { return socket_; }
  const Counters& counters() const { return counters_; }
  // May be read while another thread serves.
  const ClientLog& clients() const { return answerer_.clients(); }

 private:
  // Replies that leave one right behind another.
  struct Group {
    std::array<const Arrival*, ServiceSocket::kMostReplies> arrivals{};
    std::array<std::optional<Answer>, ServiceSocket::kMostReplies> answers;
    std::size_t size = 0;
  };
  // A reply that the kernel stamps.
  struct Awaited {
    std::uint32_t number;
    SendPath::Work work;
    WallTime completed;  // by the machine's clock
    NtpTimestamp receive;
  };
  enum class Stamping : std::uint8_t { kNone, kByKernel };

  void send(Group& group, SendPath::Pause pause, const ServedTime& time, MonoTime now);
  void send(Group& group, SendPath::Pause pause, const ServedTime& time, Stamping stamping);
  void answer_control(const Arrival& arrival, const Request& request, Answerer::Batch& batch,
                      const ServedTime& time);

  ServiceSocket socket_;
  AccessList::Reader access_;
  const Snapshot<ServedTime>* time_;
  const Monitor* monitor_;
  Answerer answerer_;
  SendPath send_path_;
  MonoTime last_batch_{};
  std::vector<Awaited> awaited_;
  Counters counters_;
};

}  // namespace isletime::sntpd
