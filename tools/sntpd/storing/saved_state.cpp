// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/saved_state.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libsync/core/rfc3339.hpp"
#include "libsync/policy/source_kind_texts.hpp"
#include "libsync/posix/digest.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/sntpd/storing/digits.hpp"
#include "tools/sntpd/storing/saved_rtc.hpp"

namespace isletime::sntpd {
namespace {

constexpr std::string_view kVersion = "1";

// {"digest":"DIGITS",REST: the digest is that of REST, up to the end of the text.
constexpr std::string_view kBeforeDigest = R"({"digest":")";
constexpr std::string_view kBehindDigest = R"(",)";
constexpr std::size_t kRestAt = kBeforeDigest.size() + kDigestDigits + kBehindDigest.size();

// No state is older than this program, and no clock is steered by more than the kernel can.
constexpr WallTime kEarliest{seconds{1'735'689'600}};  // 2025-01-01T00:00:00Z
constexpr Ppm kMostFrequency = Ppm::whole(500);
constexpr double kMostGain = 500e-6;
// Nothing at all is known of a frequency with this deviation, the range of the kernel's tick.
constexpr double kMostDeviation = 0.1;
// The levels are the object, the list of sources and a source; or the object, the RTC's and a list in it.
constexpr JsonLimits kLimits{.size = kLargestSavedState, .depth = 3};

void put(JsonWriter& writer, std::string_view key, Ppm value) {
  constexpr int kDecimals = 6;  // enough to distinguish any two Ppm
  writer.number(key, static_cast<double>(value.scaled) / 65536, kDecimals);
}

void put(JsonWriter& writer, const Frequency& frequency) {
  writer.raw("gain", digits_of(frequency.value))
      .raw("gain_deviation", digits_of(std::min(frequency.deviation, kMostDeviation)));
}

// The reader refuses values that cannot be, and with them the whole state, so the writer leaves them out.
bool can_be(const Frequency& frequency) {
  return std::abs(frequency.value) <= kMostGain && frequency.deviation >= 0;
}
bool can_be(Ppm rate_error) {
  return rate_error > Ppm{0} && rate_error <= kMostFrequency;
}

bool is_name(std::string_view source) {
  return !source.empty() && source.size() <= kLongestSavedSource &&
         std::all_of(source.begin(), source.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_among(const std::vector<SavedSource>& sources, std::string_view name) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const SavedSource& source) { return source.source == name; });
}

// Takes members of an object; after the first wrong one everything fails, with its fault.
class Members {
 public:
  explicit Members(const JsonValue& object) : object_(object) {}

  const std::optional<SavedStateFault>& fault() const { return fault_; }
  bool has(std::string_view key) const { return object_.find(key) != nullptr; }
  void fail(SavedStateFault fault) {
    if (!fault_) fault_ = fault;
  }

  std::string text(std::string_view key) {
    const JsonValue* member = object_.find(key);
    if (member != nullptr && member->text() != nullptr) return *member->text();
    fail(SavedStateFault::kMalformed);
    return {};
  }

  WallTime time(std::string_view key) {
    const auto time = parse_rfc3339(text(key));
    if (!time) {
      fail(SavedStateFault::kMalformed);
      return {};
    }
    if (*time < kEarliest) fail(SavedStateFault::kAbsurd);
    return *time;
  }

  bool flag(std::string_view key) {
    const JsonValue* member = object_.find(key);
    const auto flag = member == nullptr ? std::nullopt : member->flag();
    if (!flag) fail(SavedStateFault::kMalformed);
    return flag.value_or(false);
  }

  nanoseconds duration(std::string_view key) {
    const JsonValue* member = object_.find(key);
    const auto* number = member == nullptr ? nullptr : member->number();
    const auto value = parse_decimal_seconds(number == nullptr ? "" : number->text);
    if (value && *value >= nanoseconds::zero()) return *value;
    fail(value ? SavedStateFault::kAbsurd : SavedStateFault::kMalformed);
    return {};
  }

  Frequency frequency() {
    const Frequency frequency{number("gain"), number("gain_deviation")};
    if (!can_be(frequency) || frequency.deviation > kMostDeviation) fail(SavedStateFault::kAbsurd);
    return frequency;
  }

  Ppm rate_error() {
    const Ppm error = ppm("rate_error_ppm");
    if (!can_be(error)) fail(SavedStateFault::kAbsurd);
    return error;
  }

 private:
  double number(std::string_view key) {
    const auto number = number_of(object_.find(key));
    if (!number) fail(SavedStateFault::kMalformed);
    return number.value_or(0.0);
  }

  Ppm ppm(std::string_view key) {
    const JsonValue* member = object_.find(key);
    if (member == nullptr || member->number() == nullptr) {
      fail(SavedStateFault::kMalformed);
      return {};
    }
    const std::string& digits = member->number()->text;
    double value = HUGE_VAL;  // remains if it is out of range
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const double scaled = std::round(value * 65536);
    if (std::abs(scaled) > static_cast<double>(kMostFrequency.scaled)) {
      fail(SavedStateFault::kAbsurd);
      return {};
    }
    return {static_cast<std::int64_t>(scaled)};
  }

  const JsonValue& object_;
  std::optional<SavedStateFault> fault_;
};

bool is_readable_rtc(const std::string& text) {
  const auto object = parse_json(text, kLimits);
  return object && object->object() != nullptr && read_rtc(*object);
}

Result<std::vector<SavedSource>, SavedStateFault> read_sources(const JsonValue& list) {
  if (list.array() == nullptr) return Unexpected{SavedStateFault::kMalformed};
  if (list.array()->size() > kMostSavedSources) return Unexpected{SavedStateFault::kAbsurd};
  std::vector<SavedSource> sources;
  for (const JsonValue& item : *list.array()) {
    if (item.object() == nullptr) return Unexpected{SavedStateFault::kMalformed};
    Members members(item);
    SavedSource source{members.text("source"), members.frequency()};
    if (!is_name(source.source) || is_among(sources, source.source)) members.fail(SavedStateFault::kAbsurd);
    if (members.fault()) return Unexpected{*members.fault()};
    sources.push_back(std::move(source));
  }
  return sources;
}

Result<SavedState, SavedStateFault> read_state(const JsonValue& object) {
  Members members(object);
  SavedState state;
  state.saved_at = members.time("saved_at");
  if (members.has("last_good_time")) {
    state.last_good_time = members.time("last_good_time");
    if (*state.last_good_time > state.saved_at) members.fail(SavedStateFault::kAbsurd);
  }
  if (members.has("gain")) state.frequency = members.frequency();
  if (members.has("rate_error_ppm")) state.rate_error = members.rate_error();
  if (members.has("machine")) state.machine = members.text("machine");
  if (members.has("boot")) {
    state.boot = SavedBoot{members.text("boot"), members.duration("uptime_s"), members.flag("has_set_clock")};
    // Older versions did not save these.
    if (members.has("asleep_s")) state.boot->asleep = members.duration("asleep_s");
    if (members.has("raw_s")) state.boot->raw = members.duration("raw_s");
  }
  if (members.has("sync")) {
    const auto kind = source_kind_of(members.text("sync"));
    if (!kind) members.fail(SavedStateFault::kAbsurd);
    state.sync = SavedSync{kind.value_or(SourceKind::kFreeRun), {members.duration("bound_s")}};
    // Older versions did not save it.
    if (members.has("age_s")) state.sync->age = members.duration("age_s");
  }
  if (const JsonValue* rtc = object.find("rtc")) {
    state.rtc = read_rtc(*rtc);
    if (!state.rtc) members.fail(SavedStateFault::kAbsurd);
  }
  if (members.fault()) return Unexpected{*members.fault()};
  const JsonValue* list = object.find("sources");
  if (list == nullptr) return state;
  auto sources = read_sources(*list);
  if (!sources) return Unexpected{sources.error()};
  state.sources = *std::move(sources);
  return state;
}

bool is_whole(std::string_view text) {
  return text.size() > kRestAt && text.size() <= kLargestSavedState &&
         text.substr(0, kBeforeDigest.size()) == kBeforeDigest &&
         text.substr(kRestAt - kBehindDigest.size(), kBehindDigest.size()) == kBehindDigest &&
         text.substr(kBeforeDigest.size(), kDigestDigits) == digest(text.substr(kRestAt));
}

}  // namespace

const char* to_string(SavedStateFault fault) {
  switch (fault) {
    case SavedStateFault::kTorn:
      return "is torn or was edited";
    case SavedStateFault::kUnknownVersion:
      return "is of another version of this program";
    case SavedStateFault::kMalformed:
      return "is not what this program saves";
    case SavedStateFault::kAbsurd:
      return "holds values that cannot be";
    case SavedStateFault::kFromTheFuture:
      return "was saved later than the clock reads";
    case SavedStateFault::kFromAnotherMachine:
      return "is of another machine";
  }
  return "";
}

std::string format_saved_state(const SavedState& state) {
  std::vector<SavedSource> kept;
  std::vector<std::string> sources;
  for (const SavedSource& source : state.sources) {
    if (!is_name(source.source) || !can_be(source.frequency) || is_among(kept, source.source)) continue;
    if (kept.size() == kMostSavedSources) break;
    JsonWriter item;
    item.text("source", source.source);
    put(item, source.frequency);
    sources.push_back(item.object());
    kept.push_back(source);
  }
  JsonWriter writer;
  writer.raw("version", kVersion).text("machine", state.machine).time("saved_at", state.saved_at);
  if (state.boot)
    writer.text("boot", state.boot->id)
        .seconds("uptime_s", state.boot->uptime)
        .flag("has_set_clock", state.boot->has_set_clock)
        .seconds("asleep_s", state.boot->asleep)
        .seconds("raw_s", state.boot->raw);
  if (state.last_good_time && *state.last_good_time >= kEarliest && *state.last_good_time <= state.saved_at)
    writer.time("last_good_time", *state.last_good_time);
  if (state.sync)
    writer.text("sync", name_of(state.sync->kind))
        .seconds("bound_s", state.sync->bound.value)
        .seconds("age_s", state.sync->age);
  if (state.frequency && can_be(*state.frequency)) put(writer, *state.frequency);
  if (state.rate_error && can_be(*state.rate_error)) put(writer, "rate_error_ppm", *state.rate_error);
  const std::string rtc = state.rtc ? rtc_object(*state.rtc) : std::string{};
  if (is_readable_rtc(rtc)) writer.raw("rtc", rtc);
  writer.raw("sources", json_array(sources));
  const std::string rest = writer.object().substr(1) + '\n';
  return std::string{kBeforeDigest}.append(digest(rest)).append(kBehindDigest).append(rest);
}

Result<SavedState, SavedStateFault> parse_saved_state(std::string_view text, std::optional<WallTime> now,
                                                      const std::optional<std::string>& machine) {
  if (!is_whole(text)) return Unexpected{SavedStateFault::kTorn};
  const auto object = parse_json(text, kLimits);
  if (!object || object->object() == nullptr) return Unexpected{SavedStateFault::kMalformed};
  const JsonValue* version = object->find("version");
  if (version == nullptr) return Unexpected{SavedStateFault::kMalformed};
  if (version->number() == nullptr || version->number()->text != kVersion) {
    return Unexpected{SavedStateFault::kUnknownVersion};
  }
  auto state = read_state(*object);
  if (!state) return state;
  if (state->machine != machine) return Unexpected{SavedStateFault::kFromAnotherMachine};
  if (now && elapsed(*now, state->saved_at) > kSavedStateTolerance) {
    return Unexpected{SavedStateFault::kFromTheFuture};
  }
  return state;
}

}  // namespace isletime::sntpd
