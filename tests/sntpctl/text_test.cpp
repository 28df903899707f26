// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tools/common/table.hpp"
#include "tools/sntpctl/reply_text.hpp"
#include "tools/sntpctl/request_json.hpp"
#include "tools/sntpd/control/control_request.hpp"

namespace isletime::sntpctl::text_test {
namespace {

using namespace std::chrono_literals;

std::string shown(Command command, std::string_view json, bool shows_colours = false) {
  const auto value = parse_json(json, {10'000, 4});
  EXPECT_TRUE(value) << value.error();
  return reply_text(command, *value, shows_colours);
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

TEST(Table, ColumnsAreAlignedByCharacters) {
  Table table({{"name"}, {"n", Align::kRight}, {"why"}});
  table.add({"a", "1", "short"});
  table.add({"\u00fcber\u20ac", "100", "as long as it likes"});
  EXPECT_EQ(table.text(false),
            "name     n  why\n"
            "a        1  short\n"
            "\u00fcber\u20ac  100  as long as it likes\n");
}

TEST(Table, ColoursAreBehindTheAlignment) {
  Table table({{"a"}, {"b"}});
  table.add({"1", "2"}, Colour::kGood);
  EXPECT_EQ(table.text(true), "a  b\n\033[32m1  2\033[0m\n");
  EXPECT_EQ(table.text(false), "a  b\n1  2\n");
}

TEST(ReplyText, StatusBeginsWithWhatMattersMost) {
  const std::string good = R"({"synchronised":true,"reliable":true,"source":"ntp:192.0.2.1"})";
  EXPECT_TRUE(shown(Command::kStatus, good).starts_with("follows ntp:192.0.2.1, reliable\n"));
  EXPECT_TRUE(shown(Command::kStatus, R"({"synchronised":true,"source":"camera:x"})")
                  .starts_with("follows camera:x, not reliable\n"));
  EXPECT_TRUE(shown(Command::kStatus, R"({"source":"free run"})").starts_with("not synchronised\n"));
  EXPECT_TRUE(shown(Command::kStatus, good, true).starts_with("\033[32m"));
}

TEST(ReplyText, StatusHasUnitsAndWarnings) {
  const std::string text =
      shown(Command::kStatus,
            R"({"bound_s":0.001,"age_s":64,"offset_s":0.0000001,"leap":1,"answered":7,"refused":8,)"
            R"("warnings":["no client since an hour"]})");
  EXPECT_TRUE(has(text, "error bound      0.001000000 s\n")) << text;
  EXPECT_TRUE(has(text, "last sync        64.000 s ago\n")) << text;
  EXPECT_TRUE(has(text, "offset           +0.000000100 s, still")) << text;
  EXPECT_TRUE(has(text, "61 s\n")) << text;
  EXPECT_TRUE(has(text, "7 answered, 8 refused\n")) << text;
  EXPECT_TRUE(has(text, "warning: no client since an hour\n")) << text;
}

TEST(ReplyText, WhatIsMissingOrAbsurdIsADash) {
  const std::string text = shown(Command::kStatus, R"({"age_s":-5,"bound_s":1e300,"refid":{},"warnings":7})");
  EXPECT_TRUE(has(text, "last sync        -\n")) << text;
  EXPECT_TRUE(has(text, "error bound      -\n")) << text;
  EXPECT_TRUE(has(text, "refid            -\n")) << text;
}

TEST(ReplyText, SourcesSayWhy) {
  const std::string text = shown(
      Command::kSources,
      R"({"sources":[{"source":"ntp:a","tally":"*","reach":255,"standing":"system-peer","standing_text":"best"},)"
      R"({"source":"ntp:b","tally":" ","reach":5,"standing":"unreachable","standing_text":"silent",)"
      R"("last_error":"no-reply"}]})");
  EXPECT_TRUE(has(text, "377")) << text;
  EXPECT_TRUE(has(text, "005")) << text;
  EXPECT_TRUE(has(text, "system-peer: best\n")) << text;
  EXPECT_TRUE(has(text, "unreachable: silent (last error: no-reply)\n")) << text;
  EXPECT_EQ(shown(Command::kSources, R"({"sources":[]})"), "no sources\n");
}

TEST(ReplyText, SourcesSayWhatBecameOfTheirBroadcasts) {
  const std::string text =
      shown(Command::kSources,
            R"({"sources":[{"source":"ntp:a","standing":"selected","standing_text":"it is believed",)"
            R"("broadcasts":12,"broadcasts_refused":3}]})");
  EXPECT_TRUE(has(text, "it is believed (broadcasts: 12 taken, 3 refused)\n")) << text;
}

TEST(ReplyText, ClientsThatDoNotFitAreCounted) {
  const std::string text =
      shown(Command::kClients,
            R"({"clients":[{"address":"192.0.2.9","requests":3,"last_seen_s":2}],"left_out":24})");
  EXPECT_TRUE(has(text, "192.0.2.9")) << text;
  EXPECT_TRUE(has(text, "and 24 more\n")) << text;
}

TEST(ReplyText, NothingThatATerminalWouldObey) {
  constexpr const char* kHostile =
      R"({"source":"a\u001b[2J","reply":"x","warnings":["\u009b2J\u0007"],"message":"\u001b]0;x\u0007",)"
      R"("sources":[{"source":"\u001bc","standing_text":"\r\n\u001b[A"}],)"
      R"("clients":[{"address":"\u001bc"}],"lines":[{"time":"\u001bc","event":"\b","text":"\u001b"}]})";
  for (const Command command :
       {Command::kStatus, Command::kSources, Command::kClients, Command::kActivity, Command::kFeed,
        Command::kSet, Command::kSetRateError, Command::kReload, Command::kKeygen}) {
    for (const char c : shown(command, kHostile)) {
      EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << to_string(command);
    }
    EXPECT_FALSE(has(shown(command, kHostile), "\u009b")) << to_string(command);
  }
}

TEST(RequestJson, IsWhatSntpdReads) {
  Options options;
  for (const Command command : {Command::kStatus, Command::kSources, Command::kClients, Command::kActivity,
                                Command::kSet, Command::kReload}) {
    options.command = command;
    EXPECT_TRUE(sntpd::parse_control_request(request_json(options))) << request_json(options);
  }
  options.command = Command::kActivity;
  options.follow = true;
  options.lines = 7;
  const auto show = std::get<sntpd::Show>(*sntpd::parse_control_request(request_json(options)));
  EXPECT_TRUE(show.follow);
  EXPECT_EQ(show.lines, 7U);
  options = {};
  options.command = Command::kSet;
  options.time = WallTime{1'770'091'506s + 1ns};
  options.uncertainty = Dispersion{250ms};
  const auto set = std::get<sntpd::SetTime>(*sntpd::parse_control_request(request_json(options)));
  EXPECT_EQ(set.time, options.time);
  EXPECT_EQ(set.uncertainty, options.uncertainty);
}

TEST(RequestJson, TheRateErrorIsTheOneThatWasFitted) {
  Options options;
  options.command = Command::kSetRateError;
  options.rate_error = Ppm{6'840'177};
  const auto set = std::get<sntpd::SetRateError>(*sntpd::parse_control_request(request_json(options)));
  EXPECT_EQ(set.rate_error, options.rate_error);
}

TEST(RequestJson, TheLongestSampleFitsARequest) {
  SampleRecord sample;
  const std::string longest(255, '"');
  sample.source = longest;
  sample.offset = nanoseconds::min();
  sample.uncertainty = sample.delay = sample.root_delay = sample.root_dispersion = nanoseconds::max();
  sample.stratum = 255;
  sample.leap = 3;
  sample.refid = sample.zone = sample.error = longest;
  sample.temperature_c = -1e308;
  sample.dst = sample.reliable = false;
  const auto request = sntpd::parse_control_request(feed_json(sample));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<sntpd::Feed>(*request).sample.offset, nanoseconds::min());
}

}  // namespace
}  // namespace isletime::sntpctl::text_test
