// SPDX-License-Identifier: MIT
// A press as POST /api/press of syncweb(8) takes it. The same press gives the same bytes at every try.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "libsync/core/rfc3339.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/press_queue.hpp"

namespace isletime::firmware {

class PressMessage {
 public:
  // `sender` has no characters that JSON must escape; `boot` is different after each start.
  PressMessage(std::string_view sender, std::uint64_t boot, const Press& press) {
    const rfc3339::Written time = format_rfc3339(press.stamp.time);
    TextWriter json{text_};
    json.text(R"({"sender":")").text(sender).text(R"(","boot":")").hex(boot, 16);
    json.text(R"(","number":)").number(press.number);
    json.text(R"(,"time":")").text({time.data(), time.size()});
    json.text(R"(","uncertainty_s":)").seconds(press.stamp.bound.value);
    json.text(R"(,"reliable":)").text(press.stamp.is_reliable ? "true}" : "false}");
    size_ = json.view().size();
  }

  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 288> text_{};
  std::size_t size_ = 0;
};

}  // namespace isletime::firmware
