// SPDX-License-Identifier: MIT
// Resolves names outside the event loop, because the system's resolver may take minutes without internet
// access. Each lookup has a thread of its own, and its result wakes poll(2).
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

  struct Resolved {
    std::string name;
    Addresses addresses;
  };

  // `lookup` may block, and may still run after the Resolver was destroyed.
  explicit Resolver(Lookup lookup);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Starts a lookup unless one for this name is under way. Returns the failure, as a clause, if the system
  // has no pipe or thread for it now; then ask again later.
  std::optional<std::string> ask(const std::string& name, std::uint16_t port);
  // Returns the descriptor that becomes readable with a result, or -1 while no lookup is under way. A hub
  // that has only literal addresses never opens one.
  int descriptor() const;
  std::vector<Resolved> take_resolved();

 private:
  struct Shared;

  Lookup lookup_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace isletime::sntpd
