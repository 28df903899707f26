// SPDX-License-Identifier: MIT
// The input is what a phone on the access point posts, a request a line: a letter for the path, then the
// body. In it, $S stands for the session that the hub has begun last, $T for the last question's token, and
// $N, $L and $Y for the present in Unix milliseconds, 3217 ms later and a year later. A sample that would be
// fed is bounded by at least half its round trip; every response is JSON.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "libsync/drivers/rtc_policy.hpp"
#include "libsync/policy/saturated.hpp"
#include "libsync/record/json_value.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/common/build_time.hpp"

using namespace isletime;
using namespace isletime::syncweb;
using isletime::fuzz::require;

namespace {

struct Path {
  char letter;
  const char* path;
};
constexpr std::array kPaths{Path{'x', "/api/timesync/exchange"}, Path{'c', "/api/timesync/client"},
                            Path{'t', "/api/system/time"}, Path{'z', "/api/zone"}, Path{'p', "/api/place"}};

void replace_all(std::string& text, std::string_view mark, const std::string& by) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
    text.replace(at, mark.size(), by);
}

std::string milliseconds_of(WallTime time) {
  return std::to_string(time.time_since_epoch() / std::chrono::milliseconds{1});
}

class Phone {
 public:
  void post(char letter, std::string body) {
    const auto* path = std::find_if(kPaths.begin(), kPaths.end(), [=](Path p) { return p.letter == letter; });
    if (path == kPaths.end()) return;
    now_.mono += std::chrono::milliseconds{10};
    now_.wall += std::chrono::milliseconds{10};
    replace_all(body, "$S", session_);
    replace_all(body, "$T", token_);
    replace_all(body, "$N", milliseconds_of(now_.wall));
    replace_all(body, "$L", milliseconds_of(now_.wall + std::chrono::milliseconds{3217}));
    replace_all(body, "$Y", milliseconds_of(now_.wall + std::chrono::hours{24 * 365}));
    if (body.size() > kLargestBody) return;
    Request request = post_json(path->path, std::move(body));
    request.is_secure = true;
    request.headers.front().value = "192.168.4.1";
    Outcome outcome = respond(hub_.site, request, now_);
    if (const auto* first = std::get_if<FeedFirst>(&outcome)) {
      check(first->sample);
      check(first->then(reply()));
      return;
    }
    require(std::holds_alternative<Response>(outcome), "nothing here is a stream");
    check(std::get<Response>(outcome));
  }

 private:
  void check(const SampleRecord& sample) const {
    require(sample.offset && sample.uncertainty, "a sample has an offset and its bound");
    require(*sample.uncertainty >= hub_.options.phone_error.value, "no phone is better than phones are");
    if (sample.delay) {
      require(*sample.delay >= nanoseconds::zero(), "no round trip is negative");
      require(*sample.uncertainty >= *sample.delay / 2, "half the round trip is within the bound");
    }
    const WallTime claimed{saturated_sum(sample.time.time_since_epoch(), *sample.offset)};
    require(claimed >= build_time() && claimed <= build_time() + kLongestUse, "what is fed is plausible");
    require(sample.source.ends_with(":192.168.4.17"), "the source is the address that the request came from");
  }
  void check(const Response& response) {
    const auto json = parse_json(response.body, {.size = 100'000, .depth = 4});
    require(json && json->object() != nullptr, "a response is a JSON object");
    const auto remember = [&json](const char* name, std::string& text) {
      const JsonValue* value = json->find(name);
      if (value != nullptr && value->text() != nullptr) text = *value->text();
    };
    remember("session", session_);
    remember("confirm", token_);
    require(hub_.site.phones.sessions.size() <= ExchangeSessions::kMostSessions, "sessions are bounded");
    require(hub_.site.phones.confirmations.size() <= Confirmations::kMostOpen, "questions are bounded");
  }
  // sntpd accepts, refuses and is silent in turn.
  std::optional<HubReply> reply() {
    switch (++replies_ % 3) {
      case 0:
        return std::nullopt;
      case 1:
        return HubReply{true, "adopt", "the clock is set by it"};
      default:
        return HubReply{false, "outranked", "a better source has set the clock"};
    }
  }

  HubAtTest hub_;
  Instant now_{MonoTime{seconds{3600}}, build_time() + std::chrono::hours{24 * 100}, nanoseconds{100}};
  std::string session_ = "none";
  std::string token_ = "none";
  unsigned replies_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  Phone phone;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) phone.post(text[0], std::string{text.substr(1, end - 1)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
