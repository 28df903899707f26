// SPDX-License-Identifier: MIT
// sntpd, started by root on a machine without a user for it: its user, its capabilities and its files.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "libsync/posix/privileges.hpp"
#include "tests/integration/hub.hpp"

namespace isletime::sntpd_rights_test {
namespace {

// linux/capability.h: CAP_NET_BIND_SERVICE is 10, CAP_SYS_TIME 25.
constexpr std::uint64_t kTheTwo = 1ULL << 10 | 1ULL << 25;

std::string from_status(const std::string& process, const std::string& field) {
  std::ifstream status("/proc/" + process + "/status");
  std::string name;
  std::string value;
  while (status >> name && std::getline(status, value)) {
    if (name == field + ":") return value;
  }
  return "";
}

class SntpdStartedByRoot : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    if (find_user("isletime")) GTEST_SKIP() << "needs a machine without the user isletime";
  }

  // Runs it in fresh system directories, after `preparation`.
  static std::vector<std::string> in_fresh_folders(const std::string& preparation,
                                                   const std::string& namespaces = "--mount") {
    const std::string shell =
        "mount -t tmpfs none /var/lib && mount -t tmpfs none /run && " + preparation + " && exec \"$@\"";
    return {"unshare",
            namespaces,
            "sh",
            "-c",
            shell,
            "sh",
            fakes::built("sntpd"),
            "--no-clock",
            "--bind",
            "127.0.0.1",
            "--port",
            std::to_string(fakes::free_port())};
  }
  static void expect_nobody(pid_t process) {
    const std::string id = std::to_string(process);
    EXPECT_EQ(from_status(id, "Uid"), "\t65534\t65534\t65534\t65534");
    EXPECT_EQ(from_status(id, "Gid"), "\t65534\t65534\t65534\t65534");
    EXPECT_EQ(from_status(id, "Groups").find_first_not_of("\t "), std::string::npos);
  }
};

TEST_F(SntpdStartedByRoot, IsNobodyWithTwoCapabilitiesWhereItHasNoUser) {
  Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const std::string process = std::to_string(hub.program().pid());
  expect_nobody(hub.program().pid());
  const std::uint64_t ours = std::stoull(from_status("self", "CapPrm"), nullptr, 16);
  for (const char* set : {"CapEff", "CapPrm"})
    EXPECT_EQ(std::stoull(from_status(process, set), nullptr, 16), ours & kTheTwo) << set;
  for (const char* set : {"CapBnd", "CapInh", "CapAmb"})
    EXPECT_EQ(std::stoull(from_status(process, set), nullptr, 16), 0U) << set;
  EXPECT_EQ(from_status(process, "NoNewPrivs"), "\t1");
  EXPECT_NE(hub.program().err().find("runs as nobody: there is no user isletime: make one"),
            std::string::npos);
  EXPECT_EQ(fakes::count_lines(hub.program().err()), 2U) << hub.program().err();
}

TEST_F(SntpdStartedByRoot, StaysRootOnlyIfItIsTold) {
  Hub hub({"--user", "root"});
  ASSERT_TRUE(hub.is_serving());
  const std::string process = std::to_string(hub.program().pid());
  EXPECT_EQ(from_status(process, "Uid"), "\t0\t0\t0\t0");
  EXPECT_EQ(std::stoull(from_status(process, "CapEff"), nullptr, 16) & ~kTheTwo, 0U);
}

// In this user namespace root is the only user.
TEST_F(SntpdStartedByRoot, DoesNotStartWhereItCannotBecomeNobody) {
  if (fakes::run({"unshare", "--user", "--map-root-user", "true"}).status != 0)
    GTEST_SKIP() << "needs namespaces";
  const fakes::Finished refused = fakes::run(in_fresh_folders("true", "-rm"));
  EXPECT_EQ(refused.status, 3) << refused.err;
  EXPECT_NE(refused.err.find("rights cannot be given up"), std::string::npos) << refused.err;
  EXPECT_EQ(refused.err.find("serving"), std::string::npos) << refused.err;
}

TEST_F(SntpdStartedByRoot, WhoElseIsNobodyMayLookAndChangeNothing) {
  const fakes::ScratchFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  const Hub hub({"--control", folder.path("control")});
  ASSERT_TRUE(hub.is_serving());
  const std::string sntpctl = fakes::built("sntpctl") + " --control " + folder.path("control");
  const std::string as_nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups " + sntpctl;
  EXPECT_EQ(Hub::shell(as_nobody + " status").status, 0);
  const fakes::Finished reload = Hub::shell(as_nobody + " reload");
  EXPECT_NE(reload.status, 0);
  EXPECT_NE(reload.err.find("not-permitted: only root"), std::string::npos) << reload.err;
  EXPECT_EQ(Hub::shell(sntpctl + " reload").status, 0);
}

TEST_F(SntpdStartedByRoot, NobodyRemembersInAFolderThatIsMadeForHim) {
  fakes::Program sntpd(in_fresh_folders("true"));
  ASSERT_TRUE(sntpd.wait_for(": serving ")) << sntpd.err();
  const std::string folder = "/proc/" + std::to_string(sntpd.pid()) + "/root/var/lib/isletime";
  struct stat status {};
  ASSERT_EQ(stat(folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, kNobody);
  EXPECT_EQ(sntpd.err().find("remembered"), std::string::npos) << sntpd.err();
}

TEST_F(SntpdStartedByRoot, NobodyRemembersNothingInAFolderOfRootsAndSaysSoOnce) {
  fakes::Program sntpd(in_fresh_folders("mkdir /var/lib/isletime"));
  ASSERT_TRUE(sntpd.wait_for(": serving ")) << sntpd.err();
  expect_nobody(sntpd.pid());
  const std::string folder = "/proc/" + std::to_string(sntpd.pid()) + "/root/var/lib/isletime";
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  sntpd.send(SIGTERM);
  const fakes::Finished finished = sntpd.finish();
  EXPECT_EQ(finished.status, 0);
  EXPECT_NE(finished.err.find("nothing is remembered over a restart: /var/lib/isletime: belongs to root"),
            std::string::npos)
      << finished.err;
  EXPECT_EQ(fakes::count_lines(finished.err), 3U) << finished.err;
}

TEST_F(SntpdStartedByRoot, AFolderThatItIsGivenBecomesNobodysWithWhatIsRemembered) {
  const fakes::ScratchFolder folder;
  std::filesystem::create_directory(folder.path("state"));
  folder.write("state/activity.jsonl", R"({"time":"2026-02-03T04:05:06Z","event":"started","text":"before"})"
                                       "\n");
  Hub hub({"--state-dir", folder.path("state")});
  ASSERT_TRUE(hub.is_serving()) << hub.program().err();
  EXPECT_NE(hub.sntpctl({"activity"}).out.find("before"), std::string::npos);
  hub.program().send(SIGTERM);
  EXPECT_EQ(hub.program().finish().status, 0);
  EXPECT_NE(folder.content("state/activity.jsonl").find("\"stopped\""), std::string::npos);
  EXPECT_EQ(hub.program().err().find("ermission"), std::string::npos) << hub.program().err();
}

TEST_F(SntpdStartedByRoot, AFolderThatHoldsAnythingElseIsNotTakenFromRootAndSaidNotToBeWritten) {
  const fakes::ScratchFolder folder;
  folder.write("precious", "precious");
  Hub hub({"--state-dir", folder.path()});
  ASSERT_TRUE(hub.is_serving());
  EXPECT_TRUE(hub.program().wait_for(folder.path() + ": activity log: open: Permission denied"));
  struct stat status {};
  ASSERT_EQ(stat(folder.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 0U);
  hub.program().send(SIGTERM);
  EXPECT_EQ(hub.program().finish().status, 0);
  EXPECT_EQ(fakes::count_lines(hub.program().err()), 3U) << hub.program().err();
}

}  // namespace
}  // namespace isletime::sntpd_rights_test
