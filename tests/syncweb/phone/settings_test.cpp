// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/settings.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>

#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"

namespace isletime::syncweb::settings_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kTime{1'800'000'000s};
const ZoneClaim kBerlin{"Europe/Berlin", 1h, false};
const Position kPosition{52.5163, 13.3777, 12};

class SettingsTest : public testing::Test {
 protected:
  // Opens the folder as another run of the program.
  std::optional<std::string> restart(const std::string& boot = "boot-1") {
    open_.reset();
    auto opened = StateFolder::open(folder_.path(), geteuid());
    EXPECT_TRUE(opened);
    open_.emplace(*std::move(opened));
    settings_ = Settings{};
    return settings_.open(*open_, boot);
  }
  ToldAt told(nanoseconds after = 0s, bool is_reliable = true) const {
    return settings_.told_at(kTime + after, is_reliable, MonoTime{100s} + after);
  }

  fakes::ScratchFolder folder_;
  std::optional<StateFolder> open_;
  Settings settings_;
};

TEST_F(SettingsTest, AreEmptyWithoutAFile) {
  EXPECT_FALSE(restart());
  EXPECT_FALSE(settings_.zone());
  EXPECT_FALSE(settings_.place());
}

TEST_F(SettingsTest, SurviveARestart) {
  restart();
  EXPECT_FALSE(settings_.set_zone(kBerlin, told()));
  EXPECT_FALSE(settings_.set_place(kPosition, told(1s, false)));
  EXPECT_FALSE(restart());
  ASSERT_TRUE(settings_.zone());
  EXPECT_EQ(settings_.zone()->zone.name, "Europe/Berlin");
  EXPECT_EQ(settings_.zone()->zone.utc_offset, 1h);
  EXPECT_EQ(settings_.zone()->at.time, kTime);
  EXPECT_TRUE(settings_.zone()->at.is_reliable);
  ASSERT_TRUE(settings_.place());
  EXPECT_DOUBLE_EQ(settings_.place()->position.latitude, 52.5163);
  EXPECT_DOUBLE_EQ(settings_.place()->position.longitude, 13.3777);
  EXPECT_DOUBLE_EQ(settings_.place()->position.accuracy_m, 12);
  EXPECT_FALSE(settings_.place()->at.is_reliable);
}

TEST_F(SettingsTest, AgesAreMonotonicWithinABootAndByReliableTimeAcrossBoots) {
  restart();
  settings_.set_place(kPosition, told());
  const ToldAt then = settings_.place()->at;
  ToldAt now = settings_.told_at(kTime - 24h, false, MonoTime{160s});
  EXPECT_EQ(settings_.age(then, now), 60s) << "the clock was set back meanwhile";
  restart("boot-2");
  now = settings_.told_at(kTime + 1h, true, MonoTime{20s});
  EXPECT_EQ(settings_.age(settings_.place()->at, now), 1h);
  now.is_reliable = false;
  EXPECT_FALSE(settings_.age(settings_.place()->at, now));
  now = settings_.told_at(kTime - 1h, true, MonoTime{20s});
  EXPECT_FALSE(settings_.age(settings_.place()->at, now)) << "nothing is told in the future";
}

TEST_F(SettingsTest, AnAgeByAClockThatWasNotReliableThenIsNotTold) {
  restart();
  settings_.set_place(kPosition, told(0s, false));
  restart("boot-2");
  EXPECT_FALSE(settings_.age(settings_.place()->at, settings_.told_at(kTime + 1h, true, MonoTime{20s})));
}

TEST_F(SettingsTest, ABadOrTornFileIsReportedAndIgnored) {
  restart();
  settings_.set_zone(kBerlin, told());
  settings_.set_place(kPosition, told());
  const std::string whole = folder_.content(Settings::kFile);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder_.write(Settings::kFile, whole.substr(0, size));
    const auto warning = restart();
    ASSERT_TRUE(warning) << size;
    EXPECT_NE(warning->find("settings.json: "), std::string::npos) << *warning;
    EXPECT_FALSE(settings_.zone() || settings_.place()) << size;
  }
  for (const char* bad :
       {"[]", "7", R"({"zone":"Europe/Berlin"})",
        R"({"zone":{"name":"../x","utc_offset_s":0,"dst":false,)"
        R"("time":"2026-01-01T00:00:00Z","reliable":true,"mono_s":1}})",
        R"({"place":{"latitude":91,"longitude":0,"accuracy_m":1,"time":"2026-01-01T00:00:00Z",)"
        R"("reliable":true,"mono_s":1}})",
        R"({"place":{"latitude":1,"longitude":0,"accuracy_m":1,"time":"2026-01-01T00:00:00Z",)"
        R"("reliable":true,"mono_s":-1}})"}) {
    folder_.write(Settings::kFile, bad);
    EXPECT_TRUE(restart()) << bad;
  }
  folder_.write(Settings::kFile, std::string(5000, ' '));
  EXPECT_TRUE(restart()) << "too large";
  folder_.write(Settings::kFile, whole);
  EXPECT_FALSE(restart());
  EXPECT_TRUE(settings_.zone());
}

TEST_F(SettingsTest, TheSameZoneIsNotWrittenAgain) {
  restart();
  settings_.set_zone(kBerlin, told());
  std::filesystem::remove(folder_.path(Settings::kFile));
  EXPECT_FALSE(settings_.set_zone(kBerlin, told(60s)));
  EXPECT_FALSE(std::filesystem::exists(folder_.path(Settings::kFile)));
  settings_.set_zone({"Europe/Berlin", 2h, true}, told(60s));
  EXPECT_TRUE(std::filesystem::exists(folder_.path(Settings::kFile))) << "daylight saving began";
}

// The limit on a file's size fails a write as a full disk does, also for root.
class FullDisk {
 public:
  FullDisk() {
    handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(SettingsTest, AFullDiskIsSaidAndLosesNothing) {
  restart();
  settings_.set_zone(kBerlin, told());
  {
    const FullDisk full;
    const auto warning = settings_.set_zone({"Asia/Tokyo", 9h, false}, told(1s));
    ASSERT_TRUE(warning);
    EXPECT_NE(warning->find("File too large"), std::string::npos) << *warning;
  }
  EXPECT_EQ(settings_.zone()->zone.name, "Asia/Tokyo") << "it is in force";
  EXPECT_FALSE(restart());
  EXPECT_EQ(settings_.zone()->zone.name, "Europe/Berlin") << "the file is as it was";
}

TEST_F(SettingsTest, WhatTheDiskRefusedIsWrittenWhenThePhoneSaysItAgain) {
  restart();
  {
    const FullDisk full;
    ASSERT_TRUE(settings_.set_zone(kBerlin, told()));
  }
  EXPECT_FALSE(settings_.set_zone(kBerlin, told(60s)));
  restart();
  EXPECT_TRUE(settings_.zone());
}

}  // namespace
}  // namespace isletime::syncweb::settings_test
