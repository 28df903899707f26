// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/event_text.hpp"

#include <fmt/format.h>

#include "libsync/record/json_writer.hpp"

namespace isletime::syncweb {
namespace {

constexpr int kRetry = 2000;  // ms

}  // namespace

std::string hello_text(std::string_view run, std::uint64_t last) {
  return fmt::format("retry: {}\nevent: hello\ndata: {}\n\n", kRetry,
                     JsonWriter{}.text("run", run).count("last", last).object());
}

std::string heartbeat_text(std::uint64_t last) {
  return fmt::format("event: beat\ndata: {}\n\n", JsonWriter{}.count("last", last).object());
}

std::string event_head(const WebEvent& event) {
  return fmt::format("id: {}\nevent: {}\ndata: ", event.number, event.type);
}

}  // namespace isletime::syncweb
