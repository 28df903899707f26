// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/hub_link.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/syncweb/hub/hub_status.hpp"

namespace isletime::syncweb {
namespace {

constexpr JsonLimits kReplyLimits{.size = 4096, .depth = 4};
constexpr std::string_view kProbe = R"({"request":"status"})";
constexpr std::array<std::string_view, 4> kFollowed{
    R"({"request":"status","follow":true})",
    R"({"request":"sources","follow":true})",
    R"({"request":"clients","follow":true})",
    R"({"request":"activity","follow":true,"lines":100})",
};

}  // namespace

std::string to_string(const LinkChange& change) {
  if (change.is_there) return "sntpd answers at " + change.where;
  return fmt::format(
      "no sntpd answers at {}: phones cannot set the hub, and the time is unknown, until one does",
      change.where);
}

std::optional<HubReply> parse_feed_reply(std::string_view line) {
  const auto reply = parse_json(line, kReplyLimits);
  if (!reply || reply->object() == nullptr) return std::nullopt;
  if (const auto error = plain_text_in(*reply, "error"); !error.empty())
    return HubReply{false, error, plain_text_in(*reply, "message")};
  const auto verdict = plain_text_in(*reply, "verdict");
  if (plain_text_in(*reply, "reply") != "feed" || verdict.empty()) return std::nullopt;
  return HubReply{true, verdict, plain_text_in(*reply, "message")};
}

HubLink::FeedId HubLink::feed(const SampleRecord& sample, MonoTime now) {
  const FeedId id = ++last_id_;
  if (waiting_.size() == kMostFeeds) {
    replies_.push_back({id, std::nullopt});
    return id;
  }
  waiting_.push_back({.id = id,
                      .line = JsonWriter{}.text("request", "feed").raw("sample", json_line(sample)).object(),
                      .deadline = now + kPatience});
  feed_waiting(now);
  return id;
}

std::vector<HubLink::FeedReply> HubLink::take_replies() {
  return std::exchange(replies_, {});
}

std::optional<LinkChange> HubLink::take_change() {
  return std::exchange(change_, std::nullopt);
}

void HubLink::append_polled(std::vector<pollfd>& polled) const {
  if (followed_) polled.push_back(followed_->poll_entry());
  if (fed_) polled.push_back(fed_->poll_entry());
}

void HubLink::step(Site& site, Instant now) {
  follow(site, now);
  take_feed_replies();
  feed_waiting(now.mono);
}

std::optional<MonoTime> HubLink::next_wakeup() const {
  MonoTime next = followed_ ? probe_deadline_.value_or(next_probe_) : next_try_;
  if (!waiting_.empty()) next = std::min(next, waiting_.front().deadline);
  return next;
}

void HubLink::follow(Site& site, Instant now) {
  if (!followed_) {
    if (now.mono >= next_try_) start_following(now);
    return;
  }
  const bool is_open = followed_->step();
  while (const auto line = followed_->take_line()) {
    if (!site.hub.on_line(*line, now, site.events)) continue;
    note_answer();
    probe_deadline_.reset();
    next_probe_ = now.mono + kSilenceToProbe;
  }
  if (!is_open || (probe_deadline_ && now.mono >= *probe_deadline_)) {
    stop_following(site, now);
    return;
  }
  if (probe_deadline_ || now.mono < next_probe_) return;
  followed_->send(kProbe);
  probe_deadline_ = now.mono + kPatience;
}

void HubLink::note_answer() {
  if (!std::exchange(is_absent_, false)) return;
  change_ = LinkChange{true, followed_->path()};
}

void HubLink::note_absence() {
  if (std::exchange(is_absent_, true)) return;
  change_ = LinkChange{false, fmt::format("{}", fmt::join(paths_, " or "))};
}

void HubLink::start_following(Instant now) {
  next_try_ = now.mono + kRetryInterval;
  followed_ = HubConnection::open(paths_);
  if (!followed_) {
    note_absence();
    return;
  }
  for (const std::string_view request : kFollowed) followed_->send(request);
  probe_deadline_ = now.mono + kPatience;
  followed_->step();
}

void HubLink::stop_following(Site& site, Instant now) {
  followed_.reset();
  probe_deadline_.reset();
  note_absence();
  next_try_ = now.mono + kRetryInterval;
  site.hub.on_disconnected(site.events);
}

void HubLink::feed_waiting(MonoTime now) {
  while (!waiting_.empty() && now >= waiting_.front().deadline) {
    // A reply that comes later must not be taken for that of the next one.
    if (waiting_.front().is_sent) fed_.reset();
    replies_.push_back({waiting_.front().id, std::nullopt});
    waiting_.pop_front();
  }
  if (waiting_.empty() || waiting_.front().is_sent) return;
  if (!fed_) fed_ = HubConnection::open(paths_);
  if (!fed_) {
    // Without sntpd there is nothing to wait for.
    for (const Waiting& waiting : std::exchange(waiting_, {})) replies_.push_back({waiting.id, std::nullopt});
    return;
  }
  fed_->send(waiting_.front().line);
  waiting_.front().is_sent = true;
  if (!fed_->step()) give_up_sent();
}

void HubLink::take_feed_replies() {
  if (!fed_) return;
  const bool is_open = fed_->step();
  while (const auto line = fed_->take_line()) {
    if (waiting_.empty() || !waiting_.front().is_sent) continue;
    replies_.push_back({waiting_.front().id, parse_feed_reply(*line)});
    waiting_.pop_front();
  }
  if (!is_open) give_up_sent();
}

// sntpd may have taken the sample or not, so that it is not sent again.
void HubLink::give_up_sent() {
  fed_.reset();
  if (waiting_.empty() || !waiting_.front().is_sent) return;
  replies_.push_back({waiting_.front().id, std::nullopt});
  waiting_.pop_front();
}

}  // namespace isletime::syncweb
