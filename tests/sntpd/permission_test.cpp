// SPDX-License-Identifier: MIT
#include "tools/sntpd/control/permission.hpp"

#include <gtest/gtest.h>

#include "libsync/posix/privileges.hpp"

namespace isletime::sntpd::permission_test {
namespace {

constexpr uid_t kOurs = 991;
constexpr gid_t kControl = 992;
constexpr gid_t kFeeding = 993;
const Accounts kAccounts{.own = kOurs, .control = kControl, .feed = kFeeding};

struct Allowed {
  bool show;
  bool feed;
  bool all_others;
  bool operator==(const Allowed&) const = default;
};

Allowed allowed(const Peer& peer, const Accounts& accounts = kAccounts) {
  const auto may = [&](const ControlRequest& request) { return is_permitted(request, peer, accounts); };
  EXPECT_EQ(may(SetTime{}), may(Reload{}));
  EXPECT_EQ(may(SetTime{}), may(SetRateError{}));
  return {may(Show{}), may(Feed{}), may(SetTime{})};
}

Peer user(uid_t id, gid_t group = 1000, std::vector<gid_t> groups = {}) {
  return {.pid = 1, .uid = id, .gid = group, .groups = std::move(groups)};
}
Peer somebody(std::vector<gid_t> groups = {}) {
  return user(1000, 1000, std::move(groups));
}

constexpr Allowed kOnlyToLook{true, false, false};
constexpr Allowed kOnlyToFeed{true, true, false};
constexpr Allowed kEverything{true, true, true};

TEST(Permission, EverybodyMayLook) {
  EXPECT_EQ(allowed(somebody()), kOnlyToLook);
  EXPECT_EQ(allowed(somebody({4711})), kOnlyToLook);
}

TEST(Permission, RootOurUserAndTheControlGroupMayDoEverything) {
  EXPECT_EQ(allowed(user(0)), kEverything);
  EXPECT_EQ(allowed(user(kOurs)), kEverything);
  EXPECT_EQ(allowed(somebody({4711, kControl})), kEverything);
  EXPECT_EQ(allowed(user(1000, kControl)), kEverything);
}

TEST(Permission, TheFeedingGroupMayOnlyFeed) {
  EXPECT_EQ(allowed(somebody({kFeeding})), kOnlyToFeed);
  EXPECT_EQ(allowed(user(1000, kFeeding)), kOnlyToFeed);
  EXPECT_EQ(allowed(somebody({kFeeding, kControl})), kEverything);
}

TEST(Permission, NobodyIsNotOurUserEvenIfWeRunAsNobody) {
  EXPECT_EQ(allowed(user(kNobody, kNobody), {.own = kNobody}), kOnlyToLook);
  EXPECT_EQ(allowed(user(kNobody, kNobody, {kFeeding}), {.own = kNobody, .feed = kFeeding}), kOnlyToFeed);
}

TEST(Permission, GroupsThatTheSystemDoesNotHavePermitNothing) {
  EXPECT_EQ(allowed(somebody({kFeeding, kControl}), {.own = kOurs}), kOnlyToLook);
}

TEST(Permission, TheRefusalNamesThoseWhoMay) {
  EXPECT_EQ(who_may(Feed{}), "only root, sntpd's own user and the groups isletime and isletime-feed may");
  EXPECT_EQ(who_may(Reload{}), "only root, sntpd's own user and the group isletime may");
}

}  // namespace
}  // namespace isletime::sntpd::permission_test
