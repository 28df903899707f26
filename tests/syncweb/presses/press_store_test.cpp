// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/press_store.hpp"

#include <chrono>
#include <filesystem>
#include <iostream>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/fakes/synced_paths.hpp"

namespace isletime::syncweb::press_store_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr WallTime kStart{1'770'091'506s};

Press numbered(std::uint64_t number, nanoseconds at = 0s, const char* boot = "") {
  Press press;
  press.sender = "button-3f2a";
  press.boot = boot;
  press.number = number;
  press.time = kStart + at;
  press.uncertainty = Dispersion{1200us};
  press.is_reliable = true;
  return press;
}

Press older(nanoseconds at, const char* sender = "button-3f2a") {
  Press press;
  press.sender = sender;
  press.time = kStart + at;
  return press;
}

const Arrival kArrival{kStart + 1s, Dispersion{2ms}, "192.168.4.17"};

StateFolder open_folder(const std::string& path) {
  return *StateFolder::open(path, geteuid());
}

// Each test has a folder of its own.
class PressStoreTest : public testing::Test {
 protected:
  PressStore open(int most_pages = kMostPressPages) {
    auto store = PressStore::open(folder_, most_pages);
    if (!store) throw std::runtime_error(store.error().text);
    return *std::move(store);
  }
  StoreError error_of_opening() {
    const auto store = PressStore::open(folder_);
    return store ? StoreError{StoreFault::kSystem, "it opened"} : store.error();
  }
  // Runs SQL as another program would.
  void run(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(other().get(), sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  }
  using Connection = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
  Connection other() const {
    sqlite3* database = nullptr;
    sqlite3_open(scratch_.path(kPressFile).c_str(), &database);
    return {database, sqlite3_close};
  }

  fakes::ScratchFolder scratch_;
  StateFolder folder_ = open_folder(scratch_.path());
};

TEST_F(PressStoreTest, KeepsAPressAsItIsAlsoWhenItIsOpenedAgain) {
  {
    auto store = open();
    const auto added = store.add(numbered(17, 789ns, "8f3c"), kArrival);
    ASSERT_TRUE(added) << added.error().text;
    EXPECT_EQ(added->kind, AddedPress::Kind::kNew);
    EXPECT_EQ(added->id, 1);
    ASSERT_TRUE(store.add(older(2s, "old"), {std::nullopt, std::nullopt, "fe80::1%wlan0"}));
  }
  auto store = open();
  EXPECT_EQ(store.last_id(), 2);
  const auto page = store.after(0, 10);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->presses.size(), 2U);
  EXPECT_FALSE(page->has_more);
  const StoredPress& first = page->presses[0];
  EXPECT_EQ(first.id, 1);
  EXPECT_EQ(first.press.sender, "button-3f2a");
  EXPECT_EQ(first.press.boot, "8f3c");
  EXPECT_EQ(first.press.number, 17);
  EXPECT_EQ(first.press.time, kStart + 789ns);
  EXPECT_EQ(first.press.uncertainty, Dispersion{1200us});
  EXPECT_EQ(first.press.is_reliable, true);
  EXPECT_EQ(first.received, kStart + 1s);
  EXPECT_EQ(first.address, "192.168.4.17");
  const StoredPress& second = page->presses[1];
  EXPECT_EQ(second.press.number, std::nullopt);
  EXPECT_EQ(second.press.uncertainty, std::nullopt);
  EXPECT_EQ(second.press.is_reliable, std::nullopt);
  EXPECT_EQ(second.received, std::nullopt);
  EXPECT_EQ(second.address, "fe80::1%wlan0");
}

TEST_F(PressStoreTest, ARetriedPressIsStoredOnceAndAnotherTimeUnderItsNumberIsAConflict) {
  auto store = open();
  ASSERT_TRUE(store.add(numbered(17), kArrival));
  const auto again = store.add(numbered(17), kArrival);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->kind, AddedPress::Kind::kDuplicate);
  EXPECT_EQ(again->id, 1);
  EXPECT_EQ(store.add(numbered(17, 1ns), kArrival)->kind, AddedPress::Kind::kConflict);
  EXPECT_EQ(store.add(numbered(17, 0s, "next"), kArrival)->kind, AddedPress::Kind::kNew);
  EXPECT_EQ(store.add(numbered(18), kArrival)->kind, AddedPress::Kind::kNew);
  EXPECT_EQ(store.last_id(), 3);
}

TEST_F(PressStoreTest, TheOlderFormIsKnownBySenderAndTime) {
  auto store = open();
  ASSERT_TRUE(store.add(numbered(17), kArrival));
  EXPECT_EQ(store.add(older(0s), kArrival)->kind, AddedPress::Kind::kNew);
  EXPECT_EQ(store.add(older(0s), kArrival)->kind, AddedPress::Kind::kDuplicate);
  EXPECT_EQ(store.add(older(1ms), kArrival)->kind, AddedPress::Kind::kNew);
  EXPECT_EQ(store.add(older(0s, "other"), kArrival)->kind, AddedPress::Kind::kNew);
}

TEST_F(PressStoreTest, IsReadInPages) {
  auto store = open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store.add(older(i * 1s), kArrival));
  const auto page = store.after(1, 3);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->presses.size(), 3U);
  EXPECT_EQ(page->presses[0].id, 2);
  EXPECT_TRUE(page->has_more);
  EXPECT_FALSE(store.after(2, 3)->has_more);
  EXPECT_TRUE(store.after(5, 3)->presses.empty());
}

TEST_F(PressStoreTest, AResetBeginsARunAndDeletesNothing) {
  {
    auto store = open();
    EXPECT_EQ(store.run().since, 0);
    ASSERT_TRUE(store.add(numbered(1), kArrival));
    ASSERT_TRUE(store.add(numbered(2, 5s), kArrival));
    ASSERT_TRUE(store.reset(kArrival));
    ASSERT_TRUE(store.add(numbered(3, 9s), kArrival));
  }
  auto store = open();
  EXPECT_EQ(store.run().since, 2);
  EXPECT_EQ(store.run().time, kStart + 1s);
  EXPECT_EQ(store.run().bound, Dispersion{2ms});
  EXPECT_EQ(store.after(0, 10)->presses.size(), 3U);
}

TEST_F(PressStoreTest, WaitsForTheDiskWithAWriteAheadLog) {
  auto store = open();
  Database database{scratch_.path(kPressFile)};
  EXPECT_EQ(database.text_of("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(fs::status(scratch_.path(kPressFile)).permissions() &
                (fs::perms::group_write | fs::perms::others_write),
            fs::perms::none);
}

// Copies the files as they are while the store is open: what a killed process leaves.
void copy_files(const fakes::ScratchFolder& from, const fakes::ScratchFolder& to) {
  for (const char* name : {"presses.db", "presses.db-wal"}) fs::copy_file(from.path(name), to.path(name));
}

// A device forgets a press that is acknowledged, and then the power may fail.
TEST_F(PressStoreTest, ANewOneIsReachableOnTheDiskFromTheFoldersAboveIt) {
  fakes::synced_paths.clear();
  open();
  EXPECT_TRUE(fakes::was_synced(scratch_.path()));
  EXPECT_TRUE(fakes::was_synced(fs::path{scratch_.path()}.parent_path()));
}

TEST_F(PressStoreTest, WhatAKilledProcessLeavesHasEveryPress) {
  auto store = open();
  const fakes::ScratchFolder other;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(store.add(older(i * 1s), kArrival));
  copy_files(scratch_, other);
  const StateFolder folder = open_folder(other.path());
  EXPECT_EQ(PressStore::open(folder)->last_id(), 50);
}

TEST_F(PressStoreTest, ATornLogHasThePressesUpToSomeInstantAndTakesMore) {
  auto store = open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(store.add(older(i * 1s), kArrival));
  const auto whole = fs::file_size(scratch_.path("presses.db-wal"));
  std::int64_t before = 20;
  for (auto size = whole; size > 0; size -= std::min<std::uintmax_t>(size, 1234)) {
    const fakes::ScratchFolder other;
    copy_files(scratch_, other);
    fs::resize_file(other.path("presses.db-wal"), size);
    const StateFolder folder = open_folder(other.path());
    auto torn = PressStore::open(folder);
    if (!torn) {
      // Torn before the first transaction, the one that makes the tables, it would be of size 0 or begin
      // anew.
      ADD_FAILURE() << size << ": " << torn.error().text;
      continue;
    }
    const std::int64_t count = torn->last_id();
    EXPECT_LE(count, before);
    before = count;
    const auto page = torn->after(0, 100);
    ASSERT_EQ(page->presses.size(), static_cast<std::size_t>(count));
    for (const StoredPress& press : page->presses) EXPECT_EQ(press.press.time, kStart + (press.id - 1) * 1s);
    EXPECT_EQ(torn->add(older(1h), kArrival)->id, count + 1);
  }
  EXPECT_EQ(before, 0);
}

TEST_F(PressStoreTest, AFullDatabaseIsOneClearErrorAndStaysReadable) {
  auto store = open(12);
  StoreError error;
  int count = 0;
  for (; count < 10'000; ++count) {
    const auto added = store.add(older(count * 1s), kArrival);
    if (added) continue;
    error = added.error();
    break;
  }
  EXPECT_EQ(error.fault, StoreFault::kFull);
  EXPECT_EQ(store.after(0, 20'000)->presses.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(store.add(older(0s), kArrival)->kind, AddedPress::Kind::kDuplicate);
}

TEST_F(PressStoreTest, ALockIsAnErrorAtOnceAndTheNextTryMaySucceed) {
  auto store = open();
  {
    const auto locker = other();
    ASSERT_EQ(sqlite3_exec(locker.get(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    const auto added = store.add(numbered(1), kArrival);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().fault, StoreFault::kBusy);
  }
  EXPECT_TRUE(store.add(numbered(1), kArrival));
}

TEST_F(PressStoreTest, AFileOfANewerVersionIsRefusedAndLeftAsItIs) {
  { auto store = open(); }
  run("PRAGMA user_version=2");
  const std::string before = scratch_.content(kPressFile);
  const auto error = error_of_opening();
  EXPECT_EQ(error.fault, StoreFault::kNotOurs);
  EXPECT_EQ(error.text, "was written by a newer syncweb (version 2 of its tables; this one knows 1)");
  EXPECT_EQ(scratch_.content(kPressFile), before);
}

TEST_F(PressStoreTest, ADatabaseOfAnotherProgramIsRefusedAndLeftAsItIs) {
  run("CREATE TABLE birds(name)");
  const std::string before = scratch_.content(kPressFile);
  EXPECT_EQ(error_of_opening().fault, StoreFault::kNotOurs);
  EXPECT_EQ(scratch_.content(kPressFile), before);
}

TEST_F(PressStoreTest, ALinkInItsPlaceIsRefused) {
  scratch_.write("elsewhere", "");
  fs::create_symlink(scratch_.path("elsewhere"), scratch_.path(kPressFile));
  EXPECT_EQ(error_of_opening().text, "is a symbolic link");
}

TEST_F(PressStoreTest, WhatIsNoDatabaseIsDamaged) {
  scratch_.write(kPressFile, std::string(5000, 'x'));
  EXPECT_EQ(error_of_opening().fault, StoreFault::kDamaged);
}

TEST_F(PressStoreTest, ALogWithoutItsDatabaseIsDamagedAndNotDeleted) {
  scratch_.write("presses.db-wal", "log");
  EXPECT_EQ(error_of_opening().fault, StoreFault::kDamaged);
  EXPECT_EQ(scratch_.content("presses.db-wal"), "log");
}

TEST_F(PressStoreTest, IsSetAsideWithItsLogUnderNamesThatAreFree) {
  for (const char* name : {"presses-damaged-1.db", "presses-damaged-2.db-wal"}) scratch_.write(name, "older");
  scratch_.write("presses.db", "database");
  scratch_.write("presses.db-wal", "log");
  const auto name = set_presses_aside(folder_);
  ASSERT_TRUE(name);
  EXPECT_EQ(*name, "presses-damaged-3.db");
  EXPECT_EQ(scratch_.content("presses-damaged-3.db"), "database");
  EXPECT_EQ(scratch_.content("presses-damaged-3.db-wal"), "log");
  EXPECT_EQ(scratch_.content("presses-damaged-1.db"), "older");
  EXPECT_FALSE(fs::exists(scratch_.path("presses.db")));
}

TEST_F(PressStoreTest, PressesTakeLittleSpaceAndOneWaitEach) {
  constexpr int kMany = 300;  // a slow disk needs 20 ms for each
  const auto started = std::chrono::steady_clock::now();
  {
    auto store = open();
    for (int i = 0; i < kMany; ++i) {
      const auto added = store.add(numbered(static_cast<std::uint64_t>(i), i * 10ms), kArrival);
      ASSERT_TRUE(added) << added.error().text;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  const auto size = fs::file_size(scratch_.path(kPressFile)) / kMany;
  std::cout << kMany / took.count() << " presses/s, " << size << " bytes each\n";
  EXPECT_LT(size, 256U);  // so that 10^6 fit into kMostPressPages
}

}  // namespace
}  // namespace isletime::syncweb::press_store_test
