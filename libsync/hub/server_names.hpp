// SPDX-License-Identifier: MIT
// When names are looked up, which of their addresses are asked, and which of those are one server. A name is
// looked up until it has enough addresses, and again whenever one of those stops answering. The addresses of
// a --server are one server. Those of a --pool are several, but as nothing tells which IPv6 address belongs
// to which IPv4 address, only one family is asked at a time.
#pragma once

#include <cstdint>
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

  // Stop asking one server, or ask another, or both.
  struct Change {
    std::optional<std::size_t> stop;  // an index
    std::optional<ServerAddress> start;
  };
  // The plan's name has these addresses. Returns the changes in the order in which they are to be made.
  std::vector<Change> on_addresses(std::size_t plan, const std::vector<ServerAddress>& addresses,
                                   Servers servers, MonoTime now);
  // The plan's name cannot be looked up; `why` is a clause.
  void on_failure(std::size_t plan, const std::string& why);

  // Returns a number for each index. By their names, those with the same number are one server, whatever they
  // say; 0 means that nobody is asked.
  std::vector<std::uint8_t> machines(Servers servers) const;

  // A name of which no address is asked.
  struct Unresolved {
    std::string text;           // as configured
    std::string why;            // a clause; empty if no lookup has failed
    bool is_duplicate = false;  // its address is asked under another name
  };
  std::vector<Unresolved> unresolved(Servers servers) const;

 private:
  struct Name {
    ServerPlan plan;
    MonoTime next_lookup{};
    nanoseconds patience{};
    std::vector<Endpoint> addresses{};  // by the last lookup
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
  bool may_be_asked(const Endpoint& endpoint, std::size_t plan, std::span<const Asked> asked) const;
  std::vector<ServerAddress> in_order(std::size_t plan, const std::vector<ServerAddress>& addresses,
                                      std::span<const Asked> asked) const;
  Change give_up(std::vector<Asked>::iterator dead, std::vector<Asked>& asked);
  bool has(std::size_t plan, const Asked& asked) const;
  bool is_one_server(const Asked& a, const Asked& b) const;
  bool may_be_other_family(const Asked& a, const Asked& b) const;
  std::vector<Asked> not_asked(std::span<const Asked> asked) const;
  std::vector<Change> use(std::size_t plan, const std::vector<ServerAddress>& addresses,
                          std::vector<Asked>& asked);

  std::vector<Name> names_;  // by the plans' numbers
  std::vector<Stopped> stopped_;
};

}  // namespace isletime
