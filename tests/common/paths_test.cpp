// SPDX-License-Identifier: MIT
#include "tools/common/paths.hpp"

#include <gtest/gtest.h>

namespace isletime::paths_test {
namespace {

Surroundings of_user() {
  return {false, "/home/ann", std::nullopt, std::nullopt};
}

TEST(Paths, RootHasTheSystemsPlacesWhateverElseIsSet) {
  const DefaultPaths paths = default_paths({true, "/root", "/root/state", "/run/user/0"});
  EXPECT_EQ(paths.state_folder, "/var/lib/isletime");
  EXPECT_EQ(paths.control_socket, "/run/isletime/sntpd.sock");
}

// XDG Base Directory Specification: state is in ~/.local/state unless configured otherwise.
TEST(Paths, AUserHasTheirOwn) {
  const DefaultPaths paths = default_paths(of_user());
  EXPECT_EQ(paths.state_folder, "/home/ann/.local/state/isletime");
  EXPECT_EQ(paths.control_socket, "/home/ann/.local/state/isletime/sntpd.sock");
}

TEST(Paths, XdgVariablesDecide) {
  const DefaultPaths paths = default_paths({false, "/home/ann", "/data/state", "/run/user/1000"});
  EXPECT_EQ(paths.state_folder, "/data/state/isletime");
  EXPECT_EQ(paths.control_socket, "/run/user/1000/isletime/sntpd.sock");
}

// XDG Base Directory Specification: relative paths are to be ignored.
TEST(Paths, RelativeAndEmptyPathsAreIgnored) {
  const DefaultPaths paths = default_paths({false, "/home/ann", "state", ""});
  EXPECT_EQ(paths.state_folder, "/home/ann/.local/state/isletime");
  EXPECT_EQ(paths.control_socket, "/home/ann/.local/state/isletime/sntpd.sock");
}

TEST(Paths, WithoutAHomeOnlyTheSystemsAreLeft) {
  EXPECT_EQ(default_paths({}).state_folder, "/var/lib/isletime");
  EXPECT_EQ(control_sockets_to_try({}), std::vector<std::string>{"/run/isletime/sntpd.sock"});
}

TEST(Paths, AClientTriesTheSystemsHubFirst) {
  const std::vector<std::string> both{"/run/isletime/sntpd.sock",
                                      "/home/ann/.local/state/isletime/sntpd.sock"};
  EXPECT_EQ(control_sockets_to_try(of_user()), both);
}

}  // namespace
}  // namespace isletime::paths_test
