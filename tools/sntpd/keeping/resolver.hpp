// SPDX-License-Identifier: MIT
// Names to addresses off the event loop: the system's resolver may take minutes when the internet
// is away. Each question has a thread of its own, and an answer wakes poll(2).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"

namespace isletime::sntpd {

class Resolver {
 public:
  using Addresses = Result<std::vector<Endpoint>, std::string>;  // error: the resolver's words
  using Lookup = std::function<Addresses(const std::string& name, std::uint16_t port)>;

  struct Answer {
    std::string name;
    Addresses addresses;
  };

  // `lookup` may block, and may still run when the Resolver is gone.
  explicit Resolver(Lookup lookup);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Nothing happens while the same name is being looked up. The failure, as a clause, if the system has
  // neither pipe nor thread for it now: to be asked again.
  std::optional<std::string> ask(const std::string& name, std::uint16_t port);
  // Readable when an answer waits; -1 while nothing is asked, so that a hub with literal addresses
  // has no such descriptor.
  int descriptor() const;
  std::vector<Answer> take_answers();

 private:
  struct Shared;

  Lookup lookup_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace isletime::sntpd
