// SPDX-License-Identifier: MIT
// Polls all hosts in one loop. Each has its own interval, and none waits for another.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tools/common/log.hpp"
#include "tools/common/probe/probe.hpp"
#include "tools/ntpprobe/options.hpp"

namespace isletime::ntpprobe {

class Session {
 public:
  using OnFinding = std::function<void(std::size_t host, const probe::Finding& finding)>;

  // Resolves the hosts, which may block. `key` signs the queries; if it is null, they are not signed.
  Session(const Options& options, const Key* key, const Log& log);

  // Runs one round per host, or with --monitor rounds until SIGINT or SIGTERM.
  void run(const OnFinding& on_finding);

 private:
  struct Entry {
    std::optional<probe::Probe> probe;  // nothing if the host was not resolved
    std::optional<Failure> failure;     // why it was not resolved
    bool active = true;
  };

  Entry make_entry(const Host& host, std::int8_t precision) const;
  void step(std::size_t index, const OnFinding& on_finding);
  void wait() const;
  void show_progress() const;

  const Options& options_;
  const Key* key_;
  const Log& log_;
  bool shows_progress_;
  std::vector<Entry> entries_;
};

}  // namespace isletime::ntpprobe
