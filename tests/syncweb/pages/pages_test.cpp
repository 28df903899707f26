// SPDX-License-Identifier: MIT
#include "tools/syncweb/pages/pages.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/syncweb/routes.hpp"

namespace isletime::syncweb::pages_test {
namespace {

constexpr std::size_t kMostBytes = 60'000;

class Pages : public testing::Test {
 protected:
  Response get(const std::string& path, std::vector<Field> headers = {}) {
    Request request;
    request.path = path;
    request.headers = std::move(headers);
    for (const Route& route : routes()) {
      if (route.path == path && route.method == Method::kGet)
        return std::get<Response>(route.answer(site_, request, {}));
    }
    ADD_FAILURE() << path << " has no route";
    return {};
  }

  Options options_;
  Site site_{options_};
};

TEST_F(Pages, AddUpToLessThanSixtyKilobytes) {
  std::size_t bytes = 0;
  for (const PageFile& file : page_files()) bytes += file.text.size();
  EXPECT_GT(bytes, 10'000U);
  EXPECT_LT(bytes, kMostBytes);
}

TEST_F(Pages, AreServedEachAtItsName) {
  for (const PageFile& file : page_files()) {
    if (file.name.ends_with(".html")) continue;
    EXPECT_EQ(get("/" + std::string{file.name}).body, file.text) << file.name;
  }
  EXPECT_NE(get("/").body.find("The hub’s time"), std::string::npos);
  EXPECT_NE(get("/presses").body.find("<h1 id=\"title\">Presses"), std::string::npos);
}

TEST_F(Pages, HaveTheirTypes) {
  EXPECT_EQ(get("/").type, "text/html; charset=utf-8");
  EXPECT_EQ(get("/main.js").type, "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/style.css").type, "text/css; charset=utf-8");
  EXPECT_EQ(get("/icon.svg").type, "image/svg+xml");
}

TEST_F(Pages, AllowNoScriptFromElsewhereAndNoneInline) {
  for (const char* path : {"/", "/presses", "/plain", "/main.js"}) {
    const Response response = get(path);
    const std::string policy = header_of(response, "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';")) << path;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << path;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << path;
  }
}

// Browsers would not run them, so the page would not work.
TEST_F(Pages, HaveNoInlineScriptsStylesOrHandlers) {
  for (const PageFile& file : page_files()) {
    if (!file.name.ends_with(".html")) continue;
    for (const char* inline_part :
         {"<script>", "<style", " style=", " onclick=", " onload=", "http:", "https:"})
      EXPECT_EQ(file.text.find(inline_part), std::string_view::npos) << file.name << ' ' << inline_part;
  }
}

TEST_F(Pages, AreNotSentAgainToABrowserThatHasThem) {
  const std::string etag = header_of(get("/style.css"), "ETag");
  ASSERT_GT(etag.size(), 10U);
  EXPECT_EQ(etag.front(), '"');
  EXPECT_EQ(etag.back(), '"');
  for (const std::string& known : {etag, "\"other\", W/" + etag, std::string{"*"}}) {
    const Response response = get("/style.css", {{"if-none-match", known}});
    EXPECT_EQ(response.status, Status::kNotModified) << known;
    EXPECT_EQ(response.body, "") << known;
    EXPECT_EQ(header_of(response, "ETag"), etag);
  }
  EXPECT_EQ(get("/style.css", {{"if-none-match", "\"other\""}}).status, Status::kOk);
}

TEST_F(Pages, HaveDifferentTags) {
  std::set<std::string_view> tags;
  for (const PageFile& file : page_files()) tags.insert(file.etag);
  EXPECT_EQ(tags.size(), page_files().size());
}

}  // namespace
}  // namespace isletime::syncweb::pages_test
