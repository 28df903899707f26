// SPDX-License-Identifier: MIT
// Sources that nobody asks: other programs feed their samples, a person sets the time. What became of the
// last sample of each.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libsync/hub/discipline/discipline.hpp"
#include "libsync/policy/timekeeper.hpp"

namespace isletime {

// Four deviations of what is uniform within it are what NTP still calls a time: 16 s. Who knows less may set
// a clock that nobody better does, and is not weighed against others.
inline constexpr Dispersion kLeastKnown{seconds{6}};

struct FedSource {
  std::string source;
  SourceKind kind;
  std::optional<std::size_t> index;  // in the discipline, while it may steer the clock
  bool is_known_vaguely = false;     // by what it has in the discipline
  MonoTime at{};                     // of the last sample
  Offset offset{};
  Dispersion bound{};
  std::string verdict{};  // a name
  std::string text{};     // a clause for people

  bool is_vague() const { return kind != SourceKind::kFedNtp && bound > kLeastKnown; }
};

class FedSources {
 public:
  explicit FedSources(Discipline& discipline) : discipline_(discipline) {}

  std::span<const FedSource> all() const { return sources_; }
  // The oldest makes room.
  FedSource& find_or_add(const std::string& source, SourceKind kind);

  // Gives it a place in the discipline. False: there is none.
  bool join(FedSource& source);
  void leave(FedSource& source);
  void leave_all();
  // Those of a worse rank than `kind`, and those whose window has passed.
  void leave_outranked(SourceKind kind);
  void leave_expired(const Timekeeper& timekeeper, MonoTime now);

 private:
  Discipline& discipline_;
  std::vector<FedSource> sources_;
};

}  // namespace isletime
