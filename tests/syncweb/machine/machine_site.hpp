// SPDX-License-Identifier: MIT
// A site whose hub has spoken, or not, for tests of what it answers to machines.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "libsync/record/json_value.hpp"
#include "tests/syncweb/hub_lines.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

inline std::string field_of(const Response& response, std::string_view name) {
  for (const Field& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "(none)";
}

class MachineSite : public testing::Test {
 protected:
  MachineSite() {
    site.run = "8f3c";
    site.own_addresses = {
        {.interface = "lo", .address = IpAddress::v4(0x7f00'0001), .network = Prefix::v4(0x7f00'0000, 8)}};
  }
  void hears(const std::string& line, nanoseconds later = {}) {
    EXPECT_TRUE(site.hub.on_line(line, after(later), site.events)) << line;
  }
  static Request get(std::string path, std::vector<Field> query = {}) {
    return {.path = std::move(path),
            .query = std::move(query),
            .headers = {{"host", "127.0.0.1"}},
            .body = "",
            .from = {IpAddress::v4(0x7f00'0001), 40'000, 0},
            .to = IpAddress::v4(0x7f00'0001)};
  }
  Response respond_to(const Request& request, nanoseconds later = {}) {
    Outcome outcome = respond(site, request, after(later));
    auto* response = std::get_if<Response>(&outcome);
    EXPECT_NE(response, nullptr) << request.path;
    return response == nullptr ? Response{} : std::move(*response);
  }
  Response ask(std::string path, nanoseconds later = {}) { return respond_to(get(std::move(path)), later); }
  JsonValue json(const Response& response) {
    const auto value = parse_json(response.body, {1'000'000, 9});
    EXPECT_TRUE(value) << response.body;
    return value ? *value : JsonValue{};
  }

  Options options = [] {
    Options made;
    made.access_rules = {{Prefix::v4(0x7f00'0000, 8), Access::kAllow}};
    made.tls_port = 8443;
    return made;
  }();
  Site site{options};
};

}  // namespace isletime::syncweb
