// SPDX-License-Identifier: MIT
#include "tools/sntpd/service_manager.hpp"

#include <array>
#include <map>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"

namespace isletime::sntpd::service_manager_test {
namespace {

using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

ServiceManager manager(const Variables& variables) {
  return ServiceManager{[&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  }};
}

// systemd's end. `path` is the path of its socket; a first byte of 0 means the abstract namespace.
class Manager {
 public:
  explicit Manager(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
  }

  std::string next_message() const {
    std::array<char, 256> buffer{};
    const ssize_t length = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return length < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(length));
  }

 private:
  Fd socket_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST(ServiceManager, IsToldAsSdNotifyTellsIt) {
  const fakes::ScratchFolder scratch;
  const Manager systemd(scratch.path("notify"));
  const ServiceManager ours = manager({{"NOTIFY_SOCKET", scratch.path("notify")}});
  ours.ready();
  EXPECT_EQ(systemd.next_message(), "READY=1");
  ours.status("synchronised to ntp:192.0.2.7");
  EXPECT_EQ(systemd.next_message(), "STATUS=synchronised to ntp:192.0.2.7");
  ours.alive();
  EXPECT_EQ(systemd.next_message(), "WATCHDOG=1");
  ours.stopping();
  EXPECT_EQ(systemd.next_message(), "STOPPING=1");
  EXPECT_EQ(systemd.next_message(), "nothing");
}

TEST(ServiceManager, MayListenInTheAbstractNamespace) {
  const std::string name = "isletime test " + std::to_string(getpid());
  const Manager systemd(std::string(1, '\0') + name);
  manager({{"NOTIFY_SOCKET", "@" + name}}).ready();
  EXPECT_EQ(systemd.next_message(), "READY=1");
}

TEST(ServiceManager, AStatusIsOneMessageWhateverItSays) {
  const fakes::ScratchFolder scratch;
  const Manager systemd(scratch.path("notify"));
  manager({{"NOTIFY_SOCKET", scratch.path("notify")}}).status("lost\nSTOPPING=1");
  EXPECT_EQ(systemd.next_message(), "STATUS=lost STOPPING=1");
}

TEST(ServiceManager, NobodyThereIsNoConcernOfOurs) {
  const fakes::ScratchFolder scratch;
  const std::string too_long = "/" + std::string(200, 'x');
  for (const std::string& socket :
       {std::string{}, std::string{"@"}, std::string{"relative"}, too_long, scratch.path("nobody")}) {
    const ServiceManager ours = manager({{"NOTIFY_SOCKET", socket}});
    ours.ready();
    ours.alive();
  }
  manager({}).ready();
}

TEST(ServiceManager, AManagerThatDoesNotReadHoldsUsUpNever) {
  const fakes::ScratchFolder scratch;
  const Manager systemd(scratch.path("notify"));
  const ServiceManager ours = manager({{"NOTIFY_SOCKET", scratch.path("notify")}});
  for (int i = 0; i < 10'000; ++i) ours.alive();
  EXPECT_EQ(systemd.next_message(), "WATCHDOG=1");
}

TEST(Watchdog, WantsASignTwiceInItsTime) {
  EXPECT_EQ(manager({{"WATCHDOG_USEC", "30000000"}}).watchdog_interval(), 15s);
  EXPECT_EQ(manager({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", std::to_string(getpid())}})
                .watchdog_interval(),
            15s);
}

TEST(Watchdog, OfAnotherProcessOrOfNoSenseIsNotOurs) {
  EXPECT_FALSE(manager({}).watchdog_interval());
  EXPECT_FALSE(manager({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}).watchdog_interval());
  for (const char* nonsense : {"", "0", "1", "-5", "30s", " 7000000", "99999999999999999999"}) {
    EXPECT_FALSE(manager({{"WATCHDOG_USEC", nonsense}}).watchdog_interval()) << nonsense;
  }
  EXPECT_EQ(manager({{"WATCHDOG_USEC", "9223372036854775807"}}).watchdog_interval(), 12h);
}

}  // namespace
}  // namespace isletime::sntpd::service_manager_test
