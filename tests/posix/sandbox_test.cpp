// SPDX-License-Identifier: MIT
#include "libsync/posix/sandbox.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/i2c-dev.h>
#include <linux/rtc.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/query_socket.hpp"
#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/state_file.hpp"
#include "tests/fakes/child.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::sandbox_test {
namespace {

constexpr int kKilled = 128 + SIGSYS;

// Returns 0 if `body` held inside the sandbox, or 128 + the signal that ended it.
template <class Body>
int status_in_sandbox(const Body& body, Sandbox kind = Sandbox::kTimeServer) {
  return fakes::status_of_child([&] {
    if (enter_sandbox(kind)) return 99;
    return body() ? 0 : 1;
  });
}

TEST(Sandbox, ClocksAreReadAndAskedToBeSet) {
  EXPECT_EQ(status_in_sandbox([] {
              // The kernel refuses an ADJ_TICK of 0 before it sets anything; the filter would have returned
              // EPERM.
              timex impossible{};
              impossible.modes = ADJ_TICK;
              const bool reached = adjtimex(&impossible) < 0 && (errno == EINVAL || geteuid() != 0);
              const timespec never{0, -1};
              return reached && clock_settime(CLOCK_REALTIME, &never) < 0 && errno == EINVAL &&
                     measure_precision() < 0;
            }),
            0);
}

TEST(Sandbox, AWebServerReadsClocksAndSetsNone) {
  const auto body = [] {
    timex nothing{};
    if (adjtimex(&nothing) >= 0 || errno != EPERM) return false;
    // libc would refuse this time by itself, and the kernel would, too, if the filter let the call pass.
    const timespec never{0, -1};
    if (syscall(SYS_clock_settime, CLOCK_REALTIME, &never) >= 0 || errno != EPERM) return false;
    const Fd device{open("/dev/null", O_RDWR | O_CLOEXEC)};
    for (const unsigned long request :
         std::initializer_list<unsigned long>{RTC_SET_TIME, I2C_RDWR, I2C_SLAVE}) {
      if (ioctl(device.get(), request, nullptr) == 0 || errno != EPERM) return false;
    }
    return measure_precision() < 0;
  };
  EXPECT_EQ(status_in_sandbox(body, Sandbox::kWebServer), 0);
}

TEST(Sandbox, ProgramsAreFatalForAWebServerToo) {
  for (const long call : {SYS_execve, SYS_ptrace}) {
    const auto body = [&] { return syscall(call, 0, 0, 0, 0, 0) != 0; };
    EXPECT_EQ(status_in_sandbox(body, Sandbox::kWebServer), kKilled) << call;
  }
}

// SQLite reads and writes at offsets, locks ranges, maps its index of the journal, and syncs.
TEST(Sandbox, AWebServerKeepsADatabase) {
  const fakes::ScratchFolder scratch;
  const auto body = [&] {
    const Fd file{open(scratch.path("file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    flock range{};
    range.l_type = F_WRLCK;
    range.l_len = 1;
    if (fcntl(file.get(), F_SETLK, &range) != 0 || ftruncate(file.get(), 32768) != 0) return false;
    void* index = mmap(nullptr, 32768, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    char byte = 'a';
    return index != MAP_FAILED && pwrite(file.get(), &byte, 1, 100) == 1 &&
           pread(file.get(), &byte, 1, 100) == 1 && fsync(file.get()) == 0 && fdatasync(file.get()) == 0 &&
           munmap(index, 32768) == 0;
  };
  EXPECT_EQ(status_in_sandbox(body, Sandbox::kWebServer), 0);
}

TEST(Sandbox, TimeIsServedAndAsked) {
  EXPECT_EQ(status_in_sandbox([] {
              for (const IpAddress address : {IpAddress::v4(0x7f00'0001), IpAddress{0, 1}}) {
                auto service = ServiceSocket::open(Endpoint{address}, ServiceSocket::Sharing::kFirst);
                if (!service) return false;
                auto query = QuerySocket::open(service->local());
                const std::array<std::uint8_t, 48> datagram{};
                if (!query || !query->send(service->local(), datagram)) return false;
                const auto requests = service->receive(ServiceSocket::Wait::kForOne);
                if (requests.size() != 1 || !service->reply(requests[0], datagram)) return false;
                pollfd polled{query->descriptor(), POLLIN, 0};
                if (poll(&polled, 1, 10'000) != 1 || !query->next_event()) return false;
              }
              return true;
            }),
            0);
}

TEST(Sandbox, NamesAndInterfacesAreFound) {
  EXPECT_EQ(status_in_sandbox([] {
              if (!resolve("localhost", 123) || if_nametoindex("lo") == 0) return false;
              // Any result will do: without a network it is the resolver's error, not a signal.
              [[maybe_unused]] const auto answer = resolve("no-such-host.invalid", 123);
              ifaddrs* interfaces = nullptr;
              if (getifaddrs(&interfaces) != 0) return false;
              freeifaddrs(interfaces);
              return true;
            }),
            0);
}

TEST(Sandbox, StateIsKept) {
  const fakes::ScratchFolder scratch;
  EXPECT_EQ(status_in_sandbox([&] {
              const auto folder = StateFolder::open(scratch.path("state"), geteuid());
              if (!folder || replace_state_file(*folder, "file", "content")) return false;
              const auto content = read_state_file(*folder, "file", 100);
              return content && *content == "content" && !std::filesystem::is_empty(scratch.path("state"));
            }),
            0);
}

TEST(Sandbox, ThreadsStartAndTimersRun) {
  EXPECT_EQ(status_in_sandbox([] {
              bool ran = false;
              std::thread thread([&] { ran = true; });
              thread.join();
              const Fd timer{timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)};
              const timespec moment{0, 1000};
              return ran && timer.is_open() && nanosleep(&moment, nullptr) == 0;
            }),
            0);
}

TEST(Sandbox, ProgramsProcessesAndKernelCodeAreFatal) {
  for (const long call :
       {SYS_execve, SYS_ptrace, SYS_mount, SYS_init_module, SYS_bpf, SYS_unshare, SYS_reboot}) {
    EXPECT_EQ(status_in_sandbox([&] { return syscall(call, 0, 0, 0, 0, 0) != 0; }), kKilled) << call;
  }
}

TEST(Sandbox, WhatIsNotExpectedFailsAndNothingWorse) {
  EXPECT_EQ(status_in_sandbox([] {
              if (getsid(0) >= 0 || errno != EPERM) return false;
              pid_t group = 0;
              if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != EPERM) return false;
              if (ioctl(0, TIOCGPGRP, &group) == 0 || errno != EPERM) return false;
              // fork() would make this call.
              if (syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr) >= 0) return false;
              return errno == EPERM && syscall(SYS_clone3, nullptr, 0) < 0 && errno == ENOSYS;
            }),
            0);
}

// The battery clock needs these calls; the device refuses them here, not the filter.
TEST(Sandbox, LetsABatteryClockBeReadAndSet) {
  EXPECT_EQ(status_in_sandbox([] {
              const Fd device{open("/dev/null", O_RDWR | O_CLOEXEC)};
              for (const unsigned long request : std::initializer_list<unsigned long>{
                       RTC_RD_TIME, RTC_SET_TIME, RTC_VL_READ, I2C_RDWR, I2C_SLAVE, I2C_FUNCS}) {
                errno = 0;
                if (ioctl(device.get(), request, nullptr) == 0 || errno != ENOTTY) return false;
              }
              return device.is_open();
            }),
            0);
}

TEST(Sandbox, HoldsThreadsThatRanBefore) {
  EXPECT_EQ(fakes::status_of_child([] {
              std::atomic<bool> closed{false};
              int result = 0;
              std::thread before([&] {
                while (!closed) std::this_thread::yield();
                errno = 0;
                result = getsid(0) < 0 && errno == EPERM ? 0 : 1;
              });
              if (enter_sandbox()) result = 99;
              closed = true;
              before.join();
              return result;
            }),
            0);
}

TEST(Sandbox, LeavesNoWayToGainPrivileges) {
  EXPECT_EQ(status_in_sandbox([] {
              std::ifstream status("/proc/self/status");
              const std::string text{std::istreambuf_iterator<char>{status}, {}};
              return text.find("NoNewPrivs:\t1") != std::string::npos &&
                     text.find("Seccomp:\t2") != std::string::npos;
            }),
            0);
}

}  // namespace
}  // namespace isletime::sandbox_test
