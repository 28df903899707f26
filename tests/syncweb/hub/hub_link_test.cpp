// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/hub_link.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/control_socket.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/syncweb/hub_lines.hpp"

namespace isletime::syncweb::hub_link_test {
namespace {

constexpr std::string_view kAdopted = R"({"reply":"feed","verdict":"adopt","message":"the clock is set"})";

// A link, and the sntpd to which it talks: both in the test's own thread, by a clock that the test moves.
class HubLinkTest : public testing::Test {
 protected:
  void SetUp() override { start_sntpd(); }

  void start_sntpd() {
    auto server = ControlServer::open(path_);
    ASSERT_TRUE(server) << server.error().text;
    sntpd_.emplace(*std::move(server));
  }
  void end_sntpd() { sntpd_.reset(); }

  // Runs both until there is nothing more to do at this time.
  void settle() {
    for (int quiet = 0; quiet < 3;) {
      std::vector<pollfd> polled;
      if (sntpd_) sntpd_->append_pollfds(polled);
      link_.append_polled(polled);
      quiet = poll(polled.data(), polled.size(), 0) == 0 ? quiet + 1 : 0;
      if (sntpd_) {
        if (auto request = sntpd_->on_poll(polled)) {
          requests_.push_back(request->line);
          if (const auto line = answer_(request->line)) sntpd_->reply(request->from, *line);
        }
      }
      link_.step(site_, {.mono = now_, .wall = WallTime{}, .bound = {}});
      for (auto& reply : link_.take_replies()) replies_.push_back(std::move(reply));
      if (const auto change = link_.take_change()) changes_.push_back(to_string(*change));
    }
  }
  void pass(nanoseconds time) {
    now_ += time;
    settle();
  }
  long count(std::string_view request) const {
    return std::count(requests_.begin(), requests_.end(), request);
  }

  const fakes::ScratchFolder scratch_;
  const std::string path_ = scratch_.path("sntpd.sock");
  const std::vector<std::string> paths_{scratch_.path("none.sock"), path_};
  const Options options_{};
  Site site_{options_};
  MonoTime now_ = MonoTime{} + seconds{1000};
  std::optional<ControlServer> sntpd_;
  HubLink link_{paths_};
  std::vector<std::string> requests_;
  std::vector<HubLink::FeedReply> replies_;
  std::vector<std::string> changes_;
  std::function<std::optional<std::string>(const std::string&)> answer_ = [](const std::string& line) {
    return line.find("\"feed\"") != std::string::npos ? std::string{kAdopted} : status_line({});
  };
};

TEST_F(HubLinkTest, FollowsEverythingThatSntpdSaysOfItself) {
  settle();
  for (const std::string_view topic : {"status", "sources", "clients"})
    EXPECT_EQ(count("{\"request\":\"" + std::string{topic} + "\",\"follow\":true}"), 1) << topic;
  EXPECT_EQ(count(R"({"request":"activity","follow":true,"lines":100})"), 1);
}

TEST_F(HubLinkTest, ConnectsAgainWhenSntpdIsBack) {
  settle();
  end_sntpd();
  settle();
  requests_.clear();
  start_sntpd();
  settle();
  EXPECT_TRUE(requests_.empty());
  pass(HubLink::kRetryInterval);
  EXPECT_EQ(count(R"({"request":"status","follow":true})"), 1);
}

TEST_F(HubLinkTest, SaysOnceThatNoSntpdAnswersAndOnceThatOneDoes) {
  const std::string gone = "no sntpd answers at " + paths_[0] + " or " + paths_[1] +
                           ": phones cannot set the hub, and the time is unknown, until one does";
  const std::string found = "sntpd answers at " + path_;
  settle();
  EXPECT_TRUE(changes_.empty()) << changes_[0];
  end_sntpd();
  settle();
  for (int i = 0; i < 3; ++i) pass(HubLink::kRetryInterval);
  EXPECT_EQ(changes_, std::vector{gone});
  start_sntpd();
  for (int i = 0; i < 3; ++i) pass(HubLink::kRetryInterval);
  EXPECT_EQ(changes_, (std::vector{gone, found}));
}

TEST_F(HubLinkTest, AnSntpdThatTakesConnectionsAndIsSilentDoesNotAnswer) {
  answer_ = [](const std::string&) { return std::nullopt; };
  settle();
  for (int i = 0; i < 30; ++i) pass(HubLink::kRetryInterval);
  EXPECT_EQ(changes_.size(), 1U);
}

TEST_F(HubLinkTest, AnSntpdOfWhichNoWordIsUnderstoodDoesNotAnswer) {
  for (const char* line : {"garbled", "{}", R"({"reply":"status"})", R"({"error":"unknown-request"})"}) {
    changes_.clear();
    answer_ = [](const std::string&) { return status_line({}); };
    for (int i = 0; i < 30; ++i) pass(HubLink::kRetryInterval);
    answer_ = [line](const std::string&) { return line; };
    for (int i = 0; i < 30; ++i) pass(HubLink::kRetryInterval);
    ASSERT_FALSE(changes_.empty()) << line;
    EXPECT_TRUE(changes_.back().starts_with("no sntpd answers")) << line;
    EXPECT_FALSE(site_.hub.is_connected()) << line;
  }
}

TEST_F(HubLinkTest, AsksAnSntpdThatIsSilentAndLeavesItIfItDoesNotAnswer) {
  settle();
  requests_.clear();
  pass(HubLink::kSilenceToProbe);
  EXPECT_EQ(count(R"({"request":"status"})"), 1);
  pass(HubLink::kPatience);
  EXPECT_EQ(count(R"({"request":"status","follow":true})"), 0);
  answer_ = [](const std::string&) { return std::nullopt; };
  pass(HubLink::kSilenceToProbe);
  requests_.clear();
  pass(HubLink::kPatience);
  pass(HubLink::kRetryInterval);
  EXPECT_EQ(count(R"({"request":"status","follow":true})"), 1);
}

TEST_F(HubLinkTest, FeedsOneAfterTheOtherAndMatchesTheReplies) {
  answer_ = [](const std::string& line) -> std::optional<std::string> {
    if (line.find("phone:first") != std::string::npos) return std::string{kAdopted};
    return R"({"error":"outranked","message":"a better source sets the clock"})";
  };
  settle();
  SampleRecord sample;
  sample.source = "phone:first";
  const auto first = link_.feed(sample, now_);
  sample.source = "phone:second";
  const auto second = link_.feed(sample, now_);
  settle();
  ASSERT_EQ(replies_.size(), 2U);
  EXPECT_EQ(replies_[0].id, first);
  ASSERT_TRUE(replies_[0].reply);
  EXPECT_TRUE(replies_[0].reply->is_accepted);
  EXPECT_EQ(replies_[0].reply->name, "adopt");
  EXPECT_EQ(replies_[1].id, second);
  ASSERT_TRUE(replies_[1].reply);
  EXPECT_FALSE(replies_[1].reply->is_accepted);
  EXPECT_EQ(replies_[1].reply->name, "outranked");
  EXPECT_EQ(replies_[1].reply->message, "a better source sets the clock");
}

TEST_F(HubLinkTest, AFeedThatGetsNoReplyEndsWithoutOneAndTheNextGetsItsOwn) {
  answer_ = [](const std::string&) { return std::nullopt; };
  settle();
  link_.feed({}, now_);
  settle();
  EXPECT_TRUE(replies_.empty());
  pass(HubLink::kPatience);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_FALSE(replies_[0].reply);
  answer_ = [](const std::string&) { return std::string{kAdopted}; };
  link_.feed({}, now_);
  settle();
  ASSERT_EQ(replies_.size(), 2U);
  EXPECT_TRUE(replies_[1].reply);
}

TEST_F(HubLinkTest, AFeedEndsAtOnceIfSntpdIsAwayOrGoes) {
  answer_ = [](const std::string&) { return std::nullopt; };
  settle();
  link_.feed({}, now_);
  settle();
  end_sntpd();
  settle();
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_FALSE(replies_[0].reply);
  link_.feed({}, now_);
  settle();
  ASSERT_EQ(replies_.size(), 2U);
  EXPECT_FALSE(replies_[1].reply);
}

TEST_F(HubLinkTest, FeedsWaitInALimitedQueue) {
  answer_ = [](const std::string&) { return std::nullopt; };
  settle();
  for (std::size_t i = 0; i < HubLink::kMostFeeds + 1; ++i) link_.feed({}, now_);
  settle();
  EXPECT_EQ(replies_.size(), 1U);
  pass(HubLink::kPatience);
  EXPECT_EQ(replies_.size(), HubLink::kMostFeeds + 1);
}

TEST(FeedReply, IsReadFromALine) {
  EXPECT_FALSE(parse_feed_reply(""));
  EXPECT_FALSE(parse_feed_reply("[]"));
  EXPECT_FALSE(parse_feed_reply(R"({"reply":"status","verdict":"adopt"})"));
  EXPECT_FALSE(parse_feed_reply(R"({"reply":"feed"})"));
  EXPECT_EQ(parse_feed_reply(R"({"error":"bad-sample"})")->name, "bad-sample");
}

}  // namespace
}  // namespace isletime::syncweb::hub_link_test
