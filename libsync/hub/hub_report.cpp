// SPDX-License-Identifier: MIT
// The views of the hub's state, and the warnings in them.
#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "libsync/hub/fractions.hpp"
#include "libsync/hub/hub.hpp"
#include "libsync/hub/wait_text.hpp"

namespace isletime {
namespace {

constexpr double kPartsPerMillion = 1e6;

const char* name_of(Tier tier) {
  switch (tier) {
    case Tier::kPreferred:
      return "preferred";
    case Tier::kNormal:
      return "normal";
    case Tier::kFallback:
      return "fallback";
  }
  return "";
}

constexpr const char* kOutvoted =
    ": more servers contradicted it than agreed, so it does not decide while they are silent: if it is "
    "right, "
    "start sntpd with it alone";

// Returns the frequency as the views state it: positive if the clock is slow.
std::optional<double> slowness_ppm(double frequency) {
  return -frequency * kPartsPerMillion;
}

}  // namespace

std::string_view Hub::unset_warning(const ClockStanding& standing, bool is_served) const {
  if (standing.ever_set) return "";
  if (!is_served && config_.asks_servers)
    return "no server has told the time yet: sntpctl sources says why; or use sntpctl set";
  if (!is_served) return kHowToSet;
  if (reference_.is_vouched()) return "another program keeps this machine's clock, as the kernel reports";
  return "no source has told the time: this clock is served as the island's own, whatever it reads (--local)";
}

std::string Hub::unreliable_warning(const ClockStanding& standing) const {
  if (!standing.ever_set || standing.reliable) return "";
  if (timekeeper_.is_contradicted())
    return "the clock is contradicted, and not served as right: sntpctl sources says by whom; use sntpctl "
           "set";
  if (standing.kind == SourceKind::kIsland)
    return followed_ + " is on a clock that nobody vouches for, or follows one: so is this clock";
  if (!standing.vouched)
    return "only a battery clock has told the time, and nothing tells whether it kept it without power: give "
           "--rtc the word trust if its battery is known to be good";
  if (standing.bound > timekeeper_.tolerance())
    return fmt::format("the clock may be off by {:.3f} s, which is more than --reliable-within allows",
                       Seconds{standing.bound.value}.count());
  if (standing.kind == SourceKind::kCamera)
    return "only a camera has told the time, for which nobody vouches";
  return "the clock was last compared so long ago that it is not reliable";
}

// A clock that reads less than the floor is known to be wrong, so it is not reliable.
std::optional<nanoseconds> Hub::reliable_for(Instant now) const {
  if (hub_time(now.wall) < earliest_) return std::nullopt;
  if (timekeeper_.standing(now.mono).reliable) return timekeeper_.reliable_for(now.mono);
  if (timekeeper_.standing(now.mono).ever_set) return std::nullopt;
  const auto by_kernel = reference_.bound_by_kernel(hub_time(now.wall), rate_error());
  if (!by_kernel || *by_kernel > timekeeper_.tolerance()) return std::nullopt;
  const Seconds left{timekeeper_.tolerance().value - by_kernel->value};
  return rounded(left / to_fraction(std::max(rate_error(), kKernelGrowthRate)));
}

StatusView Hub::status(Instant now) const {
  const ServerState state = this->state();
  const ClockStanding standing = timekeeper_.standing(now.mono);
  const ClockMap map = clock().map(now.wall);
  StatusView view;
  view.time = hub_time(now.wall);
  view.ahead = map.ahead;
  view.ahead_rate_ppm = map.rate * kPartsPerMillion;
  view.synchronised = is_synchronised(state, view.time);
  view.reliable_for = reliable_for(now);
  view.reliable = view.reliable_for.has_value();
  if (standing.ever_set && !followed_.empty()) {
    view.source = followed_;
    view.kind = name_of(standing.kind);
  }
  if (standing.ever_set) {
    view.age = standing.age;
    // The bound does not hold if the clock is contradicted or certainly wrong.
    if (!timekeeper_.is_contradicted() && view.time >= earliest_) view.bound = standing.bound;
    view.offset = steering_.left(now.mono);
  } else if (view.time >= earliest_) {
    // An island's reference serves a dispersion that it measures from itself, whatever is known.
    view.bound = reference_.bound_by_kernel(view.time, rate_error());
  }
  if (frequency_) {
    view.frequency_ppm = slowness_ppm(frequency_->value);
    view.frequency_error_ppm = frequency_->deviation * kPartsPerMillion;
  }
  view.rate_error = timekeeper_.rate_error();
  if (view.synchronised) {
    view.stratum = state.stratum;
    view.leap = state.leap;
    view.refid = reference_id_text(state.reference_id, state.stratum);
    view.root_delay = state.root_delay;
    view.root_dispersion = root_dispersion_at(state, view.time);
  }
  add_warnings(view, standing, now.mono);
  add_rtc(view, now.mono);
  view.uptime = elapsed(started_.instant.mono, now.mono);
  return view;
}

void Hub::add_warnings(StatusView& view, const ClockStanding& standing, MonoTime now) const {
  const auto warn = [&view](std::string_view what) {
    if (!what.empty()) view.warnings.emplace_back(what);
  };
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (servers_[i] && discipline_.source(i)->is_refused) warn(servers_[i]->refusal);
  }
  warn(clock_trouble());
  if (!steering_.gives_way() && steering_.was_intruded_lately(now)) warn(steering_.intrusion());
  if (do_disagree_) {
    warn(
        "the servers disagree, and nothing tells which of them is right: add another --server, or give the "
        "word prefer to the one to be believed");
  }
  if (was_lost_) warn("no server is followed: the clock runs on by itself");
  for (std::size_t i = 0; was_lost_ && i < servers_.size(); ++i) {
    if (!servers_[i] || discipline_.source(i)->placement.standing != Standing::kFalseticker) continue;
    if (discipline_.source(i)->placement.is_outvoted) warn(servers_[i]->source() + kOutvoted);
  }
  warn(unset_warning(standing, view.synchronised));
  warn(unreliable_warning(standing));
}

void Hub::add_rtc(StatusView& view, MonoTime now) const {
  if (!rtc_) return;
  const RtcKeeper::View rtc = rtc_->view(now);
  view.rtc = StatusView::Rtc{.source = rtc_->source(),
                             .chip = rtc.chip,
                             .trouble = rtc.trouble,
                             .temperature_c = {},
                             .frequency_ppm = {},
                             .repairs = rtc.repairs,
                             .writes = rtc.writes,
                             .failures = rtc.failures};
  if (rtc.temperature) view.rtc->temperature_c = rtc.temperature->value;
  if (rtc.frequency) view.rtc->frequency_ppm = slowness_ppm(*rtc.frequency);
  if (!rtc.trouble.empty()) view.warnings.push_back(rtc_->source() + ": " + rtc.trouble);
}

// An island that is selected is not followed all the same where a better source has told the time.
Standing Hub::standing_of(std::size_t index) const {
  const Standing standing = discipline_.source(index)->placement.standing;
  const bool is_passed_over =
      is_selected(standing) && is_on_local_clock(*servers_[index]) && !follows_server();
  return is_passed_over ? Standing::kOutranked : standing;
}

std::string Hub::standing_text(std::size_t index, MonoTime now) const {
  const AskedServer& server = *servers_[index];
  const Standing standing = standing_of(index);
  if (server.stopped_until)
    return "it told us to stop asking: asked again in " + wait_text(elapsed(now, *server.stopped_until));
  if (server.asks_for_fewer && standing == Standing::kUnreachable)
    return "it does not tell the time, but asks for fewer queries (RATE): it is asked less often";
  if (server.is_at_last_stratum && standing == Standing::kUnsynchronised)
    return "it is at the last stratum (15): whoever follows it is not synchronised";
  if (discipline_.source(index)->is_erratic && standing == Standing::kNoSamples)
    return "it contradicts itself from one answer to the next";
  return describe(standing).text;
}

SourceView Hub::server_view(std::size_t index, Instant now) const {
  const AskedServer& server = *servers_[index];
  const Discipline::Source& source = *discipline_.source(index);
  const StandingDescription standing = describe(standing_of(index));
  SourceView view;
  view.source = server.source();
  view.kind = name_of(SourceKind::kNtp);
  view.tier = name_of(source.config.tier);
  view.standing = standing.name;
  view.standing_text = standing_text(index, now.mono);
  view.tally = standing.tally;
  if (server.address.is_ourselves) {
    const StandingDescription loop = describe(Standing::kLoop);
    view.standing = loop.name;
    view.standing_text = "it is this very server";
    return view;
  }
  if (!server.last) return view;
  view.age = elapsed(server.last->time, now.wall);
  view.delay = server.last->delay;
  view.stratum = server.last->server.stratum;
  view.refid = reference_id_text(server.last->server.reference_id, server.last->server.stratum);
  add_estimate(view, source, now);
  return view;
}

std::vector<SourceView> Hub::unresolved_views() const {
  std::vector<SourceView> views;
  for (const ServerNames::Unresolved& name : names_.unresolved(servers_)) {
    SourceView& view = views.emplace_back();
    view.source = "ntp:" + name.text;
    view.kind = name_of(SourceKind::kNtp);
    view.tier = name_of(Tier::kNormal);
    view.standing = "unresolved";
    view.standing_text = "its name has no address yet";
    if (name.is_duplicate) {
      const StandingDescription duplicate = describe(Standing::kDuplicate);
      view.standing = duplicate.name;
      view.standing_text = duplicate.text;
    }
    if (!name.why.empty()) view.last_error = name.why;
  }
  return views;
}

SourceView Hub::fed_view(const FedSource& fed, Instant now) const {
  SourceView view;
  view.source = fed.source;
  view.kind = name_of(fed.kind);
  view.tier = name_of(Tier::kNormal);
  view.standing = fed.verdict;
  view.standing_text = fed.text;
  view.age = elapsed(fed.at, now.mono);
  view.offset = fed.offset;
  view.uncertainty = fed.bound;
  if (!fed.index) return view;
  const Discipline::Source& source = *discipline_.source(*fed.index);
  const StandingDescription standing = describe(source.placement.standing);
  view.standing = standing.name;
  view.standing_text = standing.text;
  view.tally = standing.tally;
  add_estimate(view, source, now);
  if (fed.is_vague()) view.uncertainty = fed.bound;
  // The clock's own bound also holds for the source that it follows, and is the tighter one while that has
  // few samples.
  const ClockStanding clock = timekeeper_.standing(now.mono);
  if (fed.source != followed_ || !clock.ever_set || timekeeper_.is_contradicted() || !view.offset)
    return view;
  const Dispersion by_clock{saturated_sum(clock.bound.value, magnitude(view.offset->value))};
  view.uncertainty = std::min(view.uncertainty.value_or(by_clock), by_clock);
  return view;
}

void Hub::add_estimate(SourceView& view, const Discipline::Source& source, Instant now) const {
  const auto estimate = source.estimator.at(free_time(now));
  if (!estimate) return;
  view.offset = Offset{saturated_difference(offset_of(*estimate).value, steered(now))};
  view.uncertainty = source.estimator.error_bound(*estimate);
  view.deviation = Dispersion{rounded(Seconds{std::sqrt(estimate->var_phase)})};
  view.frequency_ppm = slowness_ppm(estimate->frequency);
}

std::vector<SourceView> Hub::fed_views(Instant now) const {
  std::vector<SourceView> views;
  for (const FedSource& fed : fed_.all()) views.push_back(fed_view(fed, now));
  add_rtc(views, now.mono);
  return views;
}

}  // namespace isletime
