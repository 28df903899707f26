// SPDX-License-Identifier: MIT
// Questions that a person is to answer before something rare is done, such as a step of years. The answer is
// a token that counts once, soon, from the same address, and only for what was shown. It may come with a new
// measurement, which is more accurate than one that waited for the person.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::syncweb {

class Confirmations {
 public:
  static constexpr std::size_t kMostOpen = 64;
  static constexpr nanoseconds kLongestWait = std::chrono::minutes{2};
  // The person has seen an offset that the present one may differ from by this much.
  static constexpr nanoseconds kTolerance = seconds{10};

  struct Question {
    IpAddress of;
    Offset offset;  // that was shown
  };
  // `token` must be unpredictable.
  void ask(const std::string& token, const Question& question, MonoTime now);
  // Returns whether the token answers this question, and forgets it then.
  bool redeem(std::string_view token, const Question& question, MonoTime now);
  std::size_t size() const { return open_.size(); }

 private:
  struct Open {
    std::string token;
    Question question;
    MonoTime asked;
  };
  std::deque<Open> open_;  // the oldest first
};

}  // namespace isletime::syncweb
