// SPDX-License-Identifier: MIT
// When names are looked up, and which of their addresses are asked. A name is looked up until it has enough
// addresses, and again whenever one of those stops answering.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libsync/hub/asked_server.hpp"

namespace isletime {

class ServerNames {
 public:
  // The servers that are asked, at their indices.
  using Servers = std::span<const std::optional<AskedServer>>;

  // Returns the plan's number.
  std::size_t add(const ServerPlan& plan, MonoTime now);
  const ServerPlan& plan(std::size_t number) const { return names_[number].plan; }

  // Returns the numbers of the plans whose names are to be looked up now.
  std::vector<std::size_t> take_due(Servers servers, MonoTime now);
  // Returns when take_due() is to be called next, or nothing if all names have enough addresses.
  std::optional<MonoTime> next_lookup(Servers servers) const;

  // Stop asking the one server, if there is one, and ask the other.
  struct Change {
    std::optional<std::size_t> stop;  // an index
    ServerAddress start;
  };
  // The plan's name has these addresses. Returns the changes in the order in which they are to be made.
  std::vector<Change> on_addresses(std::size_t plan, const std::vector<ServerAddress>& addresses,
                                   Servers servers, MonoTime now);
  // The plan's name cannot be looked up; `why` is a clause.
  void on_failure(std::size_t plan, const std::string& why);

  // A name of which no address is asked.
  struct Unresolved {
    std::string text;  // as configured
    std::string why;   // a clause; empty if no lookup has failed
  };
  std::vector<Unresolved> unresolved(Servers servers) const;

 private:
  struct Name {
    ServerPlan plan;
    MonoTime next_lookup{};
    nanoseconds patience{};
    std::vector<Endpoint> given_up{};
    std::string trouble{};
  };
  // An address that was replaced by another one of its name, because its server told us to stop.
  struct Stopped {
    Endpoint endpoint;
    MonoTime until;
  };
  struct Asked {
    std::size_t plan;
    std::optional<std::size_t> index;  // nothing if it is about to be asked
    Endpoint endpoint;
    bool is_dead;
    std::optional<MonoTime> stopped_until;
  };

  static std::vector<Asked> asked_of(Servers servers);
  // Returns how many more addresses the plan could use.
  std::size_t missing(std::size_t plan, std::span<const Asked> asked) const;
  bool may_be_asked(const Endpoint& endpoint, const Name& name, std::span<const Asked> asked) const;
  std::vector<Change> use(std::size_t plan, const std::vector<ServerAddress>& addresses,
                          std::vector<Asked>& asked);

  std::vector<Name> names_;  // by the plans' numbers
  std::vector<Stopped> stopped_;
};

}  // namespace isletime
