// SPDX-License-Identifier: MIT
// The first byte says what the rest is: a press as JSON, one in the older form, or a run of presses, whose
// splits are compared with what follows from the definitions, pair by pair.
#include <string>
#include <string_view>
#include <vector>

#include "libsync/record/json_writer.hpp"
#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_reader.hpp"
#include "tests/fuzz/few_bytes.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/syncweb/presses/press_json.hpp"
#include "tools/syncweb/presses/press_request.hpp"
#include "tools/syncweb/presses/splits.hpp"

using namespace isletime;
using namespace isletime::syncweb;
using isletime::fuzz::Input;
using isletime::fuzz::require;

namespace {

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string request_of(const Press& press) {
  JsonWriter json;
  json.text("sender", press.sender);
  if (!press.boot.empty()) json.text("boot", press.boot);
  json.count("number", press.number.value_or(0)).time("time", press.time);
  if (press.uncertainty) json.seconds("uncertainty_s", press.uncertainty->value);
  return json.flag("reliable", press.is_reliable.value_or(false)).object();
}

void check_csv(const Press& press) {
  const std::string csv = presses_csv(std::vector{StoredPress{1, press, std::nullopt, "::1"}});
  const std::string_view row = std::string_view{csv}.substr(csv_header().size() + 1);
  const auto record = CsvSampleReader::open(csv_header())->read(row.substr(0, row.size() - 1));
  require(record.has_value(), "the row is one of a sample record");
  require(record->source == "button:" + press.sender && record->time == press.time,
          "it is that of the press");
}

void check(const Result<Press, std::string>& press) {
  if (!press) {
    require(!press.error().empty() && is_plain(press.error()), "a refusal is plain text");
    return;
  }
  require(!press->sender.empty() && press->sender.size() <= kLongestSender && is_plain(press->sender),
          "a sender is short and plain");
  require(press->boot.size() <= kLongestBoot && is_plain(press->boot), "a boot is short and plain");
  require(!press->uncertainty || press->uncertainty->value >= nanoseconds::zero(), "a bound is not negative");
  const std::string request = request_of(*press);
  const auto again = parse_press(request);
  require(again.has_value() && request_of(*again) == request, "what was written is read as the same press");
  check_csv(*press);
}

void check_older(Input& input) {
  const auto size = input.u8();
  const std::string milliseconds{text_of(input.bytes(size))};
  const std::vector<Field> query{{"msec", milliseconds}, {"sender", std::string{text_of(input.rest())}}};
  const auto press = parse_older_press(query);
  check(press);
  require(!press || (!press->uncertainty && !press->is_reliable && !press->number), "nothing is invented");
}

std::vector<StoredPress> some_presses(Input& input) {
  constexpr std::size_t kMost = 48;
  std::vector<StoredPress> presses;
  while (!input.at_end() && presses.size() < kMost) {
    StoredPress press;
    const std::uint8_t kind = input.u8();
    const bool is_anywhen = (kind & 4) != 0;
    press.id = static_cast<std::int64_t>(presses.size()) + 1;
    press.press.sender = std::string(1, static_cast<char>('a' + kind % 4));
    press.press.time = is_anywhen ? input.wall_time() : WallTime{fuzz::scaled(input, 24)};
    press.press.is_reliable = (kind & 16) == 0;
    if ((kind & 8) != 0) {
      const nanoseconds bound{std::int64_t{input.u16()} * 1024 << kind / 32};
      press.press.uncertainty = Dispersion{is_anywhen && kind / 32 == 7 ? nanoseconds::max() : bound};
    }
    presses.push_back(std::move(press));
  }
  return presses;
}

// Exact, unlike what is under test.
struct Span {
  __int128 earliest;
  __int128 latest;
};

std::optional<Span> span_of_row(const SplitRow& row) {
  const Press& press = row.press.press;
  if (!press.is_reliable.value_or(false) || !press.uncertainty) return std::nullopt;
  const __int128 time = press.time.time_since_epoch().count();
  return Span{time - press.uncertainty->value.count(), time + press.uncertainty->value.count()};
}

bool overlap(const Span& a, const Span& b) {
  return a.earliest <= b.latest && b.earliest <= a.latest;
}

void check_order(const std::vector<const SplitRow*>& counted, std::size_t i) {
  const SplitRow& row = *counted[i];
  const auto span = span_of_row(row);
  require(row.places.has_value() == span.has_value(), "a press with a bound to rely on has places");
  if (!span) {
    require(row.order == PressOrder::kUnknown, "without a bound no order is known");
    return;
  }
  bool overlaps = false;
  std::size_t before = 0;
  std::size_t known = 0;
  for (std::size_t j = 0; j < counted.size(); ++j) {
    const auto other = span_of_row(*counted[j]);
    if (!other) continue;
    ++known;
    overlaps |= j != i && overlap(*span, *other);
    before += other->latest < span->earliest ? 1 : 0;
  }
  require(row.places->first == before + 1, "the first place follows those that were certainly before");
  require(row.places->first <= row.places->last && row.places->last <= known, "places are among the presses");
  require((row.order == PressOrder::kTooClose) == overlaps, "too close to call is whose bounds overlap");
}

void check_sums(const std::vector<const SplitRow*>& counted) {
  __int128 sum = 0;
  for (std::size_t i = 0; i < counted.size(); ++i) {
    require(counted[i]->split.has_value() == (i > 0) && counted[i]->total.has_value() == (i > 0),
            "all but the first have a split and a total");
    if (i == 0) continue;
    require(*counted[i]->split >= nanoseconds::zero(), "no split is negative");
    sum += counted[i]->split->count();
    if (*counted[i]->total != nanoseconds::max())
      require(sum == counted[i]->total->count(), "a total is the sum of the splits");
  }
}

void check_lockout(const std::vector<const SplitRow*>& counted) {
  for (std::size_t i = 0; i < counted.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Press& earlier = counted[j]->press.press;
      const Press& later = counted[i]->press.press;
      require(earlier.sender != later.sender || elapsed(earlier.time, later.time) >= kLockout,
              "no press counts inside the lockout of another that counts");
    }
  }
}

void check_standing(const SplitRow& row, const RunStart& start) {
  const auto span = span_of_row(row);
  const __int128 bound = start.bound ? start.bound->value.count() : 0;
  const bool is_before = span && start.time && span->latest < start.time->time_since_epoch().count() - bound;
  require((row.standing == PressStanding::kBeforeRun) == is_before,
          "what was certainly pressed before the run, and nothing else, is told apart");
}

void check_splits(Input& input) {
  RunStart start;
  const std::uint8_t known = input.u8();
  if (known % 2 == 1) {
    start.time = input.wall_time();
    const nanoseconds bound{input.u32()};
    if (known % 4 == 1) start.bound = Dispersion{bound};
  }
  auto presses = some_presses(input);
  const std::size_t size = presses.size();
  const auto rows = make_splits(std::move(presses), start);
  require(rows.size() == size, "every press has a row");
  std::vector<const SplitRow*> counted;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    require(i == 0 || rows[i - 1].press.press.time <= rows[i].press.press.time,
            "rows are in the order of time");
    check_standing(rows[i], start);
    if (rows[i].standing == PressStanding::kCounted) counted.push_back(&rows[i]);
  }
  for (std::size_t i = 0; i < counted.size(); ++i) check_order(counted, i);
  check_sums(counted);
  check_lockout(counted);
  require(!splits_json(rows, start, 0).empty(), "splits can be written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{Bytes{data, size}};
  switch (input.u8() % 3) {
    case 0:
      check(parse_press(text_of(input.rest())));
      break;
    case 1:
      check_older(input);
      break;
    default:
      check_splits(input);
      break;
  }
  return 0;
}
