// SPDX-License-Identifier: MIT
// What the hub shows of itself.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"
#include "tools/sntpd/keeping/hub.hpp"

namespace isletime::sntpd {
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

// In the local clock's words: what it lags behind.
std::optional<double> lag_ppm(double frequency) {
  return -frequency * kPartsPerMillion;
}

// "23 h 12 min"
std::string wait_text(nanoseconds wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(std::max(wait, nanoseconds::zero()));
  const auto hours = std::chrono::floor<std::chrono::hours>(minutes);
  const auto rest = (minutes - hours).count();
  return hours.count() == 0 ? fmt::format("{} min", rest) : fmt::format("{} h {} min", hours.count(), rest);
}

SourceView unresolved_view(const Unresolved& name) {
  SourceView view;
  view.source = "ntp:" + name.host;
  view.kind = isletime::name_of(SourceKind::kNtp);
  view.tier = name_of(Tier::kNormal);
  view.standing = "unresolved";
  view.standing_text = "its name has no address yet";
  if (!name.why.empty()) view.last_error = name.why;
  return view;
}

}  // namespace

bool Hub::is_reliable_by_kernel(const ServerState& state, WallTime now) const {
  return !timekeeper_.standing(mono_now()).ever_set && reference_.is_vouched() &&
         root_dispersion_at(state, now) <= timekeeper_.tolerance();
}

std::string_view Hub::unset_warning(const ClockStanding& standing, bool is_served) const {
  if (standing.ever_set) return "";
  if (!is_served) return kHowToSet;
  if (reference_.is_vouched()) return "another program keeps this machine's clock, by the kernel's word";
  return "no source has told the time: this clock is served as the island's own, whatever it reads (--local)";
}

std::string Hub::unreliable_warning(const ClockStanding& standing) const {
  if (!standing.ever_set || standing.reliable) return "";
  if (timekeeper_.is_contradicted()) return "the clock is contradicted, and not served as right";
  if (standing.kind == SourceKind::kIsland)
    return followed_ + " is on a clock that nobody vouches for, or follows one: so is this clock";
  if (standing.bound > timekeeper_.tolerance())
    return fmt::format("the clock may be off by {:.3f} s, which is more than --reliable-within allows",
                       Seconds{standing.bound.value}.count());
  if (standing.kind == SourceKind::kCamera)
    return "only a camera has told the time, for which nobody vouches";
  return "the clock was last compared so long ago that it is not reliable";
}

StatusView Hub::status() const {
  const MonoTime now = mono_now();
  const ServerState state = this->state();
  const ClockStanding standing = timekeeper_.standing(now);
  StatusView view;
  view.time = steering_.hub_now();
  view.synchronised = is_synchronised(state, view.time);
  // Neither is a clock that is known to be wrong.
  view.reliable = (standing.reliable || is_reliable_by_kernel(state, view.time)) && view.time >= earliest_;
  if (standing.ever_set && !followed_.empty()) {
    view.source = followed_;
    view.kind = isletime::name_of(standing.kind);
  }
  if (standing.ever_set) {
    view.age = standing.age;
    view.bound = standing.bound;
    view.offset = steering_.left(now);
  }
  if (frequency_) {
    view.frequency_ppm = lag_ppm(frequency_->value);
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
  if (!memory_.warning().empty()) view.warnings.push_back(memory_.warning());
  for (const auto& association : upstreams_.associations()) {
    if (discipline_.source(association->index)->is_refused) view.warnings.push_back(association->refusal);
  }
  if (!steering_.trouble().empty()) view.warnings.push_back(steering_.trouble());
  if (do_disagree_)
    view.warnings.emplace_back(
        "the servers disagree, and nothing tells which of them is right: add another --server, or give the "
        "word prefer to the one to be believed");
  if (was_lost_) view.warnings.emplace_back("no server is followed: the clock runs on by itself");
  const std::string_view unset = unset_warning(standing, view.synchronised);
  if (!unset.empty()) view.warnings.emplace_back(unset);
  if (const std::string why = unreliable_warning(standing); !why.empty()) view.warnings.push_back(why);
  if (rtc_) {
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
    if (rtc.frequency) view.rtc->frequency_ppm = lag_ppm(*rtc.frequency);
    if (!rtc.trouble.empty()) view.warnings.push_back(rtc_->source() + ": " + rtc.trouble);
  }
  view.uptime = elapsed(started_, now);
  return view;
}

SourceView Hub::view_of(const Association& association) const {
  const Discipline::Source& source = *discipline_.source(association.index);
  const StandingDescription standing = describe(source.placement.standing);
  const Upstream& upstream = association.upstream;
  SourceView view;
  view.source = association.source;
  view.kind = isletime::name_of(SourceKind::kNtp);
  view.tier = name_of(source.config.tier);
  view.standing = standing.name;
  view.standing_text = standing.text;
  view.tally = standing.tally;
  if (association.is_ourselves) {
    const StandingDescription loop = describe(Standing::kLoop);
    view.standing = loop.name;
    view.standing_text = "it is this very server";
    return view;
  }
  if (const auto until = upstream.stopped_until()) {
    view.standing_text =
        "it told us to stop asking: asked again in " + wait_text(elapsed(mono_now(), *until));
  }
  view.reach = upstream.reach().bits();
  view.poll = upstream.interval();
  if (!association.last_error.empty()) view.last_error = association.last_error;
  if (const auto& listener = association.listener)
    view.broadcasts = {listener->taken(), listener->refused(), listener->refusal()};
  if (!association.last) return view;
  view.age = elapsed(association.last->time, wall_now());
  view.delay = association.last->delay;
  view.stratum = association.last->server.stratum;
  view.refid = reference_id_text(association.last->server.reference_id, association.last->server.stratum);
  add_estimate(view, source);
  return view;
}

SourceView Hub::view_of(const FedSource& fed) const {
  SourceView view;
  view.source = fed.source;
  view.kind = isletime::name_of(fed.kind);
  view.tier = name_of(Tier::kNormal);
  view.standing = fed.verdict;
  view.standing_text = fed.text;
  view.age = elapsed(fed.at, mono_now());
  view.offset = fed.offset;
  view.uncertainty = fed.bound;
  if (!fed.index) return view;
  const Discipline::Source& source = *discipline_.source(*fed.index);
  const StandingDescription standing = describe(source.placement.standing);
  view.standing = standing.name;
  view.standing_text = standing.text;
  view.tally = standing.tally;
  add_estimate(view, source);
  if (fed.is_vague()) view.uncertainty = fed.bound;
  return view;
}

void Hub::add_estimate(SourceView& view, const Discipline::Source& source) const {
  const FreeTime now = steering_.free_now();
  const auto estimate = source.estimator.at(now);
  if (!estimate) return;
  view.offset =
      Offset{saturated_difference(offset_of(*estimate).value, steering_.clock().steered(wall_now()))};
  view.uncertainty = source.estimator.error_bound(now);
  view.deviation = Dispersion{rounded(Seconds{std::sqrt(estimate->var_phase)})};
  view.frequency_ppm = lag_ppm(estimate->frequency);
}

std::vector<SourceView> Hub::sources() const {
  std::vector<SourceView> views;
  for (const auto& association : upstreams_.associations()) views.push_back(view_of(*association));
  for (const Unresolved& name : upstreams_.unresolved()) views.push_back(unresolved_view(name));
  for (const FedSource& fed : fed_.all()) views.push_back(view_of(fed));
  add_rtc(views, mono_now());
  return views;
}

}  // namespace isletime::sntpd
