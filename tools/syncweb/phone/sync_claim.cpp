// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/sync_claim.hpp"

#include <utility>

#include <fmt/format.h>

#include "libsync/policy/saturated.hpp"
#include "libsync/posix/random.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/common/build_time.hpp"
#include "tools/syncweb/access/rights.hpp"
#include "tools/syncweb/phone/own_time.hpp"
#include "tools/syncweb/phone/settings_json.hpp"
#include "tools/syncweb/phone/sync_api.hpp"
#include "tools/syncweb/phone/sync_decision.hpp"
#include "tools/syncweb/phone/sync_words.hpp"
#include "tools/syncweb/phone/zone_api.hpp"

namespace isletime::syncweb {
namespace {

// As long as sntpd's window for phones: until then another phone's time is worth mentioning.
constexpr nanoseconds kOtherPhoneCounts = std::chrono::minutes{30};
// sntpd's threshold for phones.
constexpr nanoseconds kPhonesAgree = seconds{1};

// All that is known at the moment of the request.
struct SyncSituation {
  SyncClaim claim;
  Instant now{};
  HubTime hub{};
  WallTime hub_time{};  // as people see it
  WallTime phone_time;  // at the moment
  Offset offset{};      // phone - hub_time
  Dispersion bound{};   // of the time, with the error of the phone's own clock
  std::string source;
  IpAddress from;
  ToldAt told;
};

// Returns whether the phone's clock may be the hub's: on the hub itself, unless sntpd keeps a clock of its
// own beside the machine's, or where sntpd has answered lately.
bool may_follow_hub(const Site& site, const SyncSituation& it) {
  constexpr nanoseconds kReadingTwoClocks = std::chrono::milliseconds{1};
  const bool is_machines = magnitude(elapsed(it.now.wall, it.hub_time)) <= kReadingTwoClocks;
  return (is_machines && is_of_this_machine(site.own_addresses, it.from)) ||
         has_asked_lately(site.hub.clients(), it.from);
}

bool shows_hubs_time(const SyncSituation& it) {
  if (it.claim.delay) return shows_same_time(it.offset, it.claim.measured);
  return showed_same_time(it.offset, it.claim.measured.value - kLongestRequest);
}

bool is_large(Offset offset) {
  return magnitude(offset.value) > kLargestUnaskedStep;
}

// A person's word ranks below a phone on the access point, so that such a phone, pressed by hand, would be
// outranked by itself. There it counts as what it is, unless a person confirms a step that no phone may make.
std::string source_of(const Site& site, const Request& request, const SyncClaim& claim, Offset offset,
                      Instant now) {
  const bool is_phones = site.hub.at(now).kind == "phone-on-access-point" && !is_large(offset) &&
                         may_sync_unasked(site, request);
  const bool is_by_hand = claim.by == SyncBy::kHand && !is_phones;
  return (is_by_hand ? "manual:" : "phone:") + address_text(request.from);
}

SyncSituation situation_of(const Site& site, const Request& request, const SyncClaim& claim, Instant now) {
  SyncSituation it;
  it.claim = claim;
  it.now = now;
  it.hub = site.hub.at(now);
  it.hub_time = shown_time(site, now);
  it.phone_time = WallTime{saturated_sum(now.wall.time_since_epoch(), claim.to_wall.value)};
  it.offset = {elapsed(it.hub_time, it.phone_time)};
  it.bound = {saturated_sum(claim.measured.value, site.options.phone_error.value)};
  it.source = source_of(site, request, claim, it.offset, now);
  it.from = request.from.address;
  it.told = told_at(site, now);
  return it;
}

JsonWriter& add_numbers(JsonWriter& json, const SyncSituation& it) {
  json.seconds("offset_s", it.offset.value)
      .seconds("bound_s", it.bound.value)
      .seconds("measured_within_s", it.claim.measured.value);
  if (it.claim.delay) json.seconds("delay_s", it.claim.delay->value);
  return json;
}

JsonWriter& add_both_times(JsonWriter& json, const SyncSituation& it) {
  return json.time("hub_time", it.hub_time)
      .time("phone_time", it.phone_time)
      .flag("hub_synchronised", it.hub.is_synchronised);
}

Response measured(const SyncSituation& it) {
  JsonWriter json;
  json.text("verdict", "measured")
      .text("message", fmt::format("the hub's clock is {} this phone's", hub_is_text(it.offset)));
  return json_response(add_numbers(json, it).object());
}

JsonWriter refusal_object(const SyncSituation& it, std::string_view name, const std::string& message) {
  JsonWriter json;
  json.text("error", name).text("message", message);
  return add_numbers(add_both_times(json, it), it);
}

Response conflict(const JsonWriter& json) {
  return json_response(json.object(), Status::kConflict);
}

// Asks a person; the token in the response is their answer.
void add_question(Site& site, const SyncSituation& it, JsonWriter& json) {
  const std::string token = random_id();
  site.phones.confirmations.ask(token, {it.from, it.offset}, it.now.mono);
  json.text("confirm", token);
}

Response ask_for_step(Site& site, const SyncSituation& it) {
  const char* why = it.hub.is_synchronised ? "" : ", but nothing vouches for it";
  JsonWriter json =
      refusal_object(it, "confirm",
                     fmt::format("the hub's clock is {} this phone's{}: is the phone's time right?",
                                 hub_is_text(it.offset), why));
  add_question(site, it, json);
  return conflict(json);
}

// A zone is believed from a person, and from a phone whose time is accepted or that the hub's clock agrees
// with.
void settle_its_zone(Site& site, const SyncSituation& it, const ToldAt& told, bool is_time_accepted,
                     JsonWriter& json) {
  if (!it.claim.zone) return;
  const bool agrees = it.hub.is_synchronised && magnitude(it.offset.value) <= kPhonesAgree;
  if (is_time_accepted || agrees || it.claim.by == SyncBy::kHand)
    return settle_zone(site, *it.claim.zone, it.phone_time, told, json);
  keep_zone(site, *it.claim.zone, json);
}

Response report_own_time(Site& site, const SyncSituation& it) {
  const bool is_here = is_of_this_machine(site.own_addresses, it.from);
  JsonWriter json = refusal_object(
      it, "own-time",
      is_here ? "this browser runs on the hub, so that its clock is the hub's own"
              : "this phone asks the hub for the time by NTP, and shows the same: it knows nothing new");
  if (it.claim.by == SyncBy::kHand) add_question(site, it, json);
  settle_its_zone(site, it, it.told, false, json);
  return conflict(json);
}

// Another phone that sntpd believes, and that this one contradicts.
const PhoneSync* find_other_phone(const Site& site, const SyncSituation& it) {
  const auto& other = site.phones.last.accepted;
  if (!other || other->of == it.from || magnitude(it.offset.value) <= kPhonesAgree) return nullptr;
  return elapsed(other->at, it.now.mono) <= kOtherPhoneCounts ? &*other : nullptr;
}

std::string other_phone_text(const PhoneSync& other, MonoTime now) {
  return fmt::format("; {} before, {} told another time, {:+.3f} s from the hub's then",
                     amount_text(elapsed(other.at, now)), other.source,
                     std::chrono::duration<double>{other.offset.value}.count());
}

void remember(LastSyncs& last, const SyncSituation& it, const HubReply& reply) {
  (reply.is_accepted ? last.accepted : last.refused) = PhoneSync{.source = it.source,
                                                                 .of = it.from,
                                                                 .by = it.claim.by,
                                                                 .verdict = reply.name,
                                                                 .offset = it.offset,
                                                                 .bound = it.bound,
                                                                 .delay = it.claim.delay,
                                                                 .at = it.now.mono};
}

// A clock that was just set to the phone's is as reliable as that.
ToldAt told_after(const SyncSituation& it, const HubReply& reply) {
  if (reply.name != "adopt") return it.told;
  ToldAt told = it.told;
  told.time = it.phone_time;
  told.is_reliable = true;
  return told;
}

Response tell_verdict(Site& site, const SyncSituation& it, const std::optional<HubReply>& reply) {
  JsonWriter json;
  if (!reply) {
    json.text("error", "no-hub").text("message", "sntpd does not answer, so that nobody sets the clock");
    settle_its_zone(site, it, it.told, false, json);
    return json_response(json.object(), Status::kServiceUnavailable);
  }
  std::string message = describe_sync({reply->name, reply->message, it.offset, it.hub.source});
  const PhoneSync* other = find_other_phone(site, it);
  if (other != nullptr) message += other_phone_text(*other, it.now.mono);
  json.text(reply->is_accepted ? "verdict" : "error", reply->name).text("message", message);
  add_numbers(json, it);
  if (other != nullptr) json.raw("other", to_json(*other, it.now.mono));
  settle_its_zone(site, it, told_after(it, *reply), reply->is_accepted, json);
  remember(site.phones.last, it, *reply);
  return json_response(json.object(), reply->is_accepted ? Status::kOk : Status::kConflict);
}

Outcome feed_first(Site& site, const SyncSituation& it) {
  SampleRecord sample;
  sample.time = it.now.wall;
  sample.source = it.source;
  sample.offset = it.claim.to_wall.value;
  sample.uncertainty = it.bound.value;
  if (it.claim.delay) sample.delay = it.claim.delay->value;
  return FeedFirst{std::move(sample), [&site, it](const std::optional<HubReply>& reply) {
                     return tell_verdict(site, it, reply);
                   }};
}

SyncDecision decision_of(Site& site, const SyncSituation& it) {
  SyncQuestion question{.by = it.claim.by,
                        .built = build_time(),
                        .phone_time = it.phone_time,
                        .offset = it.offset,
                        .is_hub_connected = site.hub.is_connected(),
                        .follows_hub = may_follow_hub(site, it) && shows_hubs_time(it)};
  question.is_confirmed = it.claim.confirm && site.phones.confirmations.redeem(
                                                  *it.claim.confirm, {it.from, it.offset}, it.now.mono);
  return decide_sync(question);
}

}  // namespace

std::string random_id() {
  return fmt::format("{:016x}{:016x}", random_u64(), random_u64());
}

WallTime shown_time(const Site& site, Instant now) {
  const HubTime hub = site.hub.at(now);
  return hub.is_synchronised ? hub.time : now.wall;
}

std::optional<Response> refuse_sync(const Site& site, const Request& request, const SyncClaim& claim,
                                    Instant now) {
  switch (claim.by) {
    case SyncBy::kLook:
      return std::nullopt;
    case SyncBy::kPage:
      if (auto refusal = refuse_foreign_page(request)) return refusal;
      if (!may_sync_unasked(site, request)) {
        return error_response(Status::kForbidden, "not-automatic",
                              "phones at this address do not set the hub by themselves");
      }
      // Only whoever may change something may confirm.
      return claim.confirm ? refuse_change(site, request, now) : std::nullopt;
    case SyncBy::kHand:
      return refuse_change(site, request, now);
  }
  return std::nullopt;
}

Outcome settle_claim(Site& site, const Request& request, const SyncClaim& claim, Instant now) {
  const SyncSituation it = situation_of(site, request, claim, now);
  switch (decision_of(site, it)) {
    case SyncDecision::kMeasured:
      return measured(it);
    case SyncDecision::kFeed:
      return feed_first(site, it);
    case SyncDecision::kConfirm:
      return ask_for_step(site, it);
    case SyncDecision::kOwnTime:
      return report_own_time(site, it);
    case SyncDecision::kBeforeBuild:
      return conflict(refusal_object(it, "below-floor",
                                     "this phone's clock is before the time when this program was made"));
    case SyncDecision::kBeyondUse:
      return conflict(refusal_object(
          it, "absurd", "this phone's clock is more than 20 years past the time when this program was made"));
    case SyncDecision::kDisconnected:
      break;
  }
  return error_response(Status::kServiceUnavailable, "no-hub",
                        "sntpd does not answer, so that nobody sets the clock");
}

}  // namespace isletime::syncweb
