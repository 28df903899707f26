// SPDX-License-Identifier: MIT
// What tests exchange with a hub: samples that they feed, servers with an offset, and its status.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/record/json_value.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/integration/hub.hpp"

namespace isletime {

using namespace std::chrono_literals;

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::string now_text() {
  const auto text = format_rfc3339(wall_now());
  return {text.data(), text.size()};
}

inline std::string sample(const std::string& source, const std::string& offset,
                          const std::string& uncertainty, const std::string& time = now_text()) {
  return R"({"time":")" + time + R"(","source":")" + source + R"(","offset_s":)" + offset +
         R"(,"uncertainty_s":)" + uncertainty + "}";
}

inline fakes::Finished feed(const Hub& hub, const std::string& lines) {
  return hub.shell("printf '%s\\n' '" + lines + "' | " + hub.sntpctl_command() + " feed");
}

inline JsonValue status_of(const Hub& hub) {
  const fakes::Finished finished = hub.sntpctl({"--json", "status"});
  const auto parsed = parse_json(finished.out.substr(0, finished.out.find('\n')), {65'536, 8});
  EXPECT_TRUE(parsed) << finished.err;
  return parsed ? *parsed : JsonValue{};
}

inline std::string text_of(const JsonValue& object, const char* name) {
  const JsonValue* member = object.find(name);
  if (member == nullptr) return "";
  if (member->text() != nullptr) return *member->text();
  if (const auto flag = member->flag()) return *flag ? "true" : "false";
  return member->number() == nullptr ? "" : member->number()->text;
}

inline std::string server(const fakes::LyingServer& upstream) {
  return "127.0.0.1:" + upstream.port() + ",minpoll=1,maxpoll=1";
}

inline NtpTimestamp later(NtpTimestamp stamp, nanoseconds by) {
  return to_ntp(*unfold(stamp, wall_now()) + by);
}

inline Header off(Header reply, nanoseconds error) {
  reply.receive = later(reply.receive, error);
  reply.transmit = later(reply.transmit, error);
  reply.reference = later(reply.reference, error);
  return reply;
}

inline fakes::LyingServer::Answer off_by(nanoseconds error) {
  return [error](const fakes::LyingServer::Question& question) {
    return fakes::only(off(question.truth, error));
  };
}

inline testing::AssertionResult comes_to_say(const Hub& hub, const std::string& words) {
  return hub.comes_to_say({"sources"}, {words});
}

inline int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace isletime
