// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/monitor.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "tests/policy/request_maker.hpp"

namespace isletime::sntpd::monitor_test {
namespace {

using fakes::kAnyone;

std::string answer_of(const Monitor& monitor, ControlOperation operation, std::uint16_t association = 0) {
  std::array<std::uint8_t, kControlHeaderSize> request{};
  emit_control_header({.version = 2, .operation = operation, .association = association}, request);
  const auto reply =
      monitor.answer({request, fakes::kAsker, fakes::kUs, fakes::kArrival}, kAnyone, fakes::kState);
  if (!reply) return to_string(reply.error());
  const ControlFragment fragment = reply->fragment(0);
  return {fragment.bytes().begin() + kControlHeaderSize, fragment.bytes().end()};
}

// Returns the view of a hub with `count` peers of this name.
MonitorView view_of(std::uint16_t count, const std::string& name) {
  MonitorView view;
  for (std::uint16_t number = 1; number <= count; ++number) {
    MonitorView::Peer& peer = view.peers.emplace_back();
    peer.peer.association = number;
    peer.address = "192.0.2.1";
    peer.local_address = "192.0.2.2";
    peer.name = name;
  }
  return view;
}

Monitor monitor_for_anyone() {
  return Monitor({kAnyone.begin(), kAnyone.end()});
}

TEST(Monitor, TellsOfItselfBeforeAnythingIsPublished) {
  const Monitor monitor = monitor_for_anyone();
  EXPECT_EQ(answer_of(monitor, ControlOperation::kReadStatus), "");
  const std::string system = answer_of(monitor, ControlOperation::kReadVariables);
  EXPECT_NE(system.find("version=\"sntpd "), std::string::npos) << system;
  EXPECT_NE(system.find("system=\"Linux\""), std::string::npos) << system;
}

TEST(Monitor, TellsWhatWasPublishedLast) {
  Monitor monitor = monitor_for_anyone();
  monitor.publish(view_of(3, "first.test"));
  monitor.publish(view_of(2, "second.test"));
  EXPECT_EQ(answer_of(monitor, ControlOperation::kReadStatus).size(), 8);
  const std::string peer = answer_of(monitor, ControlOperation::kReadVariables, 2);
  for (const char* variable : {"srcadr=192.0.2.1,", "dstadr=192.0.2.2,", "srchost=\"second.test\","}) {
    EXPECT_NE(peer.find(variable), std::string::npos) << peer;
  }
}

TEST(Monitor, RefusesWhoMayNotAsk) {
  const Monitor monitor{{}};
  EXPECT_EQ(answer_of(monitor, ControlOperation::kReadStatus), to_string(RequestRefusal::kDenied));
}

TEST(Monitor, AnswersWhileAnotherThreadPublishes) {
  Monitor monitor = monitor_for_anyone();
  std::atomic<bool> has_ended = false;
  std::thread publisher([&] {
    for (std::uint16_t i = 0; i < 1000; ++i)
      monitor.publish(view_of(1 + i % 2, std::string(1 + i % 50, 'x')));
    has_ended = true;
  });
  while (!has_ended) {
    const auto size = answer_of(monitor, ControlOperation::kReadStatus).size();
    EXPECT_TRUE(size == 0 || size == 4 || size == 8) << size;
  }
  publisher.join();
  EXPECT_EQ(answer_of(monitor, ControlOperation::kReadStatus).size(), 8);
}

}  // namespace
}  // namespace isletime::sntpd::monitor_test
