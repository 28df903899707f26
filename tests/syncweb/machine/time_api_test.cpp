// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/time_api.hpp"

#include "tests/fakes/time_zone.hpp"
#include "tests/syncweb/machine/machine_site.hpp"

namespace isletime::syncweb::time_api_test {
namespace {

using namespace std::chrono_literals;

using TimeApi = MachineSite;

TEST_F(TimeApi, TellsTheTimeTheBoundAndTheSource) {
  hears(status_line({.ahead = 5s, .bound = 10ms, .rate_error_ppm = 5}));
  const Response response = ask("/time", 789'012'345ns);
  EXPECT_EQ(response.status, Status::kOk);
  EXPECT_EQ(response.type, "application/json");
  EXPECT_EQ(field_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.body,
            R"({"time":"2026-02-03T04:05:11.789012345Z","unix":1770091511.789012345,"reliable":true,)"
            R"("bound_s":0.010003945,"age_s":1.789012345,"source":"ntp:192.0.2.1","kind":"ntp"})");
}

TEST_F(TimeApi, EveryResponseIsDatedByTheHub) {
  hears(status_line({.ahead = 5s}));
  for (const char* path : {"/time", "/health", "/nowhere"}) {
    const Response response = ask(path, 900ms);
    EXPECT_EQ(field_of(response, "Date"), "Tue, 03 Feb 2026 04:05:11 GMT") << path;
    EXPECT_EQ(field_of(response, "X-Isletime-Reliable"), "true") << path;
    EXPECT_EQ(field_of(response, "X-Isletime-Bound"), "0.010004500") << path;
  }
}

TEST_F(TimeApi, AnUnsynchronisedHubTellsNoTimeAtAll) {
  hears(status_line({.is_synchronised = false}));
  for (const char* path : {"/time", "/.well-known/time", "/api/system/time"}) {
    const Response response = ask(path);
    EXPECT_EQ(response.status, Status::kServiceUnavailable) << path;
    EXPECT_EQ(*json(response).find("error")->text(), "unsynchronised") << path;
    EXPECT_EQ(field_of(response, "Retry-After"), "10") << path;
    EXPECT_EQ(field_of(response, "Date"), "(none)") << path;
    EXPECT_EQ(field_of(response, "X-HTTPSTIME"), "(none)") << path;
    EXPECT_EQ(response.body.find("2026"), std::string::npos) << path;
  }
}

TEST_F(TimeApi, AnUnreliableTimeIsToldAsSuch) {
  hears(status_line({.reliable_for = 1s}));
  const Response response = ask("/time", 2s);
  EXPECT_EQ(json(response).find("reliable")->flag(), false);
  EXPECT_EQ(field_of(response, "X-Isletime-Reliable"), "false");
}

TEST_F(TimeApi, TheWellKnownTimeHasAFractionAndNoBody) {
  hears(status_line({}));
  for (const Method method : {Method::kGet, Method::kHead}) {
    Request request = get("/.well-known/time");
    request.method = method;
    const Response response = respond_to(request, 123'456'789ns);
    EXPECT_EQ(response.status, Status::kNoContent);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.type, "");
    EXPECT_EQ(field_of(response, "X-HTTPSTIME"), "1770091506.123456789");
    EXPECT_EQ(field_of(response, "X-Isletime-Reliable"), "true");
  }
}

TEST_F(TimeApi, TheSystemTimeIsInMilliseconds) {
  hears(status_line({}));
  const JsonValue time = json(ask("/api/system/time", 789'999'999ns));
  EXPECT_EQ(*time.find("currentTime")->text(), "2026-02-03T04:05:06.789999999Z");
  EXPECT_EQ(time.find("timestamp")->number()->text, "1770091506789");
  EXPECT_EQ(time.find("reliable")->flag(), true);
}

TEST_F(TimeApi, TheStatusOfASynchronisationIsToldWithoutATimeToo) {
  const Response unknown = ask("/api/timesync/status");
  EXPECT_EQ(unknown.status, Status::kOk);
  EXPECT_EQ(unknown.body, R"({"reliable":false,"synchronised":false,"last_sync":null})");
  hears(status_line({}));
  EXPECT_EQ(ask("/api/timesync/status", 1s).body,
            R"({"reliable":true,"synchronised":true,"source":"ntp:192.0.2.1","kind":"ntp",)"
            R"("age_s":2.000000000,"bound_s":0.010005000,"last_sync":null})");
}

TEST_F(TimeApi, TheZoneAndTheLastSyncOfAPhoneAreTold) {
  hears(status_line({}));
  site.settings.set_zone({"Europe/Berlin", 1h, false}, site.settings.told_at(kWall, true, kMono));
  site.phones.last.accepted = PhoneSync{.source = "phone:192.168.4.17",
                                        .of = IpAddress::v4(0xc0a8'0411),
                                        .by = SyncBy::kHand,
                                        .verdict = "adopt",
                                        .offset = {2s},
                                        .bound = {20ms},
                                        .delay = std::nullopt,
                                        .at = kMono};
  EXPECT_EQ(*json(ask("/api/system/time")).find("timezone")->text(), "Europe/Berlin");
  const JsonValue status = json(ask("/api/timesync/status", 12s));
  EXPECT_EQ(*status.find("zone")->text(), "Europe/Berlin");
  EXPECT_EQ(*status.find("last_sync")->find("source")->text(), "phone:192.168.4.17");
  EXPECT_EQ(status.find("last_sync")->find("age_s")->number()->text, "12.000000000");
  EXPECT_EQ(respond_to(get("/", {{"getTimeNDate", ""}})).body, "05:05:06, 02, 03-02-2026");
}

class TimeAndDate : public MachineSite {
 protected:
  std::string shown(WallTime time, const std::optional<std::string>& zone = {}) {
    const auto response =
        answer_time_and_date({.time = time, .is_synchronised = true}, get("/", {{"getTimeNDate", ""}}), zone);
    return response ? response->body : "(none)";
  }
};

// 1770091506 is Tuesday, 2026-02-03T04:05:06Z, by date(1).
TEST_F(TimeAndDate, HasTheFormOfTheShelfClock) {
  EXPECT_EQ(shown(kWall, "Etc/UTC"), "04:05:06, 02, 03-02-2026");
  EXPECT_EQ(shown(kWall + 999ms, "Europe/Berlin"), "05:05:06, 02, 03-02-2026");
  EXPECT_EQ(shown(kWall, "America/New_York"), "23:05:06, 01, 02-02-2026") << "Monday is 1";
  EXPECT_EQ(shown(kWall - 48h, "Etc/UTC"), "04:05:06, 07, 01-02-2026") << "Sunday is 7";
}

TEST_F(TimeAndDate, IsInTheSystemsZoneIfNoOtherIsKnown) {
  const fakes::TimeZone system{"CET-1"};
  EXPECT_EQ(shown(kWall), "05:05:06, 02, 03-02-2026");
  EXPECT_EQ(shown(kWall, "../../etc/passwd"), "05:05:06, 02, 03-02-2026");
  EXPECT_EQ(shown(kWall, "Europe/Nowhere"), "05:05:06, 02, 03-02-2026");
}

// Central European Summer Time began on 2026-03-29 at 01:00 UTC (directive 2000/84/EC).
TEST_F(TimeAndDate, ChangesWithDaylightSaving) {
  const std::string zone = "Europe/Berlin";
  const WallTime change{1'774'746'000s};
  EXPECT_EQ(shown(change - 1s, zone), "01:59:59, 07, 29-03-2026");
  EXPECT_EQ(shown(change, zone), "03:00:00, 07, 29-03-2026");
}

TEST_F(TimeAndDate, IsGivenOnlyToThoseWhoAskForIt) {
  EXPECT_FALSE(answer_time_and_date({.time = kWall, .is_synchronised = true}, get("/"), {}));
}

TEST_F(TimeAndDate, AnUnsynchronisedHubHasNone) {
  const auto response = answer_time_and_date({.time = kWall}, get("/", {{"getTimeNDate", ""}}), {});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, Status::kServiceUnavailable);
}

TEST_F(MachineSite, AWrongMethodIsToldTheRightOnes) {
  const auto allowed = [&](const char* path) {
    Request request = get(path);
    request.method = Method::kPost;
    request.headers.push_back({"content-type", "application/json"});
    const Response response = respond_to(request);
    EXPECT_EQ(response.status, Status::kMethodNotAllowed) << path;
    return field_of(response, "Allow");
  };
  EXPECT_EQ(allowed("/time"), "GET, HEAD");
  EXPECT_EQ(allowed("/btn"), "GET") << "HEAD would store a press";
  EXPECT_EQ(field_of(ask("/api/timesync/exchange"), "Allow"), "POST");
  EXPECT_EQ(field_of(ask("/no-such-page"), "Allow"), "(none)");
}

}  // namespace
}  // namespace isletime::syncweb::time_api_test
