// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/state_api.hpp"

#include "tests/syncweb/machine/machine_site.hpp"

namespace isletime::syncweb::state_api_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSources = R"({"reply":"sources","sources":[{"source":"ntp:192.0.2.1"}]})";

class StateApi : public MachineSite {
 protected:
  std::uint64_t stream_from(const Request& request) {
    const Outcome outcome = respond(site, request, after(0s));
    const auto* stream = std::get_if<EventStream>(&outcome);
    EXPECT_NE(stream, nullptr);
    return stream == nullptr ? 0 : stream->after;
  }
};

TEST_F(StateApi, NtpStatusIsWhatSntpdSays) {
  hears(status_line({}));
  EXPECT_EQ(ask("/api/ntp/status").body, R"({"status":)" + status_line({}) + R"(,"peers":[]})");
  hears(kSources);
  EXPECT_EQ(ask("/api/ntp/status").body,
            R"({"status":)" + status_line({}) + R"(,"peers":[{"source":"ntp:192.0.2.1"}]})");
}

TEST_F(StateApi, WithoutSntpdThereIsNoStatusAndNoHealth) {
  for (const char* path : {"/api/ntp/status", "/health"}) {
    const Response response = ask(path);
    EXPECT_EQ(response.status, Status::kServiceUnavailable) << path;
    EXPECT_EQ(*json(response).find("error")->text(), "no-hub") << path;
  }
}

TEST_F(StateApi, AnUnsynchronisedHubIsHealthyAndSaysSo) {
  hears(status_line({.is_synchronised = false}));
  EXPECT_EQ(ask("/health").status, Status::kOk);
  EXPECT_EQ(ask("/health").body, R"({"status":"ok","synchronised":false,"reliable":false})");
}

TEST_F(StateApi, TheStateIsCompleteBeforeSntpdIsReached) {
  const JsonValue state = json(ask("/api/state"));
  EXPECT_EQ(*state.find("run")->text(), "8f3c");
  EXPECT_EQ(state.find("last")->number()->text, "0");
  EXPECT_EQ(state.find("hub")->find("connected")->flag(), false);
  EXPECT_TRUE(state.find("time")->is_null());
  EXPECT_TRUE(state.find("status")->is_null());
  for (const char* list : {"sources", "clients", "activity"})
    EXPECT_TRUE(state.find(list)->array()->empty()) << list;
  EXPECT_TRUE(state.find("settings")->find("zone")->is_null());
}

TEST_F(StateApi, TheStateTellsHowOldWhatSntpdSaidIs) {
  hears(status_line({}));
  hears(kSources);
  hears(R"({"reply":"clients","clients":[]})");
  const JsonValue state = json(ask("/api/state", 50s));
  for (const char* name : {"status_came_s", "sources_came_s", "clients_came_s"})
    EXPECT_EQ(state.find(name)->number()->text, "50.000000000") << name;
  EXPECT_EQ(json(ask("/api/state")).find("status_came_s")->number()->text, "0.000000000");
}

TEST_F(StateApi, TheStateHasAllThatSntpdSaidAndTheNumberOfTheLastEvent) {
  hears(status_line({}));
  hears(kSources);
  hears(R"({"reply":"clients","clients":[{"address":"192.0.2.9"}]})");
  hears(R"({"reply":"activity","lines":[{"event":"started"}]})");
  const JsonValue state = json(ask("/api/state", 1s));
  EXPECT_EQ(state.find("last")->number()->text, std::to_string(site.events.last()));
  EXPECT_EQ(state.find("hub")->find("connected")->flag(), true);
  EXPECT_EQ(*state.find("time")->find("time")->text(), "2026-02-03T04:05:07.000000000Z");
  EXPECT_EQ(*state.find("status")->find("kind")->text(), "ntp");
  for (const char* list : {"sources", "clients", "activity"})
    EXPECT_EQ(state.find(list)->array()->size(), 1) << list;
}

TEST_F(StateApi, TheStateSaysWhatTheVisitorMayDo) {
  const JsonValue local = *json(ask("/api/state")).find("me");
  EXPECT_EQ(local.find("may_change")->flag(), true) << "from lo";
  EXPECT_EQ(local.find("needs_pin")->flag(), false);
  EXPECT_EQ(local.find("has_session")->flag(), false);
  EXPECT_EQ(local.find("automatic")->flag(), false);
  EXPECT_EQ(local.find("is_secure")->flag(), false);
  EXPECT_EQ(*local.find("secure_url")->text(), "https://127.0.0.1:8443/");
  options.permitted.clear();
  options.automatic = {Place{"lo"}};
  Request secure = get("/api/state");
  secure.is_secure = true;
  secure.headers = {{"host", "127.0.0.1:8443"}};
  const JsonValue other = *json(respond_to(secure)).find("me");
  EXPECT_EQ(other.find("may_change")->flag(), false);
  EXPECT_EQ(other.find("automatic")->flag(), true);
  EXPECT_EQ(other.find("is_secure")->flag(), true);
}

TEST_F(StateApi, AStreamGoesOnWhereTheClientWas) {
  hears(status_line({}));
  EXPECT_EQ(stream_from(get("/api/events")), site.events.last());
  EXPECT_EQ(stream_from(get("/api/events", {{"after", "1"}})), 1);
  Request again = get("/api/events", {{"after", "1"}});
  again.headers.push_back({"last-event-id", "2"});
  EXPECT_EQ(stream_from(again), 2) << "a browser that connects again keeps the parameter";
  for (const char* nonsense : {"", "-1", "1e3", "99999999999999999999999", "one"})
    EXPECT_EQ(stream_from(get("/api/events", {{"after", nonsense}})), site.events.last()) << nonsense;
}

TEST_F(StateApi, EventsAreListedForThoseWhoPoll) {
  site.events.add("press", R"({"id":1})");
  site.events.add("press", R"({"id":2})");
  EXPECT_EQ(respond_to(get("/api/events/list", {{"after", "1"}})).body,
            R"({"run":"8f3c","last":2,"events":[{"number":2,"type":"press","data":{"id":2}}]})");
  EXPECT_EQ(respond_to(get("/api/events/list", {{"after", "2"}})).body,
            R"({"run":"8f3c","last":2,"events":[]})");
}

TEST_F(StateApi, TheHistoryIsKeptAndPagesAreTold) {
  keep_history(site, after(0s));
  EXPECT_EQ(site.events.last(), 0) << "an unsynchronised hub has none";
  hears(status_line({}));
  keep_history(site, after(0s));
  keep_history(site, after(1s));
  EXPECT_EQ(site.events.next(site.events.last() - 1)->type, "history");
  const JsonValue history = json(ask("/api/history", 2s));
  EXPECT_EQ(history.find("step_s")->number()->text, "60");
  EXPECT_EQ(history.find("points")->array()->size(), 1);
}

}  // namespace
}  // namespace isletime::syncweb::state_api_test
