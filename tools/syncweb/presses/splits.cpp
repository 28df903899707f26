// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/splits.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "libsync/policy/saturated.hpp"

namespace isletime::syncweb {
namespace {

// When a press can have happened, since the epoch.
struct PressSpan {
  nanoseconds earliest;
  nanoseconds latest;
};

std::optional<Dispersion> reliable_bound(const Press& press) {
  return press.is_reliable.value_or(false) ? press.uncertainty : std::nullopt;
}

std::optional<PressSpan> span_of(const Press& press) {
  const auto bound = reliable_bound(press);
  if (!bound) return std::nullopt;
  const nanoseconds time = press.time.time_since_epoch();
  return PressSpan{saturated_difference(time, bound->value), saturated_sum(time, bound->value)};
}

std::optional<Dispersion> sum_of_bounds(const Press& a, const Press& b) {
  const auto bound_a = reliable_bound(a);
  const auto bound_b = reliable_bound(b);
  if (!bound_a || !bound_b) return std::nullopt;
  return Dispersion{saturated_sum(bound_a->value, bound_b->value)};
}

bool is_before(const Press& press, const RunStart& start) {
  const auto span = span_of(press);
  if (!span || !start.time) return false;
  // A hub whose time has no bound is the reference itself (--local): the presses' bounds are from its time.
  const nanoseconds bound = start.bound ? start.bound->value : nanoseconds::zero();
  return span->latest < saturated_difference(start.time->time_since_epoch(), bound);
}

// Sets the standings, from the first press to the last. The lockout runs from a press that counts.
void set_standings(std::vector<SplitRow>& rows, const RunStart& start, nanoseconds lockout) {
  std::map<std::string_view, WallTime> counted;  // the latest of each sender
  for (SplitRow& row : rows) {
    const Press& press = row.press.press;
    const auto latest = counted.find(press.sender);
    if (is_before(press, start)) {
      row.standing = PressStanding::kBeforeRun;
    } else if (latest != counted.end() && elapsed(latest->second, press.time) < lockout) {
      row.standing = PressStanding::kRepeated;
    } else {
      counted.insert_or_assign(press.sender, press.time);
    }
  }
}

std::vector<SplitRow*> counted_rows(std::vector<SplitRow>& rows) {
  std::vector<SplitRow*> counted;
  for (SplitRow& row : rows) {
    if (row.standing == PressStanding::kCounted) counted.push_back(&row);
  }
  return counted;
}

void set_times_between(const std::vector<SplitRow*>& counted) {
  for (std::size_t i = 1; i < counted.size(); ++i) {
    const Press& first = counted[0]->press.press;
    const Press& before = counted[i - 1]->press.press;
    const Press& press = counted[i]->press.press;
    counted[i]->split = elapsed(before.time, press.time);
    counted[i]->split_bound = sum_of_bounds(before, press);
    counted[i]->total = elapsed(first.time, press.time);
    counted[i]->total_bound = sum_of_bounds(first, press);
  }
}

// One press is certainly before another if even its latest instant is before the earliest of the other.
void set_places(const std::vector<SplitRow*>& counted) {
  std::vector<nanoseconds> earliest;
  std::vector<nanoseconds> latest;
  for (const SplitRow* row : counted) {
    if (const auto span = span_of(row->press.press)) {
      earliest.push_back(span->earliest);
      latest.push_back(span->latest);
    }
  }
  std::sort(earliest.begin(), earliest.end());
  std::sort(latest.begin(), latest.end());
  for (SplitRow* row : counted) {
    const auto span = span_of(row->press.press);
    if (!span) continue;
    const auto before = std::lower_bound(latest.begin(), latest.end(), span->earliest) - latest.begin();
    const auto not_after =
        std::upper_bound(earliest.begin(), earliest.end(), span->latest) - earliest.begin();
    row->places = PressPlaces{static_cast<std::size_t>(before) + 1, static_cast<std::size_t>(not_after)};
  }
}

PressOrder order_of(const std::vector<SplitRow*>& counted, std::size_t i) {
  const auto& places = counted[i]->places;
  if (!places) return PressOrder::kUnknown;
  if (places->first != places->last) return PressOrder::kTooClose;
  const bool has_unknown_before = i > 0 && !counted[i - 1]->places;
  const bool has_unknown_after = i + 1 < counted.size() && !counted[i + 1]->places;
  return has_unknown_before || has_unknown_after ? PressOrder::kUnknown : PressOrder::kCertain;
}

}  // namespace

std::string_view to_string(PressStanding standing) {
  switch (standing) {
    case PressStanding::kCounted:
      return "counted";
    case PressStanding::kRepeated:
      return "repeated";
    case PressStanding::kBeforeRun:
      return "before-run";
  }
  return "";
}

std::string_view to_string(PressOrder order) {
  switch (order) {
    case PressOrder::kCertain:
      return "certain";
    case PressOrder::kTooClose:
      return "too-close";
    case PressOrder::kUnknown:
      return "unknown";
  }
  return "";
}

std::vector<SplitRow> make_splits(std::vector<StoredPress> presses, const RunStart& start,
                                  nanoseconds lockout) {
  std::sort(presses.begin(), presses.end(), [](const StoredPress& a, const StoredPress& b) {
    return std::tie(a.press.time, a.id) < std::tie(b.press.time, b.id);
  });
  std::vector<SplitRow> rows;
  rows.reserve(presses.size());
  for (StoredPress& press : presses) rows.emplace_back().press = std::move(press);
  set_standings(rows, start, lockout);
  const auto counted = counted_rows(rows);
  set_times_between(counted);
  set_places(counted);
  for (std::size_t i = 0; i < counted.size(); ++i) counted[i]->order = order_of(counted, i);
  return rows;
}

}  // namespace isletime::syncweb
