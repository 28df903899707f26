// SPDX-License-Identifier: MIT
// The hub as seen by those who feed, set, stop and restart it, and by its upstreams, which lie, vanish,
// flood, answer late or change identity.
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/record/json_value.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/integration/talk_to_hub.hpp"

namespace isletime::sntpd_hub_test {
namespace {

using namespace std::chrono_literals;
using fakes::Datagrams;
using fakes::Finished;
using fakes::LyingServer;

TEST(SntpdHub, TwoServersThatDisagreeFromAColdStartAreToldOfOnceAndNotFollowed) {
  const LyingServer early(off_by(-10s));
  const LyingServer late(off_by(10s));
  Hub hub({"--server", server(early), "--server", server(late)});
  ASSERT_TRUE(hub.program().wait_for("the servers disagree, and nothing tells which of them is right"));
  EXPECT_TRUE(has(hub.program().err(), "ntp:127.0.0.1:" + early.port() + " -10.")) << hub.program().err();
  EXPECT_TRUE(has(hub.program().err(), "ntp:127.0.0.1:" + late.port() + " +10.")) << hub.program().err();
  EXPECT_TRUE(has(hub.program().err(), "prefer"));
  EXPECT_TRUE(has(hub.sntpctl({"status"}).out, "the servers disagree"));
  EXPECT_EQ(text_of(status_of(hub), "synchronised"), "false");
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "servers_disagree"));
  // The hub keeps polling both, and logs nothing more.
  ASSERT_TRUE(hub.comes_to_say({"--json", "sources"}, {R"("reach":31)", R"("reach":63)"}));
  hub.program().send(SIGTERM);
  const std::string said = hub.program().finish().err;
  EXPECT_EQ(count_of(said, "disagree"), 1) << said;
  EXPECT_EQ(count_of(said, "falseticker"), 0) << said;
}

TEST(SntpdHub, OfTwoServersThatDisagreeFromAColdStartThePreferredOneIsFollowed) {
  const LyingServer early(off_by(-10s));
  const LyingServer late(off_by(10s));
  Hub hub({"--verbose", "--server", server(early), "--server", server(late) + ",prefer"});
  ASSERT_TRUE(hub.program().wait_for("the clock follows ntp:127.0.0.1:" + late.port()));
  EXPECT_TRUE(hub.program().wait_for("ntp:127.0.0.1:" + early.port() + ": falseticker"));
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "source"), "ntp:127.0.0.1:" + late.port());
  EXPECT_FALSE(has(hub.program().err(), "the servers disagree")) << hub.program().err();
}

TEST(SntpdHub, APhoneSetsAnUnsetClock) {
  const UnsetHub hub;
  EXPECT_EQ(text_of(status_of(hub), "synchronised"), "false");
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);

  EXPECT_EQ(feed(hub, sample("phone:192.168.4.17", "7200.5", "0.25")).status, 0);
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "synchronised"), "true");
  EXPECT_EQ(text_of(status, "reliable"), "true");
  EXPECT_EQ(text_of(status, "kind"), "phone");
  EXPECT_EQ(text_of(status, "source"), "phone:192.168.4.17");
  EXPECT_EQ(text_of(status, "stratum"), "10");

  const Header reply = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(reply.leap, Leap::kNone);
  const nanoseconds ahead = reply.transmit - to_ntp(wall_now());
  EXPECT_GT(ahead, 7200s);
  EXPECT_LT(ahead, 7201s);
}

TEST(SntpdHub, RefusesSamplesByName) {
  const Hub hub;
  ASSERT_EQ(feed(hub, sample("phone:192.168.4.17", "0.1", "0.2")).status, 0);
  const std::string future = "2099-01-01T00:00:00Z";
  const std::string past = "2026-01-01T00:00:00Z";
  for (const auto& [line, name] : std::vector<std::pair<std::string, std::string>>{
           {sample("rtc:/dev/rtc0", "5", "0.1"), "outranked"},
           {sample("camera:192.0.2.1", "5", "0.1"), "unreliable"},
           {sample("phone:192.168.4.18", "400000", "0.1"), "absurd"},
           {sample("phone:192.168.4.18", "2", "100"), "absurd"},
           {sample("phone:192.168.4.18", "-1000000000", "0.1"), "below-floor"},
           {sample("phone:192.168.4.18", "2", "0.1", future), "from-the-future"},
           {sample("phone:192.168.4.18", "2", "0.1", past), "too-old"},
           {sample("gnome:1", "2", "0.1"), "unknown-kind"}}) {
    const Finished finished = feed(hub, line);
    EXPECT_EQ(finished.status, 1) << line;
    EXPECT_TRUE(has(finished.err, "refused: " + name + ": ")) << finished.err;
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  }
  EXPECT_TRUE(has(hub.sntpctl({"sources"}).out, "outranked: a better source has set the clock"));
  EXPECT_EQ(text_of(status_of(hub), "source"), "phone:192.168.4.17");
}

TEST(SntpdHub, ALyingPhoneAmongThreeIsNotBelieved) {
  const UnsetHub hub;
  ASSERT_EQ(feed(hub, sample("phone:192.168.4.17", "100", "0.5")).status, 0);
  const Finished liar = feed(hub, sample("phone:192.168.4.18", "4000", "0.1"));
  EXPECT_EQ(liar.status, 1);
  EXPECT_TRUE(has(liar.err, "falseticker")) << liar.err;
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 101s);
}

TEST(SntpdHub, IsSetByHandAndSaysSo) {
  const UnsetHub hub;
  const Finished finished = hub.sntpctl({"--uncertainty", "2", "set", "2030-01-02T03:04:05Z"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "kind"), "manual");
  EXPECT_TRUE(has(text_of(status, "time"), "2030-01-02T03:04:")) << text_of(status, "time");
  EXPECT_TRUE(has(text_of(status, "bound_s"), "2.0")) << text_of(status, "bound_s");
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "set_by_hand: "));
}

TEST(SntpdHub, WhoKnowsTheTimeToHalfAMinuteOnlyIsBetterThanNobody) {
  const UnsetHub hub;
  const Finished finished = hub.sntpctl({"--uncertainty", "30", "set", "2030-01-02T03:04:05Z"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const JsonValue status = status_of(hub);
  EXPECT_TRUE(has(text_of(status, "time"), "2030-01-02T03:04:")) << text_of(status, "time");
  EXPECT_TRUE(has(text_of(status, "bound_s"), "30.0")) << text_of(status, "bound_s");
}

TEST(SntpdHub, FollowsTheMajorityAndNamesTheLiar) {
  const LyingServer first(off_by(0s));
  const LyingServer second(off_by(0s));
  const LyingServer liar(off_by(500ms));
  const Hub hub({"--server", server(first), "--server", server(second), "--server", server(liar)});
  ASSERT_TRUE(comes_to_say(hub, "x  ntp:127.0.0.1:" + liar.port()));
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 100ms);
  EXPECT_TRUE(has(hub.sntpctl({"sources"}).out, "falseticker: its interval agrees with no majority"));
}

TEST(SntpdHub, ASingleServerIsEnoughAndItsFloodIsNot) {
  const LyingServer flooding([](const LyingServer::Question& question) {
    Datagrams many = fakes::only(question.truth);
    Header forged = question.truth;
    forged.receive = later(forged.receive, 3600s);
    forged.transmit = later(forged.transmit, 3600s);
    for (int i = 0; i < 1000; ++i) many.push_back(fakes::only(forged).front());
    return many;
  });
  const Hub hub({"--server", server(flooding)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + flooding.port()));
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 100ms);
}

TEST(SntpdHub, WhatIsFedDoesNotDisplaceAServerThatItAsksItself) {
  const LyingServer upstream(off_by(0s));
  const Hub hub({"--server", server(upstream)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + upstream.port()));
  ASSERT_TRUE(hub.comes_to_say({"--json", "status"}, {R"("stratum":3)"}));
  EXPECT_TRUE(has(feed(hub, sample("ntp:192.0.2.9", "0", "0.5")).err, "outranked"));
  EXPECT_EQ(text_of(status_of(hub), "stratum"), "3");
  const Finished other = feed(hub, sample("ntp:192.0.2.9", "0.5", "0.000001"));
  EXPECT_TRUE(has(other.err, "outranked")) << other.err;
  EXPECT_EQ(text_of(status_of(hub), "stratum"), "3");
}

// A camera may set a clock that has no other source, but the time is not reliable.
TEST(SntpdHub, ACameraAloneMakesNothingReliable) {
  const fakes::ScratchFolder folder;
  UnsetHub hub({"--state-dir", folder.path("state")});
  ASSERT_EQ(feed(hub, sample("camera:192.168.4.9", "3600", "1")).status, 0);
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "kind"), "camera");
  EXPECT_EQ(text_of(status, "reliable"), "false");
  EXPECT_EQ(text_of(status, "synchronised"), "false");
  hub.program().send(SIGTERM);
  hub.program().finish();
  EXPECT_FALSE(has(folder.content("state/state.json"), "last_good_time"));
}

TEST(SntpdHub, AnAnswerThatComesLateIsNotTaken) {
  const LyingServer late(
      [](const LyingServer::Question& question) {
        return off_by(question.number == 0 ? 3600s : 0s)(question);
      },
      LyingServer::From::kTheAddressAsked, LyingServer::When::kWithTheNextQuery);
  const Hub hub({"--server", server(late)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + late.port()));
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 100ms);
}

TEST(SntpdHub, AServerThatIsUnsetIsNotFollowed) {
  const LyingServer unset([](const LyingServer::Question& question) {
    Header reply = question.truth;
    reply.leap = Leap::kUnsynchronised;
    return fakes::only(reply);
  });
  const Hub hub({"--server", server(unset)});
  ASSERT_TRUE(comes_to_say(hub, "last error: "));
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
}

TEST(SntpdHub, SaysWhenItAsksAServerAgainThatToldItToStop) {
  std::atomic<int> asked{0};
  const LyingServer upstream([&](const LyingServer::Question& question) {
    ++asked;
    return fakes::only(fakes::kiss_reply(question.query, kiss::kDeny));
  });
  const Hub hub({"--server", server(upstream)});
  EXPECT_TRUE(comes_to_say(hub, "it told us to stop asking: asked again in 24 h 0 min"));
  EXPECT_EQ(asked, 1);
}

TEST(SntpdHub, AServerThatBecomesSomebodyElseDoesNotMoveTheClock) {
  const LyingServer changing([](const LyingServer::Question& question) {
    return off_by(question.number < 6 ? 0s : 3600s)(question);
  });
  const Hub hub({"--server", server(changing)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + changing.port()));
  ASSERT_TRUE(hub.comes_to_say({"status"}, {"--panic"}));
  const std::string status = hub.sntpctl({"status"}).out;
  EXPECT_TRUE(has(status, "says that this clock is -3600.")) << status;
  EXPECT_TRUE(has(status, "that is further than --panic allows")) << status;
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_LT(served.transmit - to_ntp(wall_now()), 100ms);
  EXPECT_EQ(served.leap, Leap::kUnsynchronised) << "nobody knows which of the two is right";
}

TEST(SntpdHub, ItsOwnAddressIsALoop) {
  const std::string port = std::to_string(fakes::free_port());
  const Hub hub({"--port", port, "--server", "127.0.0.1:" + port});
  EXPECT_TRUE(comes_to_say(hub, "loop: it is this very server"));
}

TEST(SntpdHub, AHostileLocalClientStallsNobody) {
  const Hub hub;
  const Finished flood = hub.shell("head -c 1000000 /dev/zero | " + hub.sntpctl_command() + " feed");
  EXPECT_EQ(flood.status, 1);
  EXPECT_TRUE(hub.client().ask(fakes::query()).has_value());
  EXPECT_EQ(hub.sntpctl({"status"}).status, 0);
}

TEST(SntpdHub, ReloadsWhenAsked) {
  const Hub hub;
  EXPECT_EQ(hub.sntpctl({"reload"}).status, 0);
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "reloaded: "));
}

TEST(SntpdHub, ShowsItsClients) {
  const Hub hub;
  ASSERT_TRUE(hub.client().ask(fakes::query(3)).has_value());
  const std::string clients = hub.sntpctl({"--json", "clients"}).out;
  EXPECT_TRUE(has(clients, R"({"address":"127.0.0.1","requests":1,"refused":0,)")) << clients;
  EXPECT_TRUE(has(clients, R"("version":3)")) << clients;
}

// Receives the messages for a service manager, as in sd_notify(3).
class NotifySocket {
 public:
  NotifySocket() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ADD_FAILURE() << "cannot bind " << path();
    }
    // As systemd's socket, it is writable by everybody, whichever user the daemon becomes.
    std::filesystem::permissions(path(), std::filesystem::perms::all);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms{0711});
    const timeval patience{20, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  std::string path() const { return folder_.path("notify"); }
  std::string receive() const {
    std::array<char, 256> buffer{};
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return size < 0 ? "" : std::string{buffer.data(), static_cast<std::size_t>(size)};
  }

 private:
  fakes::ScratchFolder folder_;
  Fd socket_;
};

// It has no clients and no upstreams, so it must wake up by itself.
TEST(SntpdHub, TellsItsServiceManagerThatItIsReadyAndAlive) {
  const NotifySocket manager;
  const fakes::ScratchFolder folder;
  fakes::Program sntpd({"env", "NOTIFY_SOCKET=" + manager.path(), "WATCHDOG_USEC=200000",
                        fakes::built("sntpd"), "--no-clock", "--bind", "127.0.0.1", "--port",
                        std::to_string(fakes::free_port()), "--no-control", "--state-dir",
                        folder.path("state")});
  EXPECT_EQ(manager.receive(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.receive(), "WATCHDOG=1");
  sntpd.send(SIGTERM);
  EXPECT_EQ(sntpd.finish().status, 0);
}

// Saved state.

TEST(SntpdHub, RemembersItsLastGoodTimeAsAFloor) {
  const fakes::ScratchFolder folder;
  {
    Hub hub({"--state-dir", folder.path("state")});
    ASSERT_EQ(feed(hub, sample("phone:192.168.4.17", "86400", "0.2")).status, 0);
    hub.program().send(SIGTERM);
    EXPECT_EQ(hub.program().finish().status, 0);
  }
  // By this clock the state is of tomorrow. Either may be wrong, so the state is reported and left alone.
  Hub hub({"--state-dir", folder.path("state")});
  EXPECT_TRUE(has(hub.program().err(), "was saved later than the clock reads: ignored"))
      << hub.program().err();
}

TEST(SntpdHub, IgnoresATornStateWithOneLine) {
  const fakes::ScratchFolder folder;
  ASSERT_EQ(fakes::run({"mkdir", "-m", "755", folder.path("state")}).status, 0);
  folder.write("state/state.json", "{\"digest\":\"0123\",\"version\":1,\"saved_at");
  Hub hub({"--state-dir", folder.path("state")});
  EXPECT_TRUE(hub.is_serving());
  EXPECT_TRUE(has(hub.program().err(), "state.json: is torn or was edited: ignored")) << hub.program().err();
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "state_ignored: "));
}

TEST(SntpdHub, SurvivesBeingKilled) {
  const fakes::ScratchFolder folder;
  for (int i = 0; i < 3; ++i) {
    Hub hub({"--state-dir", folder.path("state")});
    ASSERT_TRUE(hub.is_serving());
    hub.program().send(SIGKILL);
    hub.program().finish();
    EXPECT_FALSE(has(hub.program().err(), "ignored")) << hub.program().err();
  }
}

TEST(SntpdHub, RefusesAFolderThatOthersMayWriteOrThatIsALink) {
  const fakes::ScratchFolder folder;
  ASSERT_EQ(fakes::run({"mkdir", "-m", "777", folder.path("open")}).status, 0);
  ASSERT_EQ(fakes::run({"ln", "-s", "open", folder.path("link")}).status, 0);
  for (const char* name : {"open", "link"}) {
    const Finished finished = fakes::run({fakes::built("sntpd"), "--no-clock", "--port", "0", "--no-control",
                                          "--state-dir", folder.path(name)});
    EXPECT_EQ(finished.status, 3) << finished.err;
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
    EXPECT_TRUE(has(finished.err, folder.path(name))) << finished.err;
  }
}

}  // namespace
}  // namespace isletime::sntpd_hub_test
