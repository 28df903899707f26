// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/press_api.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <gtest/gtest.h>

#include "libsync/record/json_value.hpp"
#include "libsync/record/sample_reader.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/syncweb/access/request_to_hub.hpp"
#include "tests/syncweb/hub_lines.hpp"

namespace isletime::syncweb::press_api_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class PressApi : public testing::Test {
 protected:
  PressApi() { site_.presses.open(&folder_); }

  Response get(const std::string& path, std::vector<Field> query = {}) {
    Request request = syncweb::get(path);
    request.query = std::move(query);
    return hub_.answer(request);
  }
  Response post(const std::string& path, const std::string& body) {
    return hub_.answer(post_json(path, body));
  }
  Response press(int number, const char* time = "2026-02-03T04:05:06Z", const char* sender = "a") {
    return post("/api/press", R"({"sender":")" + std::string{sender} + R"(","number":)" +
                                  std::to_string(number) + R"(,"time":")" + time +
                                  R"(","uncertainty_s":0.001,"reliable":true})");
  }
  Response older(const char* milliseconds, const char* sender = "a") {
    return get("/btn", {{"msec", milliseconds}, {"sender", sender}, {"prevdur", "3"}, {"ip", "10.0.0.9"}});
  }

  fakes::ScratchFolder scratch_;
  StateFolder folder_ = *StateFolder::open(scratch_.path(), geteuid());
  HubAtTest hub_;
  Site& site_ = hub_.site;
};

std::string error_name(const Response& response) {
  const auto json = parse_json(response.body, {10'000, 2});
  return json && json->find("error") != nullptr ? *json->find("error")->text() : response.body;
}

TEST_F(PressApi, APressIsAcknowledgedOnceItIsStoredAndShownToThePages) {
  const Response response = press(17);
  EXPECT_EQ(response.status, Status::kOk);
  EXPECT_EQ(response.body, R"({"accepted":true,"duplicate":false,"id":1})");
  EXPECT_EQ(site_.presses.presses_stored(), 1U);
  EXPECT_EQ(site_.presses.presses_received(), 1U);
  ASSERT_NE(site_.events.next(0), nullptr);
  EXPECT_EQ(site_.events.next(0)->type, "press");
  EXPECT_EQ(
      site_.events.next(0)->json,
      R"({"id":1,"sender":"a","number":17,"time":"2026-02-03T04:05:06.000000000Z",)"
      R"("unix":1770091506.000000000,"uncertainty_s":0.001000000,"reliable":true,"address":"192.168.4.17"})");
}

TEST_F(PressApi, ARetriedPressIsADuplicateAndNoNewEvent) {
  press(17);
  EXPECT_EQ(press(17).body, R"({"accepted":true,"duplicate":true,"id":1})");
  EXPECT_EQ(site_.events.last(), 1U);
  EXPECT_EQ(site_.presses.presses_received(), 1U);
  EXPECT_EQ(site_.presses.presses_repeated(), 1U);
}

TEST_F(PressApi, AnotherTimeUnderTheSameNumberIsAConflict) {
  press(17);
  const Response response = press(17, "2026-02-03T04:05:07Z");
  EXPECT_EQ(response.status, Status::kConflict);
  EXPECT_EQ(error_name(response), "conflict");
  EXPECT_EQ(site_.presses.presses_stored(), 1U);
}

TEST_F(PressApi, APressThatIsNoPressIsRefusedByName) {
  EXPECT_EQ(post("/api/press", "{}").status, Status::kBadRequest);
  EXPECT_EQ(error_name(post("/api/press", "{}")), "bad-press");
  EXPECT_EQ(hub_.answer(post_form("/api/press", "{}")).status, Status::kUnsupportedMediaType);
  EXPECT_EQ(site_.presses.presses_stored(), 0U);
}

TEST_F(PressApi, TheOlderFormIsAnsweredOkAndNothingIsInvented) {
  const Response response = older("1770091506789");
  EXPECT_EQ(response.status, Status::kOk);
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(older("1770091506789").body, "ok");
  EXPECT_EQ(site_.presses.presses_stored(), 1U);
  EXPECT_EQ(site_.events.next(0)->json,
            R"({"id":1,"sender":"a","time":"2026-02-03T04:05:06.789000000Z","unix":1770091506.789000000,)"
            R"("address":"192.168.4.17"})");
  EXPECT_EQ(error_name(older("1770091506")), "bad-press");
}

TEST_F(PressApi, APictureInAPageOfAnotherSiteIsNoPress) {
  Request request = with_header(syncweb::get("/btn"), "sec-fetch-site", "cross-site");
  request.query = {{"msec", "1770091506789"}, {"sender", "a"}};
  EXPECT_EQ(hub_.answer(request).status, Status::kForbidden);
  EXPECT_EQ(site_.presses.presses_stored(), 0U);
}

TEST_F(PressApi, IsMarkedWithTheHubsTimeIfSomethingVouchesForThat) {
  press(1);
  ASSERT_TRUE(site_.hub.on_line(status_line({.made = hub_.now().wall}), hub_.now(), site_.events));
  press(2);
  const std::string list = get("/api/presses").body;
  EXPECT_EQ(list.find(R"("received":)"), list.rfind(R"("received":)"));
  EXPECT_NE(list.find(R"("received":"2026-02-02T02:40:00.000000000Z","address":"192.168.4.17"})"),
            std::string::npos)
      << list;
  post("/api/presses/reset", "{}");
  EXPECT_NE(get("/api/presses/splits").body.find(R"({"since":2,"begun":"2026-02-02T02:40:00.000000000Z",)"),
            std::string::npos);
}

TEST_F(PressApi, HeadStoresNothing) {
  Request request = syncweb::get("/btn");
  request.method = Method::kHead;
  request.query = {{"msec", "1770091506789"}, {"sender", "a"}};
  EXPECT_EQ(hub_.answer(request).status, Status::kMethodNotAllowed);
  EXPECT_EQ(site_.presses.presses_stored(), 0U);
}

TEST_F(PressApi, PressesAreListedAfterAnId) {
  for (int i = 1; i <= 3; ++i) press(i);
  const auto list = parse_json(get("/api/presses", {{"after", "1"}}).body, {10'000, 3});
  ASSERT_TRUE(list);
  ASSERT_EQ(list->find("presses")->array()->size(), 2U);
  EXPECT_EQ(list->find("presses")->array()->front().find("id")->number()->text, "2");
  EXPECT_EQ(list->find("last")->number()->text, "3");
  EXPECT_EQ(list->find("since")->number()->text, "0");
  EXPECT_EQ(list->find("more")->flag(), false);
  EXPECT_EQ(parse_json(get("/api/presses").body, {10'000, 3})->find("presses")->array()->size(), 3U);
  // An id of a file that has been replaced since.
  EXPECT_EQ(
      parse_json(get("/api/presses", {{"after", "99"}}).body, {10'000, 3})->find("presses")->array()->size(),
      3U);
  for (const char* text : {"", "-1", "1e3", "x", "99999999999999999999"})
    EXPECT_EQ(get("/api/presses", {{"after", text}}).status, Status::kBadRequest) << text;
}

TEST_F(PressApi, SplitsAreThoseSinceTheReset) {
  press(1);
  const Response reset = post("/api/presses/reset", "{}");
  ASSERT_EQ(reset.body, R"({"since":1})");
  EXPECT_EQ(site_.events.next(1)->type, "presses-reset");
  EXPECT_EQ(site_.events.next(1)->json, R"({"since":1})");
  press(3, "2026-02-03T04:06:10.250Z", "b");
  press(2, "2026-02-03T04:06:06Z");
  press(4, "2026-02-03T04:06:07Z");
  EXPECT_EQ(
      get("/api/presses/splits").body,
      R"({"since":1,"lockout_s":2.000000000,"left_out":0,"splits":[)"
      R"({"id":3,"sender":"a","number":2,"time":"2026-02-03T04:06:06.000000000Z",)"
      R"("unix":1770091566.000000000,"uncertainty_s":0.001000000,"reliable":true,"address":"192.168.4.17",)"
      R"("order":"certain","too_close":false,"first_place":1,"last_place":1},)"
      R"({"id":2,"sender":"b","number":3,"time":"2026-02-03T04:06:10.250000000Z",)"
      R"("unix":1770091570.250000000,"uncertainty_s":0.001000000,"reliable":true,"address":"192.168.4.17",)"
      R"("order":"certain","too_close":false,"first_place":2,"last_place":2,"split_s":4.250000000,)"
      R"("split_uncertainty_s":0.002000000,"total_s":4.250000000,"total_uncertainty_s":0.002000000}],)"
      R"("not_counted":[{"id":4,"sender":"a","number":4,"time":"2026-02-03T04:06:07.000000000Z",)"
      R"("unix":1770091567.000000000,"uncertainty_s":0.001000000,"reliable":true,"address":"192.168.4.17",)"
      R"("why":"repeated"}]})");
}

TEST_F(PressApi, AResetTakesNoOptionsAndKeepsEverything) {
  press(1);
  EXPECT_EQ(post("/api/presses/reset", R"({"all":true})").status, Status::kBadRequest);
  EXPECT_EQ(post("/api/presses/reset", "").status, Status::kOk);
  EXPECT_EQ(site_.presses.presses_stored(), 1U);
}

TEST_F(PressApi, OnlyTheLatestPressesOfALongRunAreListedAndThenThereIsNoTotal) {
  Database database{scratch_.path(kPressFile)};
  ASSERT_EQ(
      database.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1002) "
                       "INSERT INTO press(sender, boot, time_ns, address) SELECT 'a', '', i * 3000000000, '' "
                       "FROM n"),
      SQLITE_OK);
  ASSERT_EQ(older("1770091506789").body, "ok");
  const std::string body = get("/api/presses/splits").body;
  EXPECT_NE(body.find(R"("left_out":3,"splits":[{"id":4,)"), std::string::npos);
  EXPECT_EQ(body.find("total_s"), std::string::npos);
  const std::string list = get("/api/presses", {{"after", "0"}}).body;
  EXPECT_NE(list.find(R"("last":1000,"more":true)"), std::string::npos);
}

TEST_F(PressApi, TheCsvIsOneOfSampleRecordsWithoutOffsets) {
  press(17, "2026-02-03T04:05:06Z", R"(a,\"b\")");
  older("1770091506789", "=1+1");
  const Response response = get("/presses.csv");
  EXPECT_EQ(response.type, "text/csv; charset=utf-8");
  EXPECT_EQ(response.body,
            csv_header() +
                "\n2026-02-03T04:05:06.000000000Z,\"button:a,\"\"b\"\"\",,0.001000000,,,,,,,,,,true,\n"
                "2026-02-03T04:05:06.789000000Z,button:=1+1,,,,,,,,,,,,,\n");
  const auto reader = CsvSampleReader::open(csv_header());
  ASSERT_TRUE(reader);
  const auto first_row = response.body.substr(csv_header().size() + 1);
  const auto record = reader->read(first_row.substr(0, first_row.find('\n')));
  ASSERT_TRUE(record) << record.error();
  EXPECT_EQ(record->source, "button:a,\"b\"");
  EXPECT_FALSE(record->offset);
}

TEST_F(PressApi, ADamagedFileIsKeptUnderAnotherNameAndANewOneTakesThePress) {
  for (int i = 0; i < 60; ++i) press(i);
  site_.presses.open(nullptr);  // closes the file, which then has all that the log had
  EXPECT_EQ(press(1).status, Status::kServiceUnavailable);
  {
    std::fstream file(scratch_.path("presses.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(0);
    for (int i = 0; i < 16384; ++i) file.put('x');
  }
  site_.presses.open(&folder_);
  const auto messages = site_.presses.take_messages();
  EXPECT_FALSE(messages.empty());
  EXPECT_EQ(press(1).body, R"({"accepted":true,"duplicate":false,"id":1})");
  EXPECT_TRUE(fs::exists(scratch_.path("presses-damaged-1.db")));
}

TEST_F(PressApi, AFileThatIsDeletedMeanwhileIsBegunAnew) {
  press(1);
  fs::remove(scratch_.path("presses.db"));
  EXPECT_EQ(press(2).body, R"({"accepted":true,"duplicate":false,"id":1})");
  EXPECT_TRUE(fs::exists(scratch_.path("presses.db")));
  // The presses may only be in the log, which is left.
  EXPECT_TRUE(fs::exists(scratch_.path("presses-damaged-1.db-wal")));
  EXPECT_FALSE(fs::exists(scratch_.path("presses-damaged-1.db")));
  EXPECT_EQ(site_.presses.take_messages().size(), 2U);
}

TEST_F(PressApi, WithoutADiskDevicesAreToldToTryAgain) {
  site_.presses.open(nullptr);
  for (const Response& response : {press(1), older("1770091506789"), get("/api/presses"), get("/presses.csv"),
                                   get("/api/presses/splits"), post("/api/presses/reset", "")}) {
    EXPECT_EQ(response.status, Status::kServiceUnavailable);
    EXPECT_EQ(error_name(response), "no-store");
    EXPECT_EQ(header_of(response, "Retry-After"), "2");
  }
  EXPECT_EQ(site_.events.last(), 0U);
  EXPECT_EQ(site_.presses.take_messages().size(), 1U) << "the same trouble is said once";
}

TEST_F(PressApi, AFullStoreIsOneErrorAndLaterPressesAreTakenWhenThereIsRoom) {
  fakes::ScratchFolder small;
  const auto folder = StateFolder::open(small.path(), geteuid());
  ASSERT_TRUE(folder);
  site_.presses.open(&*folder, 8);
  int i = 0;
  while (press(i).status == Status::kOk && i < 10'000) ++i;
  EXPECT_EQ(error_name(press(i)), "disk-full");
  EXPECT_EQ(site_.presses.take_messages().size(), 1U);
  site_.presses.open(nullptr);
  site_.presses.open(&*folder);
  EXPECT_EQ(press(i).status, Status::kOk);
  EXPECT_EQ(site_.presses.presses_stored(), static_cast<std::uint64_t>(i) + 1);
}

}  // namespace
}  // namespace isletime::syncweb::press_api_test
