// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/saved_state.hpp"

#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libsync/posix/digest.hpp"

namespace isletime::sntpd::saved_state_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kSavedAt{1'770'000'000s};  // 2026-02-02T02:40:00Z
constexpr WallTime kNow = kSavedAt + 300s;
const std::optional<std::string> kMachine = "0123456789abcdef";

SavedState example() {
  return {.saved_at = kSavedAt,
          .last_good_time = kSavedAt - 1234567890ns,
          .frequency = Frequency{12.345e-6, 1.0 / 3e9},
          .sources = {{"ntp:192.0.2.7", {-10e-6, 1e-6}}, {"rtc:/dev/rtc0", {0.0, 1e-10}}},
          .machine = kMachine,
          .boot = SavedBoot{"5d2b0f6e-boot", 90min + 7ns, true, 8h + 1ns, 90min - 5ns}};
}

// Returns a text whose digest is right, whatever its content.
std::string whole(const std::string& rest) {
  return R"({"digest":")" + digest(rest) + R"(",)" + rest;
}

SavedStateFault fault_of(const std::string& text) {
  const auto state = parse_saved_state(text, kNow, std::nullopt);
  EXPECT_FALSE(state) << text;
  return state.error();
}

SavedStateFault fault_with(const std::string& members) {
  return fault_of(whole(R"("version":1,"saved_at":"2026-02-02T02:40:00Z",)" + members + "}"));
}

TEST(SavedState, SurvivesTheWayThroughItsText) {
  const SavedState saved = example();
  const auto read = parse_saved_state(format_saved_state(saved), kNow, kMachine);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->saved_at, saved.saved_at);
  EXPECT_EQ(read->last_good_time, saved.last_good_time);
  EXPECT_EQ(read->frequency, saved.frequency);
  ASSERT_EQ(read->sources.size(), saved.sources.size());
  for (std::size_t i = 0; i < saved.sources.size(); ++i) {
    EXPECT_EQ(read->sources[i].source, saved.sources[i].source);
    EXPECT_EQ(read->sources[i].frequency, saved.sources[i].frequency);
  }
  EXPECT_EQ(read->machine, kMachine);
  ASSERT_TRUE(read->boot);
  EXPECT_EQ(read->boot->id, saved.boot->id);
  EXPECT_EQ(read->boot->uptime, saved.boot->uptime);
  EXPECT_EQ(read->boot->has_set_clock, saved.boot->has_set_clock);
  EXPECT_EQ(read->boot->asleep, saved.boot->asleep);
  EXPECT_EQ(read->boot->raw, saved.boot->raw);
}

TEST(SavedState, OfAnOlderVersionDoesNotSayHowLongTheMachineSlept) {
  const auto read = parse_saved_state(whole(R"("version":1,"saved_at":"2026-02-02T02:40:00Z",)"
                                            R"("boot":"5d2b","uptime_s":7,"has_set_clock":true})"),
                                      kNow, std::nullopt);
  ASSERT_TRUE(read && read->boot);
  EXPECT_EQ(read->boot->uptime, 7s);
  EXPECT_FALSE(read->boot->asleep);
  EXPECT_FALSE(read->boot->raw);
}

TEST(SavedState, NothingOfAFrequencyIsLost) {
  SavedState state = example();
  for (double value = -500e-6; value < 500e-6; value += 1e-6 / 3) {
    state.frequency = Frequency{value, std::abs(value) / 7};
    const auto read = parse_saved_state(format_saved_state(state), kNow, kMachine);
    ASSERT_TRUE(read) << value;
    EXPECT_EQ(read->frequency, state.frequency);
  }
}

// After a server has jumped, its frequency is hardly known any more, but everything else still is.
TEST(SavedState, AVagueFrequencyIsNoAbsurdOne) {
  SavedState state = example();
  state.frequency = Frequency{12e-6, 1.0001e-3};
  state.sources = {{"ntp:192.0.2.7", {-10e-6, 0.50003e-3}}};
  const auto read = parse_saved_state(format_saved_state(state), kNow, kMachine);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->frequency, state.frequency);
  EXPECT_EQ(read->sources[0].frequency, state.sources[0].frequency);
  EXPECT_EQ(read->last_good_time, state.last_good_time);
}

TEST(SavedState, WhatWouldNotBeReadBackIsLeftOutAndTheRestIsKept) {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Frequency& odd : {Frequency{0.1, 1e-6}, Frequency{-501e-6, 1e-6}, Frequency{nan, 1e-6},
                               Frequency{inf, 1e-6}, Frequency{1e-6, nan}, Frequency{1e-6, -1e-9}}) {
    SavedState state = example();
    state.frequency = odd;
    state.sources = {{"ntp:192.0.2.7", odd}, {"ntp:192.0.2.8", {1e-6, 1e-6}}, {"ntp:192.0.2.8", {}}};
    state.last_good_time = state.saved_at + 1ns;
    state.rate_error = Ppm::whole(501);
    state.rtc = SavedRtc{.source = "rtc:/dev/rtc0", .chip = "", .drift = {}};
    state.sync = SavedSync{SourceKind::kPhone, {nanoseconds::max()}, 3h + 1ns};
    const auto read = parse_saved_state(format_saved_state(state), kNow, kMachine);
    ASSERT_TRUE(read) << to_string(read.error()) << format_saved_state(state);
    EXPECT_FALSE(read->frequency);
    ASSERT_EQ(read->sources.size(), 1U);
    EXPECT_EQ(read->sources[0].source, "ntp:192.0.2.8");
    EXPECT_FALSE(read->last_good_time);
    EXPECT_FALSE(read->rate_error);
    EXPECT_FALSE(read->rtc);
    ASSERT_TRUE(read->sync);
    EXPECT_EQ(read->sync->bound.value, nanoseconds::max());
    EXPECT_EQ(read->sync->age, 3h + 1ns);
  }
}

TEST(SavedState, AFrequencyOfWhichNothingIsKnownSaysSo) {
  SavedState state = example();
  state.frequency = Frequency{1e-6, std::numeric_limits<double>::infinity()};
  const auto read = parse_saved_state(format_saved_state(state), kNow, kMachine);
  ASSERT_TRUE(read && read->frequency);
  EXPECT_GE(read->frequency->deviation, 0.1);
}

TEST(SavedState, WhatAnExperimentFoundSurvives) {
  SavedState saved = example();
  saved.rate_error = Ppm{6'832'000};
  const auto read = parse_saved_state(format_saved_state(saved), kNow, kMachine);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->rate_error, saved.rate_error);
  EXPECT_FALSE(parse_saved_state(format_saved_state(example()), kNow, kMachine)->rate_error);
}

TEST(SavedState, ARateThatNoExperimentFindsIsRefused) {
  EXPECT_EQ(fault_with(R"("rate_error_ppm":0)"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("rate_error_ppm":-1)"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("rate_error_ppm":500.001)"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("rate_error_ppm":"104")"), SavedStateFault::kMalformed);
}

TEST(SavedState, WhatIsNotKnownYetStaysAbsent) {
  SavedState saved;
  saved.saved_at = kSavedAt;
  const auto read = parse_saved_state(format_saved_state(saved), kNow, std::nullopt);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_FALSE(read->last_good_time);
  EXPECT_FALSE(read->frequency);
  EXPECT_TRUE(read->sources.empty());
  EXPECT_FALSE(read->machine);
  EXPECT_FALSE(read->boot);
}

TEST(SavedState, IsALineThatPeopleCanRead) {
  const std::string text = format_saved_state(example());
  EXPECT_NE(text.find(R"("saved_at":"2026-02-02T02:40:00.000000000Z")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("gain":1.2345)"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST(SavedState, TornAnywhereIsTorn) {
  const std::string text = format_saved_state(example());
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_EQ(fault_of(text.substr(0, length)), SavedStateFault::kTorn) << length;
  }
  EXPECT_EQ(fault_of(text + text), SavedStateFault::kTorn);
  EXPECT_EQ(fault_of(std::string(text.size(), '\0')), SavedStateFault::kTorn);
}

TEST(SavedState, OneCharacterThatChangedIsFound) {
  const std::string text = format_saved_state(example());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(fault_of(changed), SavedStateFault::kTorn) << i;
  }
}

TEST(SavedState, LongerThanAnyIsNotLookedAt) {
  const std::string text = whole(R"("version":1,"padding":")" + std::string(kLargestSavedState, 'x') + "\"}");
  EXPECT_EQ(fault_of(text), SavedStateFault::kTorn);
}

TEST(SavedState, AnotherVersionIsNotGuessedAt) {
  EXPECT_EQ(fault_of(whole(R"("version":2,"what":"unknown"})")), SavedStateFault::kUnknownVersion);
  EXPECT_EQ(fault_of(whole(R"("version":"1"})")), SavedStateFault::kUnknownVersion);
}

TEST(SavedState, WhatIsNotItsFormIsMalformed) {
  EXPECT_EQ(fault_of(whole("")), SavedStateFault::kTorn);
  EXPECT_EQ(fault_of(whole("not JSON")), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_of(whole(R"("saved_at":"2026-02-02T02:40:00Z"})")), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_of(whole(R"("version":1})")), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_of(whole(R"("version":1,"saved_at":1770000000})")), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("last_good_time":"yesterday")"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("gain":1.5e-6)"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("gain":"1.5e-6","gain_deviation":1e-6)"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("gain":1e999,"gain_deviation":1e-6)"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("machine":7)"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("boot":"5d2b")"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("boot":"5d2b","uptime_s":"7","has_set_clock":true)"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("boot":"5d2b","uptime_s":7,"has_set_clock":1)"), SavedStateFault::kMalformed);
  const std::string boot = R"("boot":"5d2b","uptime_s":7,"has_set_clock":true,)";
  EXPECT_EQ(fault_with(boot + R"("asleep_s":"7")"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(boot + R"("raw_s":"7")"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("sources":{})"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("sources":["ntp:192.0.2.7"])"), SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("sources":[{"source":["ntp"],"gain":1e-6,"gain_deviation":1e-6}])"),
            SavedStateFault::kMalformed);
  EXPECT_EQ(fault_with(R"("sources":)" + std::string(10'000, '[') + std::string(10'000, ']')),
            SavedStateFault::kMalformed);
}

TEST(SavedState, NoKernelSteersAClockByMoreThan500Ppm) {
  EXPECT_TRUE(parse_saved_state(whole(R"("version":1,"saved_at":"2026-02-02T02:40:00Z",)"
                                      R"("gain":500e-6,"gain_deviation":0})"),
                                kNow, std::nullopt));
  EXPECT_EQ(fault_with(R"("gain":500.001e-6,"gain_deviation":1e-6)"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("gain":-1e300,"gain_deviation":1e-6)"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("gain":1e-6,"gain_deviation":-1e-7)"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("gain":1e-6,"gain_deviation":0.2)"), SavedStateFault::kAbsurd);
}

TEST(SavedState, TimesThatCannotBeAreAbsurd) {
  EXPECT_EQ(fault_of(whole(R"("version":1,"saved_at":"1970-01-01T00:00:10Z"})")), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("last_good_time":"2026-02-02T02:40:01Z")"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("last_good_time":"2000-01-01T00:00:00Z")"), SavedStateFault::kAbsurd);
  const std::string boot = R"("boot":"5d2b","uptime_s":7,"has_set_clock":true,)";
  EXPECT_EQ(fault_with(boot + R"("asleep_s":-1)"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(boot + R"("raw_s":-1)"), SavedStateFault::kAbsurd);
}

std::string source_item(const std::string& name) {
  return R"({"source":")" + name + R"(","gain":1e-6,"gain_deviation":1e-6})";
}

TEST(SavedState, SourcesThatCannotBeAreAbsurd) {
  EXPECT_EQ(fault_with(R"("sources":[)" + source_item("") + "]"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("sources":[)" + source_item("a\\u001b[2J") + "]"), SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("sources":[)" + source_item(std::string(256, 'x')) + "]"),
            SavedStateFault::kAbsurd);
  EXPECT_EQ(fault_with(R"("sources":[)" + source_item("a") + "," + source_item("a") + "]"),
            SavedStateFault::kAbsurd);
  std::string many = source_item("0");
  for (int i = 1; i < 65; ++i) many.append(",").append(source_item(std::to_string(i)));
  EXPECT_EQ(fault_with(R"("sources":[)" + many + "]"), SavedStateFault::kAbsurd);
}

TEST(SavedState, MoreSourcesThanItKeepsAreLeftOut) {
  SavedState state = example();
  state.sources.clear();
  for (int i = 0; i < 100; ++i) state.sources.push_back({fmt::format("{:255}", i), {}});
  state.sources[0].source = "over\nlines";
  const auto read = parse_saved_state(format_saved_state(state), kNow, kMachine);
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->sources.size(), 64U);
  EXPECT_EQ(read->sources[0].source, state.sources[1].source);
}

TEST(SavedState, TheLongestThatIsSavedCanBeRead) {
  SavedState state = example();
  state.sources.clear();
  for (int i = 0; i < 64; ++i)
    state.sources.push_back({std::string(static_cast<std::size_t>(192 + i), '"'), {}});
  const auto read = parse_saved_state(format_saved_state(state), kNow, kMachine);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->sources.size(), 64U);
}

TEST(SavedState, FromTheFutureIsRefusedWhereTheClockIsTrusted) {
  const std::string text = format_saved_state(example());
  EXPECT_TRUE(parse_saved_state(text, kSavedAt - 1h, kMachine));
  const auto early = parse_saved_state(text, kSavedAt - 1h - 1ns, kMachine);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error(), SavedStateFault::kFromTheFuture);
  // Without an RTC the clock may read anything at boot, also a time before the state was saved.
  EXPECT_TRUE(parse_saved_state(text, std::nullopt, kMachine));
}

TEST(SavedState, AnotherMachinesCrystalIsNotOurs) {
  for (const auto& machine : {std::optional<std::string>{"fedcba9876543210"}, std::optional<std::string>{}}) {
    const auto read = parse_saved_state(format_saved_state(example()), kNow, machine);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), SavedStateFault::kFromAnotherMachine);
  }
}

}  // namespace
}  // namespace isletime::sntpd::saved_state_test
