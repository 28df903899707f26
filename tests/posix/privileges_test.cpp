// SPDX-License-Identifier: MIT
#include "libsync/posix/privileges.hpp"

#include <fstream>
#include <grp.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "libsync/posix/fd.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tests/fakes/child.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::privileges_test {
namespace {

using fakes::status_of_child;

// linux/capability.h: CAP_NET_BIND_SERVICE is 10, CAP_SYS_TIME 25.
constexpr std::uint64_t kTheTwo = 1ULL << 10 | 1ULL << 25;
const User kSomebody{4711, 4712, {4713}};

std::uint64_t from_status(const std::string& field) {
  std::ifstream status("/proc/self/status");
  std::string name;
  std::string value;
  while (status >> name && std::getline(status, value)) {
    if (name == field + ":") return std::stoull(value, nullptr, 16);
  }
  return ~std::uint64_t{0};
}

bool binds_a_port_below_1024() {
  Endpoint local{IpAddress::v4(0x7f00'0001), 0};
  for (local.port = 1023; local.port > 900; --local.port) {
    const Fd socket{::socket(AF_INET, SOCK_DGRAM, 0)};
    const SocketAddress address = to_socket_address(local);
    if (bind(socket.get(), &address.generic, address.length) == 0) return true;
    if (errno != EADDRINUSE) return false;
  }
  return false;
}

// Requests an adjustment that no kernel makes: the error is EINVAL, or EPERM without the capability.
bool may_adjust_the_clock() {
  timex impossible{};
  impossible.modes = ADJ_TICK;
  impossible.tick = 0;
  return adjtimex(&impossible) < 0 && errno == EINVAL;
}

class Privileges : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    if ((from_status("CapEff") & kTheTwo) != kTheTwo) GTEST_SKIP() << "needs the two capabilities";
  }
};

TEST_F(Privileges, TheServiceKeepsTheTwoCapabilitiesAndItsGroups) {
  EXPECT_EQ(status_of_child([] {
              const auto identity = drop_privileges(kSomebody);
              if (!identity || *identity != Identity::kService) return 1;
              if (geteuid() != 4711 || getuid() != 4711 || getegid() != 4712 || getgid() != 4712) return 2;
              gid_t groups[8];
              if (getgroups(8, groups) != 1 || groups[0] != 4713) return 3;
              for (const char* set : {"CapEff", "CapPrm"}) {
                if (from_status(set) != kTheTwo) return 4;
              }
              for (const char* set : {"CapBnd", "CapInh", "CapAmb"}) {
                if (from_status(set) != 0) return 5;
              }
              if (from_status("NoNewPrivs") != 1) return 6;
              return 0;
            }),
            0);
}

TEST_F(Privileges, TheServiceMayDoItsWorkAndNothingElse) {
  EXPECT_EQ(status_of_child([] {
              if (!drop_privileges(kSomebody)) return 1;
              if (!binds_a_port_below_1024()) return 2;
              if (!may_adjust_the_clock()) return 3;
              if (setuid(0) == 0 || chroot("/") == 0) return 4;
              if (access("/etc/passwd", W_OK) == 0) return 5;
              return 0;
            }),
            0);
}

TEST_F(Privileges, WithoutAUserItBecomesNobody) {
  EXPECT_EQ(status_of_child([] {
              const auto identity = drop_privileges(std::nullopt);
              if (!identity || *identity != Identity::kService) return 1;
              if (geteuid() != 65534 || getuid() != 65534 || getegid() != 65534 || getgid() != 65534)
                return 2;
              if (getgroups(0, nullptr) != 0) return 3;
              if (from_status("CapEff") != kTheTwo || from_status("CapPrm") != kTheTwo) return 4;
              if (from_status("CapBnd") != 0 || from_status("NoNewPrivs") != 1) return 5;
              return setuid(0) == 0 ? 6 : 0;
            }),
            0);
}

TEST_F(Privileges, RootItselfKeepsNothingButTheTwoCapabilities) {
  EXPECT_EQ(status_of_child([] {
              const auto identity = drop_privileges(User{0, 0, {}});
              if (!identity || *identity != Identity::kRoot) return 1;
              if (geteuid() != 0) return 2;
              if (from_status("CapEff") != kTheTwo || from_status("CapPrm") != kTheTwo) return 3;
              if (from_status("CapBnd") != 0 || from_status("NoNewPrivs") != 1) return 4;
              if (!binds_a_port_below_1024() || !may_adjust_the_clock()) return 5;
              return chroot("/") == 0 ? 6 : 0;
            }),
            0);
}

TEST_F(Privileges, ADaemonThatKeepsNoTimeHasNoCapabilityAtAll) {
  for (const std::optional<User>& user : {std::optional{kSomebody}, std::optional<User>{}}) {
    EXPECT_EQ(status_of_child([&] {
                const auto identity = drop_privileges(user, Rights::kNone);
                if (!identity || *identity != Identity::kService) return 1;
                if (geteuid() != (user ? 4711 : 65534)) return 2;
                for (const char* set : {"CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"}) {
                  if (from_status(set) != 0) return 3;
                }
                if (binds_a_port_below_1024() || may_adjust_the_clock()) return 4;
                return setuid(0) == 0 || from_status("NoNewPrivs") != 1 ? 5 : 0;
              }),
              0);
  }
  EXPECT_EQ(status_of_child([] {
              const auto identity = drop_privileges(User{0, 0, {}}, Rights::kNone);
              if (!identity || *identity != Identity::kRoot) return 1;
              return from_status("CapEff") == 0 && from_status("CapPrm") == 0 ? 0 : 2;
            }),
            0);
}

TEST_F(Privileges, WhoWasNotRootKeepsWhatThereWasOfTheTwo) {
  EXPECT_EQ(status_of_child([] {
              if (!drop_privileges(kSomebody)) return 1;
              const auto again = drop_privileges(kSomebody);
              if (!again || *again != Identity::kAsRun) return 2;
              return from_status("CapEff") == kTheTwo ? 0 : 3;
            }),
            0);
  EXPECT_EQ(status_of_child([] {
              if (setgroups(0, nullptr) != 0 || setgid(4712) != 0 || setuid(4711) != 0) return 1;
              const auto identity = drop_privileges(kSomebody);
              if (!identity || *identity != Identity::kAsRun) return 2;
              if (may_adjust_the_clock()) return 3;
              return from_status("CapEff") == 0 && from_status("NoNewPrivs") == 1 ? 0 : 4;
            }),
            0);
}

TEST(FindUser, TakesIdsAndGroupsFromTheFiles) {
  const fakes::ScratchFolder scratch;
  scratch.write("passwd", "root:x:0:0::/:/bin/sh\nisletime:x:991:992::/:/usr/sbin/nologin\n");
  scratch.write("group",
                "root:x:0:\ni2c:x:44:somebody,isletime\nvideo:x:45:somebody\ndialout:x:46:isletime\n");
  const auto find = [&](const char* name) {
    return find_user(name, scratch.path("passwd").c_str(), scratch.path("group").c_str());
  };
  const auto user = find("isletime");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->id, 991U);
  EXPECT_EQ(user->group, 992U);
  EXPECT_EQ(user->further_groups, (std::vector<gid_t>{44, 46}));
  EXPECT_FALSE(find("isle"));
  EXPECT_FALSE(find_user("isletime", scratch.path("missing").c_str(), scratch.path("missing").c_str()));
}

}  // namespace
}  // namespace isletime::privileges_test
