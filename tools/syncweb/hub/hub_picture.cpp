// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/hub_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "libsync/policy/saturated.hpp"
#include "libsync/posix/control_socket.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/hub/json_text.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::size_t kDepthOfReplies = 6;

// The longest time that a line may take from sntpd to here, and by how much it may seem to come from the
// future, because the clocks were read before the line was. Beyond both, it was made before the machine's
// clock was set.
constexpr nanoseconds kLongestTransit = seconds{10};
constexpr nanoseconds kMostLead = seconds{1};

// sntpd takes this for a step of the machine's clock; smaller ones count as an error of the time.
constexpr nanoseconds kLeastStep = std::chrono::milliseconds{1};

constexpr double kPartsPerMillion = 1e6;

// Returns a duration's change at a rate, clamped to a range that is far beyond any use.
nanoseconds gain(nanoseconds over, double ppm) {
  constexpr double kMost = 1e18;
  return nanoseconds{
      std::llround(std::clamp(static_cast<double>(over.count()) * ppm / kPartsPerMillion, -kMost, kMost))};
}

// Returns nothing if the machine's clock was set since the status was made.
std::optional<Instant> made_at(const HubStatus& status, Instant now) {
  const WallTime wall{saturated_difference(status.time.time_since_epoch(), status.ahead)};
  const nanoseconds transit = elapsed(wall, now.wall);
  if (transit < -kMostLead || transit > kLongestTransit) return std::nullopt;
  return Instant{now.mono - transit, wall, now.bound};
}

std::string array_text(const JsonValue& reply, std::string_view name) {
  const JsonValue* value = reply.find(name);
  return value == nullptr || value->array() == nullptr ? "" : json_text(*value);
}

}  // namespace

bool HubPicture::on_line(std::string_view line, Instant now, EventLog& events) {
  using Take = bool (HubPicture::*)(const JsonValue&, Instant, EventLog&);
  struct Reply {
    std::string_view name;
    Take take;
  };
  constexpr std::array kReplies{
      Reply{"status", &HubPicture::take_status}, Reply{"sources", &HubPicture::take_sources},
      Reply{"clients", &HubPicture::take_clients}, Reply{"activity", &HubPicture::take_activity}};
  const auto reply = parse_json(line, {kLargestControlReply, kDepthOfReplies});
  if (!reply) return false;
  const std::string name = plain_text_in(*reply, "reply");
  const auto found =
      std::find_if(kReplies.begin(), kReplies.end(), [&](const Reply& known) { return known.name == name; });
  return found != kReplies.end() && (this->*found->take)(*reply, now, events);
}

bool HubPicture::take_status(const JsonValue& reply, Instant now, EventLog& events) {
  auto status = parse_hub_status(reply);
  if (!status) return false;
  const bool was_connected = is_connected();
  status_ = json_text(reply);
  status_came_ = now.mono;
  made_.reset();
  if (const auto at = made_at(*status, now)) made_ = Made{*std::move(status), *at};
  if (!was_connected) events.add("hub", JsonWriter{}.flag("connected", true).object());
  events.add("status", status_);
  return true;
}

bool HubPicture::take_sources(const JsonValue& reply, Instant now, EventLog& events) {
  std::string sources = array_text(reply, "sources");
  if (sources.empty()) return false;
  sources_ = std::move(sources);
  sources_came_ = now.mono;
  events.add("sources", JsonWriter{}.raw("sources", sources_).object());
  return true;
}

bool HubPicture::take_clients(const JsonValue& reply, Instant now, EventLog& events) {
  std::string clients = array_text(reply, "clients");
  if (clients.empty()) return false;
  clients_ = std::move(clients);
  clients_came_ = now.mono;
  const double left_out = std::clamp(number_of(reply, "left_out").value_or(0), 0.0, 1e9);
  client_count_ = reply.find("clients")->array()->size() + static_cast<std::uint64_t>(left_out);
  // With many clients the list is long, and changes all the time.
  constexpr std::size_t kShort = 8192;
  if (clients_.size() > kShort && next_long_clients_ && now.mono < *next_long_clients_) return true;
  next_long_clients_ = now.mono + kLongClientsInterval;
  events.add(
      "clients",
      JsonWriter{}.raw("clients", clients_).count("left_out", static_cast<std::uint64_t>(left_out)).object());
  return true;
}

// After a new connection sntpd repeats lines that are known already.
bool HubPicture::take_activity(const JsonValue& reply, Instant, EventLog& events) {
  const JsonValue* lines = reply.find("lines");
  if (lines == nullptr || lines->array() == nullptr) return false;
  std::vector<std::string> news;
  for (const JsonValue& item : *lines->array()) {
    std::string line = json_text(item);
    const bool is_known = std::find(activity_.begin(), activity_.end(), line) != activity_.end();
    if (item.object() != nullptr && line.size() <= kLongestActivity && !is_known)
      news.push_back(std::move(line));
  }
  if (news.empty()) return true;
  activity_.insert(activity_.end(), news.begin(), news.end());
  if (activity_.size() > kMostActivity)
    activity_.erase(activity_.begin(), activity_.end() - static_cast<std::ptrdiff_t>(kMostActivity));
  events.add("activity", JsonWriter{}.raw("lines", json_array(news)).object());
  return true;
}

void HubPicture::on_disconnected(EventLog& events) {
  if (is_connected()) events.add("hub", JsonWriter{}.flag("connected", false).object());
  std::vector<std::string> activity = std::move(activity_);
  *this = {};
  activity_ = std::move(activity);
}

HubTime HubPicture::at(Instant now) const {
  HubTime hub{.time = now.wall};
  if (!made_) return hub;
  const auto& [status, made] = *made_;
  const nanoseconds since = elapsed(made.mono, now.mono);
  // A step of the machine's clock, or a sleep, during which the monotonic clock stands still.
  const nanoseconds stepped = magnitude(saturated_difference(now.wall_less_mono(), made.wall_less_mono()));
  const nanoseconds readable = saturated_sum(saturated_sum(now.bound, made.bound), kLeastStep);
  if (!status.is_synchronised || since > kLongestSilence || stepped > readable) return hub;
  const nanoseconds ahead =
      saturated_sum(status.ahead, gain(elapsed(made.wall, now.wall), status.ahead_rate_ppm));
  hub.time = WallTime{saturated_sum(now.wall.time_since_epoch(), ahead)};
  hub.is_synchronised = true;
  hub.is_reliable = status.is_reliable && status.reliable_for && since < *status.reliable_for;
  // RFC 5905, section 4 (PHI), as sntpd itself has it for a clock of which nothing is known.
  constexpr double kTolerancePpm = static_cast<double>(kFrequencyTolerance.scaled) / 65536;
  const double rate_error = std::abs(status.rate_error_ppm.value_or(kTolerancePpm));
  if (status.bound)
    hub.bound = Dispersion{
        saturated_sum(status.bound->value, saturated_sum(gain(magnitude(since), rate_error), stepped))};
  if (status.age) hub.age = saturated_sum(*status.age, since);
  hub.offset = status.offset;
  hub.source = status.source;
  hub.kind = status.kind;
  return hub;
}

}  // namespace isletime::syncweb
