// SPDX-License-Identifier: MIT
// The client of sntpd's control socket. One connection follows what sntpd says of itself and passes it to the
// site; another one feeds samples, one after the other. It never waits; while sntpd is away it tries again.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/syncweb/hub/hub_connection.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// Reads the reply to a request that feeds. Returns nothing if it is none.
std::optional<HubReply> parse_feed_reply(std::string_view line);

// An sntpd has begun to answer, or none does any more.
struct LinkChange {
  bool is_there;
  std::string where;
};
std::string to_string(const LinkChange& change);  // one line for people

class HubLink {
 public:
  static constexpr nanoseconds kRetryInterval = seconds{1};
  static constexpr nanoseconds kPatience = seconds{5};         // for a reply
  static constexpr nanoseconds kSilenceToProbe = seconds{10};  // then it is asked whether it is still there
  static constexpr std::size_t kMostFeeds = 64;                // that may wait

  using FeedId = std::uint64_t;  // never used twice
  struct FeedReply {
    FeedId id;
    std::optional<HubReply> reply;
  };

  explicit HubLink(std::span<const std::string> paths) : paths_(paths) {}

  // Its reply comes out of take_replies(), after kPatience at the latest.
  FeedId feed(const SampleRecord& sample, MonoTime now);
  std::vector<FeedReply> take_replies();

  // Returns each change once; at first an sntpd is expected to be there.
  std::optional<LinkChange> take_change();

  void append_polled(std::vector<pollfd>& polled) const;
  // Must be called after each poll(2).
  void step(Site& site, Instant now);
  std::optional<MonoTime> next_wakeup() const;

 private:
  struct Waiting {
    FeedId id;
    std::string line;
    MonoTime deadline;
    bool is_sent = false;
  };

  void follow(Site& site, Instant now);
  void note_answer();
  void note_absence();
  void start_following(Instant now);
  void stop_following(Site& site, Instant now);
  void feed_waiting(MonoTime now);
  void take_feed_replies();
  void give_up_sent();

  std::span<const std::string> paths_;
  std::optional<HubConnection> followed_;
  MonoTime next_try_{};
  MonoTime next_probe_{};
  std::optional<MonoTime> probe_deadline_;
  bool is_absent_ = false;
  std::optional<LinkChange> change_;

  std::optional<HubConnection> fed_;
  std::deque<Waiting> waiting_;  // the first may have been sent
  std::vector<FeedReply> replies_;
  FeedId last_id_ = 0;
};

}  // namespace isletime::syncweb
