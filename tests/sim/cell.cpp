// SPDX-License-Identifier: MIT
#include "tests/sim/cell.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/fakes/reply_maker.hpp"

namespace isletime::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint32_t kTicksPerSecond = 80'000'000;
constexpr WallTime kBuilt{seconds{1'790'000'000}};
constexpr WallTime kStart = kBuilt + seconds{86'400 * 200};
constexpr Endpoint kHub{IpAddress::v4(0xc0a8'0401), 123};
constexpr nanoseconds kTurnaround = microseconds{50};
constexpr nanoseconds kEachReading = milliseconds{997};

NtpTimestamp stamp_of(TrueTime at) {
  return to_ntp(kStart + at);
}

// A device, its counter and its path to the hub.
class Station {
 public:
  Station(const CellModel& model, double frequency, std::uint64_t seed)
      : model_(model),
        oscillator_({.frequency = frequency, .walk = model.walk}, Random{seed * 7 + 1}),
        link_(model.link, Random{seed * 7 + 2}),
        random_(seed * 7 + 3),
        clock_({.built = kBuilt}),
        follower_({.server = kHub}, clock_) {}

  // Events happen in steps of a millisecond of true time.
  TrueTime next_event(TrueTime now) {
    if (arrival_) return arrival_->at;
    const MonoTime wake = follower_.next_wakeup();
    const nanoseconds left = elapsed(mono(now), wake);
    return std::max(now + milliseconds{1}, now + left);
  }

  void on_event(TrueTime now) {
    if (arrival_) {
      if (now < arrival_->at) return;
      const auto use = follower_.on_datagram(fakes::bytes_of(arrival_->reply), kHub, mono(now));
      if (use) set_simple(now, arrival_->reply.transmit);
      arrival_.reset();
      return;
    }
    const auto query = follower_.poll(mono(now), static_cast<std::uint64_t>(random_.uniform() * 0x1p53));
    if (!query) return;
    ++packets_;
    follower_.on_sent(mono(now));
    const TrueTime there = now + link_.outward(now);
    const TrueTime back = there + kTurnaround;
    const TrueTime home = back + link_.homeward(now);
    if (now >= model_.hub_until || link_.loses()) return;
    Header reply = fakes::honest_reply(parse_header(*query), stamp_of(there), stamp_of(back));
    reply.stratum = 1;
    reply.root_delay = {};
    reply.root_dispersion = {};
    reply.reference = stamp_of(TrueTime{});
    arrival_ = Arrival{home, reply};
  }

  void hear(const Header& broadcast, TrueTime at) {
    if (random_.chance(model_.broadcast_loss)) return;
    const TrueTime noticed = at + rounded(Seconds{std::fabs(random_.normal()) * model_.hearing});
    [[maybe_unused]] const auto use = follower_.on_broadcast(fakes::bytes_of(broadcast), kHub, mono(noticed));
  }

  std::optional<DeviceTime> read(TrueTime now) { return clock_.at(mono(now)); }
  std::optional<WallTime> read_simple(TrueTime now) {
    if (!simple_) return std::nullopt;
    return simple_->time + elapsed(simple_->at, mono(now));
  }
  std::uint32_t packets() const { return packets_; }

 private:
  struct Arrival {
    TrueTime at;
    Header reply;
  };
  struct SimpleClock {
    MonoTime at;
    WallTime time;
  };

  MonoTime mono(TrueTime now) {
    const nanoseconds local = now + rounded(oscillator_.gained(now));
    last_ = std::max(last_, mono_time(static_cast<std::uint64_t>(local.count() / 25 * 2), kTicksPerSecond));
    return last_;
  }

  // It takes the transmit timestamp for the present time.
  void set_simple(TrueTime now, NtpTimestamp transmit) {
    const MonoTime at = mono(now);
    if (simple_ && elapsed(simple_->at, at) < model_.simple_interval) return;
    simple_ = SimpleClock{at, *unfold(transmit, kStart)};
  }

  const CellModel& model_;
  Oscillator oscillator_;
  Link link_;
  Random random_;
  MonoTime last_{};
  DeviceClock clock_;
  DeviceFollower follower_;
  std::optional<Arrival> arrival_;
  std::optional<SimpleClock> simple_;
  std::uint32_t packets_ = 0;
};

// The hub's broadcasts: each says when it was to leave, and when the one before really left.
class Broadcaster {
 public:
  Broadcaster(const CellModel& model, std::uint64_t seed)
      : model_(model), link_(model.link, Random{seed * 7 + 5}), random_(seed * 7 + 6) {
    if (model.broadcast_interval) next_ = seconds{3} + *model.broadcast_interval;
  }

  TrueTime next() const { return arrival_ ? arrival_->at : next_; }

  template <class Stations>
  void on_event(TrueTime now, Stations& stations) {
    if (arrival_) {
      if (now < arrival_->at) return;
      for (auto& station : stations) station.hear(arrival_->header, now);
      arrival_.reset();
      return;
    }
    if (now < next_ || now >= model_.hub_until) {
      if (now >= next_) next_ = TrueTime::max();
      return;
    }
    Header header = fakes::honest_reply({}, {}, stamp_of(now));
    header.version = kNewestVersion;
    header.mode = Mode::kBroadcast;
    header.stratum = 1;
    header.root_delay = {};
    header.root_dispersion = {};
    header.receive = {};
    header.reference = stamp_of(TrueTime{});
    header.origin = left_ ? stamp_of(*left_) : NtpTimestamp{};
    left_ = now + microseconds{10} + rounded(Seconds{random_.exponential(30e-6)});
    arrival_ = Arrival{*left_ + link_.homeward(now), header};
    next_ = now + *model_.broadcast_interval;
  }

 private:
  struct Arrival {
    TrueTime at;
    Header header;
  };
  const CellModel& model_;
  Link link_;
  Random random_;
  TrueTime next_ = TrueTime::max();
  std::optional<TrueTime> left_;
  std::optional<Arrival> arrival_;
};

struct Readings {
  std::vector<double> apart;
  std::vector<double> simple_apart;
  std::vector<double> errors;
  std::vector<double> bounds;
  std::size_t held = 0;
};

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return std::nan("");
  const auto nth = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + nth, values.end());
  return values[static_cast<std::size_t>(nth)];
}

void read(std::array<Station, 2>& stations, TrueTime now, Readings& readings) {
  const std::array times{stations[0].read(now), stations[1].read(now)};
  if (!times[0] || !times[1]) return;
  readings.apart.push_back(std::fabs(Seconds{times[0]->time - times[1]->time}.count()));
  for (const auto& time : times) {
    const nanoseconds error = magnitude(time->time - (kStart + now));
    readings.errors.push_back(Seconds{error}.count());
    readings.bounds.push_back(Seconds{time->bound.value}.count());
    readings.held += error <= time->bound.value ? 1U : 0U;
  }
  const auto first = stations[0].read_simple(now);
  const auto second = stations[1].read_simple(now);
  if (first && second) readings.simple_apart.push_back(std::fabs(Seconds{*first - *second}.count()));
}

}  // namespace

std::vector<CellResult> run_cell(const CellModel& model, const std::vector<Span>& spans, Seeds seeds) {
  std::vector<Readings> all(spans.size());
  std::uint64_t packets = 0;
  for (int seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
    const auto number = static_cast<std::uint64_t>(seed) * 10;
    std::array stations{Station{model, model.frequency, number},
                        Station{model, -model.frequency, number + 1}};
    Broadcaster broadcaster{model, number + 2};
    TrueTime now = seconds{1};
    TrueTime reading = now;
    while (now < spans.back().until) {
      now = std::min({reading, broadcaster.next(), stations[0].next_event(now), stations[1].next_event(now)});
      for (Station& station : stations) station.on_event(now);
      broadcaster.on_event(now, stations);
      if (now < reading) continue;
      reading += kEachReading;
      for (std::size_t i = 0; i < spans.size(); ++i) {
        if (now >= spans[i].from && now < spans[i].until) read(stations, now, all[i]);
      }
    }
    packets += stations[0].packets() + stations[1].packets();
  }
  std::vector<CellResult> results;
  for (Readings& readings : all) {
    const auto count = static_cast<double>(readings.errors.size());
    results.push_back({.apart_p99 = Seconds{quantile(readings.apart, 0.99)},
                       .simple_apart_p99 = Seconds{quantile(readings.simple_apart, 0.99)},
                       .error_p99 = Seconds{quantile(readings.errors, 0.99)},
                       .bound_median = Seconds{quantile(readings.bounds, 0.5)},
                       .bound_holds = static_cast<double>(readings.held) / count,
                       .packets_per_device = static_cast<double>(packets) / (2.0 * seeds.count)});
  }
  return results;
}

}  // namespace isletime::sim
