// SPDX-License-Identifier: MIT
// An NTP server on loopback that replies as a test tells it to: truthfully, spoilt, twice, late, or from
// another port. It runs in a thread of its own until the end of the test.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/service_socket.hpp"

namespace isletime::fakes {

using Datagrams = std::vector<std::vector<std::uint8_t>>;

class LyingServer {
 public:
  struct Question {
    Header query;
    Header truth;  // an honest reply
    std::size_t number = 0;
    std::vector<std::uint8_t> datagram;  // the query as received
  };
  // Returns the datagrams to send, in order.
  using Answer = std::function<Datagrams(const Question&)>;
  enum class From { kTheAddressAsked, kAnotherPort };
  enum class When { kAtOnce, kWithTheNextQuery };

  explicit LyingServer(Answer answer, From from = From::kTheAddressAsked, When when = When::kAtOnce);
  ~LyingServer();

  // Waits for so many more queries. Returns false if a minute passes before that.
  bool is_asked_again(std::size_t times);
  std::string port() const { return std::to_string(socket_.local().port); }

 private:
  struct Pending {
    Endpoint to;
    Datagrams datagrams;
  };

  void work();
  std::size_t next_number();
  void send(const Pending& pending);

  Answer answer_;
  From from_;
  When when_;
  ServiceSocket socket_;
  ServiceSocket other_socket_;
  std::vector<Pending> pending_;
  std::mutex mutex_;
  std::condition_variable is_asked_;
  std::size_t asked_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Returns one datagram with this header.
Datagrams only(const Header& header);

}  // namespace isletime::fakes
