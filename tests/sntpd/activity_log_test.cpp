// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/activity_log.hpp"

#include <csignal>

#include <sys/resource.h>

#include <gtest/gtest.h>

#include "tests/fakes/child.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::sntpd::activity_log_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kTime{1'770'000'000s};  // 2026-02-02T02:40:00Z

class ActivityLogInAFolder : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(folder_) << to_string(folder_.error()); }

  std::vector<std::string> last_lines(std::size_t most) const {
    const auto lines = log_.last_lines(most);
    EXPECT_TRUE(lines);
    return lines ? *lines : std::vector<std::string>{};
  }

  fakes::ScratchFolder scratch_;
  Result<StateFolder, StateError> folder_ = StateFolder::open(scratch_.path(), geteuid());
  ActivityLog log_{*folder_};
};

std::string line(const std::string& text) {
  return activity_line({kTime, Event::kFault, text});
}

TEST(ActivityLine, IsJsonWithTimeEventAndText) {
  EXPECT_EQ(activity_line({kTime, Event::kSourceSelected, "ntp:192.0.2.7"}),
            R"({"time":"2026-02-02T02:40:00.000000000Z","event":"source_selected","text":"ntp:192.0.2.7"})");
}

TEST(ActivityLine, StaysOneLineWhateverThePeerSaid) {
  EXPECT_EQ(line("a\nb\x1b[2J\"\xff"),
            R"({"time":"2026-02-02T02:40:00.000000000Z","event":"fault","text":"a?b?[2J\"?"})");
  EXPECT_LT(line(std::string(100'000, '\x01')).size(), kLongestActivityText + 100);
}

TEST(ActivityLine, EveryEventHasANameOfItsOwn) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(Event::kFault); ++i) {
    const std::string name = to_string(static_cast<Event>(i));
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
    names.push_back(name);
  }
}

TEST_F(ActivityLogInAFolder, NothingHappenedYet) {
  EXPECT_TRUE(last_lines(10).empty());
}

TEST_F(ActivityLogInAFolder, TheLastLinesComeOldestFirst) {
  for (const char* text : {"one", "two", "three"}) EXPECT_FALSE(log_.add({kTime, Event::kFault, text}));
  EXPECT_EQ(last_lines(2), (std::vector{line("two"), line("three")}));
  EXPECT_EQ(last_lines(10).size(), 3U);
  EXPECT_TRUE(last_lines(0).empty());
}

TEST_F(ActivityLogInAFolder, OutlivesTheProgram) {
  ASSERT_FALSE(log_.add({kTime, Event::kStopped, ""}));
  const ActivityLog next(*folder_);
  ASSERT_FALSE(next.add({kTime, Event::kStarted, ""}));
  EXPECT_EQ(last_lines(10).size(), 2U);
}

TEST_F(ActivityLogInAFolder, RotatesInTwoFilesOf256Kilobytes) {
  const std::string text(kLongestActivityText, 'x');
  for (int i = 0; i < 2000; ++i) ASSERT_FALSE(log_.add({kTime + seconds{i}, Event::kFault, text}));
  EXPECT_LE(std::filesystem::file_size(scratch_.path("activity.jsonl")), 256'000U);
  EXPECT_LE(std::filesystem::file_size(scratch_.path("activity.jsonl.1")), 256'000U);
  EXPECT_GT(std::filesystem::file_size(scratch_.path("activity.jsonl.1")), 255'000U);
  const auto entries = std::filesystem::directory_iterator{scratch_.path()};
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
  // One file holds fewer lines of this length, so both files must have been read.
  const auto lines = last_lines(600);
  ASSERT_EQ(lines.size(), 600U);
  EXPECT_EQ(lines.front(), activity_line({kTime + 1400s, Event::kFault, text}));
  EXPECT_EQ(lines.back(), activity_line({kTime + 1999s, Event::kFault, text}));
}

TEST_F(ActivityLogInAFolder, ALineThatACrashCutIsPassedOver) {
  scratch_.write("activity.jsonl", line("one") + "\n" + line("two").substr(0, 30));
  ASSERT_FALSE(log_.add({kTime, Event::kFault, "three"}));
  EXPECT_EQ(last_lines(10), (std::vector{line("one"), line("three")}));
}

TEST_F(ActivityLogInAFolder, GarbageIsPassedOver) {
  scratch_.write("activity.jsonl", std::string(300'000, 'x') + "\n\nnot JSON\n7\n[1]\n" + line("one") + "\n");
  EXPECT_EQ(last_lines(10), std::vector{line("one")});
  ASSERT_FALSE(log_.add({kTime, Event::kFault, "two"}));
  EXPECT_EQ(last_lines(10), (std::vector{line("one"), line("two")}));
}

// To read all of it would delay the start by seconds.
TEST_F(ActivityLogInAFolder, OfAFileThatIsFarTooLongOnlyTheEndIsRead) {
  std::string text;
  while (text.size() < 4 * kLargestActivityFile) text += line("old") + "\n";
  scratch_.write("activity.jsonl", text + line("new") + "\n");
  const auto lines = last_lines(1'000'000);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), line("new"));
  EXPECT_LE(lines.size() * line("old").size(), kLargestActivityFile);
}

TEST_F(ActivityLogInAFolder, ALinkInItsPlaceIsNotFollowed) {
  scratch_.write("precious", "precious");
  std::filesystem::create_symlink("precious", scratch_.path("activity.jsonl"));
  const auto error = log_.add({kTime, Event::kFault, "one"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, StateFault::kSymlink);
  EXPECT_EQ(scratch_.content("precious"), "precious");
}

// Runs `body` in a child process that may write files of at most `most` bytes, as on a full disk.
template <class Body>
int status_on_a_disk_of(rlim_t most, const Body& body) {
  return fakes::status_of_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{most, most};
    setrlimit(RLIMIT_FSIZE, &limit);
    return body();
  });
}

TEST_F(ActivityLogInAFolder, AFullDiskCostsTheLineButNoHalfOfItStays) {
  const rlim_t room_for_one_and_a_half = line("one").size() * 3 / 2;
  EXPECT_EQ(status_on_a_disk_of(room_for_one_and_a_half,
                                [&] {
                                  if (log_.add({kTime, Event::kFault, "one"})) return 1;
                                  const auto error = log_.add({kTime, Event::kFault, "two"});
                                  return error && error->system.code == EFBIG ? 0 : 2;
                                }),
            0);
  EXPECT_EQ(scratch_.content("activity.jsonl"), line("one") + "\n");
  EXPECT_FALSE(log_.add({kTime, Event::kFault, "three"}));
  EXPECT_EQ(last_lines(10), (std::vector{line("one"), line("three")}));
}

}  // namespace
}  // namespace isletime::sntpd::activity_log_test
