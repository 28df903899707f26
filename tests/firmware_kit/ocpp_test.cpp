// SPDX-License-Identifier: MIT
// What a charger says to its back end, and what it takes from it, by OCPP 1.6 and OCPP-J 1.6.
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "firmware/apps/charger/ocpp_client.hpp"
#include "firmware/apps/charger/ocpp_message.hpp"

namespace isletime::firmware::ocpp_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr WallTime kNoon{1'795'435'200s};  // 2026-11-23T12:00:00Z
constexpr MonoTime kStart{100s};
constexpr DeviceTime kGood{kNoon, {12'345us}, true, SourceKind::kNtp};
constexpr DeviceTime kBad{kNoon, {61s}, false, SourceKind::kRtc};

CurrentTime told(std::string_view text) {
  const std::string payload = R"({"currentTime":")" + std::string{text} + "\"}";
  const auto value = JsonValue::parse(payload);
  return current_time_of(*value).value_or(CurrentTime{WallTime::min(), {}});
}

TEST(BackendsTime, HasTheResolutionOfItsDigits) {
  EXPECT_EQ(told("2026-11-23T12:00:00Z").time, kNoon);
  EXPECT_EQ(told("2026-11-23T12:00:00Z").resolution, 1s);
  EXPECT_EQ(told("2026-11-23T13:00:00.25+01:00").time, kNoon + 250ms);
  EXPECT_EQ(told("2026-11-23T12:00:00.25Z").resolution, 10ms);
  EXPECT_EQ(told("2026-11-23T12:00:00.123Z").resolution, 1ms);
  EXPECT_EQ(told("2026-11-23T12:00:00.1234567890123Z").resolution, 1ns);
  // Many write this always.
  EXPECT_EQ(told("2026-11-23T12:00:00.000Z").resolution, 1s);
}

TEST(BackendsTime, IsNothingIfItIsNoTime) {
  for (const char* text : {"", "yesterday", "2026-11-23", "2026-11-31T12:00:00Z", "2026-11-23T12:00:00"})
    EXPECT_EQ(told(text).time, WallTime::min()) << text;
  EXPECT_FALSE(current_time_of(*JsonValue::parse(R"({"currentTime":1795435200})")));
  EXPECT_FALSE(current_time_of(*JsonValue::parse("{}")));
}

// The true time at the reply may be anything from that of the request, by a clock that truncates or rounds.
TEST(BackendsTime, IsBoundedByHalfTheRoundTripAndTheResolution) {
  const BackendTime time = locate({kNoon, 1s}, kStart, kStart + 300ms);
  EXPECT_EQ(time.at, kStart + 150ms);
  EXPECT_EQ(time.claimed, kNoon + 500ms);
  EXPECT_EQ(time.bound.value, 1150ms);
  for (const nanoseconds delay : {0ms, 150ms, 300ms}) {
    for (const nanoseconds cut : {-500ms, 0ms, 499ms, 999ms}) {
      const WallTime truth = kNoon + cut + (time.at - (kStart + delay));
      EXPECT_LE(std::max(truth - time.claimed, time.claimed - truth), time.bound.value);
    }
  }
}

TEST(OcppMessages, AreThoseOfTheStandard) {
  std::array<char, 448> out{};
  EXPECT_EQ(write_boot(out, 1, "charger-000101"),
            R"([2,"1","BootNotification",{"chargePointVendor":"isletime","chargePointModel":"charger",)"
            R"("chargePointSerialNumber":"charger-000101"}])");
  EXPECT_EQ(write_heartbeat(out, 2), R"([2,"2","Heartbeat",{}])");
  EXPECT_EQ(write_meter_values(out, 3, {kNoon, 1234, true}),
            R"([2,"3","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-11-23T12:00:00.000Z",)"
            R"("sampledValue":[{"value":"1234","context":"Sample.Clock",)"
            R"("measurand":"Energy.Active.Import.Register","unit":"Wh"}]}]}])");
  EXPECT_EQ(write_not_implemented(out, "call-1"), R"([4,"call-1","NotImplemented","",{}])");
}

TEST(OcppMessages, SayThatAReadingOfAnUnreliableClockIsNotAligned) {
  std::array<char, 448> out{};
  const json message = json::parse(write_meter_values(out, 3, {kNoon, 1, false}));
  EXPECT_EQ(message[3]["meterValue"][0]["sampledValue"][0]["context"], "Other");
}

TEST(OcppMessages, TellOfTheClockInTheFieldsOfAStatus) {
  std::array<char, 448> out{};
  const json good = json::parse(write_clock_status(out, 1, kGood))[3];
  EXPECT_EQ(good["errorCode"], "NoError");
  EXPECT_EQ(good["vendorErrorCode"], "ClockReliable");
  EXPECT_EQ(good["info"], "clock +/- 0.013 s by ntp");
  EXPECT_EQ(good["timestamp"], "2026-11-23T12:00:00.000Z");
  const json bad = json::parse(write_clock_status(out, 1, kBad))[3];
  EXPECT_EQ(bad["errorCode"], "OtherError");
  EXPECT_EQ(bad["vendorErrorCode"], "ClockNotReliable");
  const json unset = json::parse(write_clock_status(out, 1, {}))[3];
  EXPECT_EQ(unset["info"], "clock unset");
  EXPECT_FALSE(unset.contains("timestamp"));
  EXPECT_EQ(json::parse(write_missed_stamps(out, 1, 7))[3]["info"], "7 clock-aligned stamps missed");
  // OCPP 1.6, section 6.47: at most 50 characters each.
  const DeviceTime worst{kNoon, {nanoseconds::max()}, false, SourceKind::kPhoneOnAccessPoint};
  EXPECT_LE(json::parse(write_clock_status(out, 1, worst))[3]["info"].get<std::string>().size(), 50U);
  EXPECT_LE(json::parse(write_missed_stamps(out, 1, 0xffffffff))[3]["info"].get<std::string>().size(), 50U);
}

TEST(OcppMessages, AreEmptyIfTheyDoNotFit) {
  std::array<char, 40> out{};
  EXPECT_EQ(write_boot(out, 1, "charger"), "");
}

TEST(OcppBackend, IsAnAddressAPortAndAPath) {
  const auto backend = parse_backend("192.0.2.7:8180/ocpp/");
  ASSERT_TRUE(backend);
  EXPECT_EQ(backend->endpoint, (Endpoint{IpAddress::v4(0xc0000207), 8180}));
  EXPECT_EQ(backend->host, "192.0.2.7:8180");
  EXPECT_EQ(backend->path, "/ocpp/");
  EXPECT_EQ(parse_backend("10.0.0.1:80")->path, "/");
  for (const char* text : {"", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.256:80",
                           "10.0.0:80", "10.0.0.1:80x", "host:80/", "10.0.0.1:80?x", "10.0.0.1.2:80/"})
    EXPECT_FALSE(parse_backend(text)) << text;
}

class ChargePoint : public testing::Test {
 protected:
  json send(const std::optional<DeviceTime>& time = kGood) {
    const std::string_view text = client_.next_message(out_, time, now_);
    return text.empty() ? json{} : json::parse(text);
  }
  OcppClient::Outcome receive(const std::string& text) { return client_.on_message(text, out_, now_); }
  OcppClient::Outcome answer(const json& request, const json& payload) {
    return receive(json{3, request[1], payload}.dump());
  }
  json boot_reply(const char* status, int interval) {
    return {{"status", status}, {"interval", interval}, {"currentTime", "2026-11-23T12:00:00Z"}};
  }
  // Boots, and says that the clock is reliable.
  void boot(int interval = 300) {
    client_.on_opened(now_);
    answer(send(), boot_reply("Accepted", interval));
    const json status = send();
    ASSERT_EQ(status[2], "StatusNotification");
    answer(status, json::object());
  }

  OcppClient client_{"charger-000101"};
  std::array<char, 448> out_{};
  MonoTime now_ = kStart;
};

TEST_F(ChargePoint, SaysNothingBeforeItIsConnected) {
  client_.add({kNoon, 1, true}, 0);
  EXPECT_TRUE(send().is_null());
  EXPECT_EQ(client_.next_wakeup(kGood), MonoTime::max());
}

TEST_F(ChargePoint, BootsFirstAndTakesTheTime) {
  client_.on_opened(now_);
  const json request = send();
  EXPECT_EQ(request[2], "BootNotification");
  EXPECT_TRUE(send().is_null());
  now_ += 200ms;
  const auto outcome = answer(request, boot_reply("Accepted", 300));
  ASSERT_TRUE(outcome.time);
  EXPECT_EQ(outcome.time->at, kStart + 100ms);
  EXPECT_TRUE(client_.is_accepted());
  EXPECT_EQ(client_.interval(), 300s);
}

TEST_F(ChargePoint, BootsAgainWhileItIsNotAccepted) {
  client_.on_opened(now_);
  for (const char* status : {"Pending", "Rejected"}) {
    EXPECT_TRUE(answer(send(), boot_reply(status, 30)).time);
    EXPECT_TRUE(send().is_null());
    EXPECT_EQ(client_.next_wakeup(kGood), now_ + 30s);
    now_ += 30s;
  }
  answer(send(), {{"status", "Perhaps"}});
  EXPECT_FALSE(client_.is_accepted());
  EXPECT_EQ(client_.next_wakeup(kGood), now_ + OcppClient::kBootAgain);
}

TEST_F(ChargePoint, SendsHeartbeatsAtTheIntervalThatItWasTold) {
  boot(30);
  EXPECT_TRUE(send().is_null());
  EXPECT_EQ(client_.next_wakeup(kGood), now_ + 30s);
  now_ += 30s;
  const json request = send();
  EXPECT_EQ(request[2], "Heartbeat");
  EXPECT_TRUE(answer(request, {{"currentTime", "2026-11-23T12:00:00Z"}}).time);
  EXPECT_EQ(client_.next_wakeup(kGood), now_ + 30s);
}

TEST_F(ChargePoint, ChoosesAnIntervalIfItWasToldNoneOrAnAbsurdOne) {
  boot(0);
  EXPECT_EQ(client_.interval(), OcppClient::kUsualInterval);
  boot(999'999'999);
  EXPECT_EQ(client_.interval(), OcppClient::kLongestInterval);
}

TEST_F(ChargePoint, IsStalledIfThereIsNoReply) {
  client_.on_opened(now_);
  send();
  now_ += OcppClient::kPatience;
  EXPECT_FALSE(client_.is_stalled(now_));
  now_ += 1ms;
  EXPECT_TRUE(client_.is_stalled(now_));
  EXPECT_EQ(client_.next_wakeup(kGood), now_);
}

TEST_F(ChargePoint, DeliversReadingsInOrderAndEachOnce) {
  boot();
  for (std::uint32_t i = 0; i < 3; ++i) client_.add({kNoon + i * 900s, i, true}, 0);
  for (int i = 0; i < 3; ++i) {
    const json request = send();
    EXPECT_EQ(request[2], "MeterValues");
    EXPECT_EQ(request[3]["meterValue"][0]["sampledValue"][0]["value"], std::to_string(i));
    answer(request, json::object());
  }
  EXPECT_TRUE(send().is_null());
  EXPECT_EQ(client_.delivered(), 3U);
  EXPECT_EQ(client_.waiting(), 0U);
}

TEST_F(ChargePoint, RepeatsAReadingWithTheSameIdOnTheNextConnection) {
  boot();
  client_.add({kNoon, 1, true}, 0);
  const json first = send();
  client_.on_closed();
  boot();
  const json second = send();
  EXPECT_EQ(first, second);
  answer(second, json::object());
  EXPECT_EQ(client_.delivered(), 1U);
}

TEST_F(ChargePoint, GivesAReadingUpThatIsRefusedThreeTimes) {
  boot(86'400);
  client_.add({kNoon, 1, true}, 0);
  for (int i = 0; i < OcppClient::kMostRefusals; ++i) {
    const json request = send();
    ASSERT_EQ(request[2], "MeterValues") << i;
    receive(json{4, request[1], "InternalError", "", json::object()}.dump());
    EXPECT_TRUE(send().is_null());
    now_ += OcppClient::kAfterRefusal;
  }
  EXPECT_EQ(client_.waiting(), 0U);
  EXPECT_EQ(client_.refused(), 1U);
}

TEST_F(ChargePoint, LosesTheOldestReadingsAndSaysHowMany) {
  for (std::uint32_t i = 0; i < OcppClient::kMostReadings + 5; ++i)
    client_.add({kNoon + i * 900s, i, true}, 0);
  EXPECT_EQ(client_.waiting(), OcppClient::kMostReadings);
  boot();
  now_ += OcppClient::kBetweenStatuses;
  const json missed = send();
  EXPECT_EQ(missed[3]["info"], "5 clock-aligned stamps missed");
  answer(missed, json::object());
  EXPECT_EQ(send()[3]["meterValue"][0]["sampledValue"][0]["value"], "5");
}

TEST_F(ChargePoint, DoesNotTakeTheReplyToALostReadingForThatOfTheNext) {
  boot();
  for (std::uint32_t i = 0; i < OcppClient::kMostReadings; ++i) client_.add({kNoon, i, true}, 0);
  const json request = send();
  client_.add({kNoon, 99, true}, 0);
  answer(request, json::object());
  EXPECT_EQ(client_.delivered(), 0U);
  EXPECT_EQ(client_.waiting(), OcppClient::kMostReadings);
}

TEST_F(ChargePoint, TellsWhenTheClockBecomesReliableOrNotButNotTooOften) {
  boot();
  EXPECT_TRUE(send(kBad).is_null());
  EXPECT_EQ(client_.next_wakeup(kBad), now_ + OcppClient::kBetweenStatuses);
  now_ += OcppClient::kBetweenStatuses;
  const json told = send(kBad);
  EXPECT_EQ(told[3]["vendorErrorCode"], "ClockNotReliable");
  answer(told, json::object());
  now_ += OcppClient::kBetweenStatuses;
  EXPECT_TRUE(send(kBad).is_null());
  EXPECT_EQ(send(kGood)[3]["vendorErrorCode"], "ClockReliable");
}

TEST_F(ChargePoint, TakesNoTimeFromAReplyToAnotherRequest) {
  client_.on_opened(now_);
  const json request = send();
  EXPECT_FALSE(receive(R"([3,"77",{"currentTime":"2026-11-23T12:00:00Z"}])").time);
  EXPECT_FALSE(receive(R"([3,"",{"currentTime":"2026-11-23T12:00:00Z"}])").time);
  EXPECT_FALSE(receive(R"([3,1,{"currentTime":"2026-11-23T12:00:00Z"}])").time);
  EXPECT_EQ(client_.garbled(), 3U);
  EXPECT_TRUE(answer(request, boot_reply("Accepted", 300)).time);
  EXPECT_FALSE(answer(request, boot_reply("Accepted", 300)).time);
}

TEST_F(ChargePoint, TakesNoTimeFromAMeterReply) {
  boot();
  client_.add({kNoon, 1, true}, 0);
  EXPECT_FALSE(answer(send(), {{"currentTime", "2026-11-23T12:00:00Z"}}).time);
}

TEST_F(ChargePoint, AnswersCallsThatItDoesNotImplement) {
  boot();
  EXPECT_EQ(receive(R"([2,"call-1","Reset",{"type":"Hard"}])").reply,
            R"([4,"call-1","NotImplemented","",{}])");
  // Whatever could end the text that it is put into is not repeated.
  EXPECT_EQ(receive(R"([2,"a\"b","Reset",{}])").reply, "");
  EXPECT_EQ(receive("[2,\"0123456789012345678901234567890123456\",\"Reset\",{}]").reply, "");
}

TEST_F(ChargePoint, SurvivesDamagedReplies) {
  const std::string sound =
      R"([3,"1",{"status":"Accepted","interval":300,"currentTime":"2026-11-23T12:00:00.5Z"}])";
  std::mt19937 random{3};  // NOLINT: the same texts at each run
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    client_ = OcppClient{"charger"};
    client_.on_opened(now_);
    send();
    std::string text = sound;
    for (int changes = 0; changes < 2; ++changes) text[random() % text.size()] = static_cast<char>(random());
    const auto outcome = receive(text);
    accepted += client_.is_accepted() ? 1 : 0;
    if (outcome.time) {
      EXPECT_LE(outcome.time->bound.value, 1s);
    }
    EXPECT_LE(client_.interval(), OcppClient::kLongestInterval);
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace isletime::firmware::ocpp_test
