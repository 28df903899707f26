// SPDX-License-Identifier: MIT
// Phones at a hub in simulated time: their requests go through all of syncweb's checks, and what it feeds
// goes to the real object that decides in sntpd. No sockets.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libsync/record/json_value.hpp"
#include "tests/hub/hub_play.hpp"
#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/common/build_time.hpp"
#include "tools/sntpd/control/view_json.hpp"

namespace isletime::syncweb {

using namespace std::chrono_literals;

struct PhoneAtTest {
  std::string address = "192.168.4.17";
  nanoseconds off{};  // its clock less the truth
  std::string to = "192.168.4.1";
};

// A response, for comparisons.
struct Told {
  Status status;
  std::string name;     // "adopt", "confirm"
  std::string message;  // for people
  JsonValue json;

  std::string text(const char* member) const {
    const JsonValue* value = json.find(member);
    return value == nullptr || value->text() == nullptr ? "" : *value->text();
  }
  double number(const char* member) const {
    const JsonValue* value = json.find(member);
    return value == nullptr || value->number() == nullptr ? -1e9 : std::stod(value->number()->text);
  }
};

class PhoneWorld {
 public:
  // The hub's clock differs from the truth by this much.
  explicit PhoneWorld(nanoseconds hubs_error = 0s, const Options& options = options_of_hub())
      : web(options), play(config(), machine(hubs_error)) {
    refresh();
  }

  void pass(nanoseconds time) {
    play.pass(time);
    refresh();
  }
  // sntpd says what it has to say.
  void refresh() {
    web.site.hub.on_line(sntpd::status_json(play.status()), play.now(), web.site.events);
    web.site.hub.on_line(sntpd::clients_json(play.machine.wall, clients), play.now(), web.site.events);
  }
  void add_ntp_client(const std::string& address) {
    sntpd::ClientView client;
    client.address = address;
    client.last_seen = 1min;
    clients.push_back(client);
    refresh();
  }

  Told post(const PhoneAtTest& phone, const std::string& path, const std::string& body) {
    return send(from(post_json(path, body), phone.address, phone.to), phone);
  }
  Told get_page(const PhoneAtTest& phone, const std::string& path) {
    return send(from(get(path), phone.address, phone.to), phone);
  }
  Told send(Request request, const PhoneAtTest& phone) {
    if (request.header("content-type") == nullptr && request.method == Method::kPost)
      request.headers.push_back({"content-type", "application/json"});
    request.is_secure = is_secure;
    (void)phone;
    Outcome outcome = respond(web.site, request, play.now());
    if (const auto* first = std::get_if<FeedFirst>(&outcome)) {
      fed.push_back(first->sample);
      const Response response = first->then(feed(first->sample));
      refresh();
      return told(response);
    }
    return told(std::get<Response>(outcome));
  }

  // Makes exchanges over paths of 4 ms there and 6 ms back. Keeps the session and the stamps.
  void exchange(const PhoneAtTest& phone, int times = 4) {
    session.clear();
    stamps.clear();
    for (int i = 0; i < times; ++i) {
      const WallTime t1 = clock_of(phone);
      play.machine.pass(4ms);
      const Told answer =
          post(phone, "/api/timesync/exchange", session.empty() ? "{}" : R"({"session":")" + session + "\"}");
      EXPECT_EQ(answer.status, Status::kOk) << answer.message;
      session = answer.text("session");
      play.machine.pass(6ms);
      add_stamps(static_cast<int>(answer.number("number")), t1, clock_of(phone));
    }
  }
  void add_stamps(int number, WallTime t1, WallTime t4) {
    stamps += fmt::format(R"({}{{"number":{},"t1":{},"t4":{}}})", stamps.empty() ? "" : ",", number,
                          t1.time_since_epoch() / 1ms, t4.time_since_epoch() / 1ms);
  }
  // Sends what was exchanged. `more` are further members: ",\"zone\":...".
  Told report(const PhoneAtTest& phone, const char* by, const std::string& more = "") {
    return post(phone, "/api/timesync/client",
                fmt::format(R"({{"session":"{}","stamps":[{}],"resolution_ms":1,"by":"{}"{}}})", session,
                            stamps, by, more));
  }
  Told sync(const PhoneAtTest& phone, const char* by, const std::string& more = "") {
    exchange(phone);
    return report(phone, by, more);
  }
  static std::string confirmed(const Told& told) { return R"(,"confirm":")" + told.text("confirm") + "\""; }
  nanoseconds error() const { return play.error(); }

  HubAtTest web;
  hub_play::HubPlay play;
  std::vector<sntpd::ClientView> clients;
  std::vector<SampleRecord> fed;
  std::string session;
  std::string stamps;
  bool is_secure = false;
  bool is_sntpd_silent = false;

 private:
  static HubConfig config() {
    HubConfig made = hub_play::ordinary();
    made.made = build_time();
    made.latest = build_time() + 20 * hub_play::kYear;
    return made;
  }
  static hub_play::Machine machine(nanoseconds hubs_error) {
    hub_play::Machine made;
    made.truth = build_time() + 24h * 400 + 123'456'789ns;
    made.wall = made.truth + hubs_error;
    return made;
  }
  WallTime clock_of(const PhoneAtTest& phone) const { return play.machine.truth + phone.off; }

  // As sntpd does with its --access-point ap0.
  std::optional<HubReply> feed(const SampleRecord& sample) {
    if (is_sntpd_silent) return std::nullopt;
    const bool is_on_access_point = sample.source.starts_with("phone:192.168.4.");
    const Hub::Reply reply = play.feed(sample, is_on_access_point);
    return HubReply{reply.is_accepted, reply.name, reply.text};
  }
  static Told told(const Response& response) {
    const auto json = parse_json(response.body, {.size = 100'000, .depth = 5});
    EXPECT_TRUE(json) << response.body;
    Told told{response.status, "", "", *json};
    told.name = told.text("error").empty() ? told.text("verdict") : told.text("error");
    told.message = told.text("message");
    return told;
  }
};

}  // namespace isletime::syncweb
