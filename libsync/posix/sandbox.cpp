// SPDX-License-Identifier: MIT
#include "libsync/posix/sandbox.hpp"

#include <initializer_list>
#include <memory>
#include <seccomp.h>

#include <linux/i2c-dev.h>
#include <linux/rtc.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace isletime {
namespace {

// Calls are listed by name, because their existence and numbers depend on the architecture. The list includes
// the calls with 64-bit file offsets and times that libc makes on 32-bit systems.
constexpr std::initializer_list<const char*> kAllowed{
    // Time
    "alarm",
    "clock_getres",
    "clock_getres_time64",
    "clock_gettime",
    "clock_gettime64",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "gettimeofday",
    "nanosleep",
    "setitimer",
    "time",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_gettime64",
    "timerfd_settime",
    "timerfd_settime64",
    "times",
    // Waiting
    "_newselect",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_wait",
    "eventfd2",
    "pause",
    "poll",
    "ppoll",
    "ppoll_time64",
    "pselect6",
    "pselect6_time64",
    "select",
    // Sockets
    "accept",
    "accept4",
    "bind",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmmsg_time64",
    "recvmsg",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socketpair",
    // Files
    "_llseek",
    "access",
    "chmod",
    "close",
    "dup",
    "dup2",
    "dup3",
    "faccessat",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchown32",
    "fcntl",
    "fcntl64",
    "fdatasync",
    "flock",
    "fstat",
    "fstat64",
    "fstatat64",
    "fstatfs",
    "fstatfs64",
    "fsync",
    "ftruncate",
    "ftruncate64",
    "getcwd",
    "getdents",
    "getdents64",
    "lseek",
    "lstat",
    "lstat64",
    "mkdir",
    "mkdirat",
    "newfstatat",
    "open",
    "openat",
    "pipe",
    "pipe2",
    "pread64",
    "pwrite64",
    "read",
    "readlink",
    "readlinkat",
    "readv",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "stat",
    "stat64",
    "statfs",
    "statfs64",
    "statx",
    "umask",
    "unlink",
    "unlinkat",
    "write",
    "writev",
    // Memory and threads
    "arch_prctl",
    "brk",
    "exit",
    "exit_group",
    "futex",
    "futex_time64",
    "get_robust_list",
    "madvise",
    "membarrier",
    "mmap",
    "mmap2",
    "mprotect",
    "mremap",
    "munmap",
    "restart_syscall",
    "rseq",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_yield",
    "set_robust_list",
    "set_thread_area",
    "set_tid_address",
    "set_tls",
    "sigaltstack",
    "sigreturn",
    "tgkill",
    "cacheflush",
    // Identity
    "getegid",
    "getegid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getgroups",
    "getgroups32",
    "getpgrp",
    "getpid",
    "getppid",
    "getrandom",
    "getresgid",
    "getresgid32",
    "getresuid",
    "getresuid32",
    "getrlimit",
    "getrusage",
    "gettid",
    "getuid",
    "getuid32",
    "prlimit64",
    "sysinfo",
    "ugetrlimit",
    "uname",
    "capget",
};

// These set the clock, or adjust its rate.
constexpr std::initializer_list<const char*> kClockCalls{
    "adjtimex", "clock_adjtime", "clock_adjtime64", "clock_settime", "clock_settime64",
};

// Newer variants of older calls: libc falls back to the older call if the kernel reports these as unknown.
constexpr std::initializer_list<const char*> kUnknown{
    "clone3", "close_range", "epoll_pwait2", "faccessat2", "openat2",
};

// Only an intruder would make these calls here.
constexpr std::initializer_list<const char*> kFatal{
    "add_key",
    "bpf",
    "chroot",
    "delete_module",
    "execve",
    "execveat",
    "finit_module",
    "fork",
    "fsconfig",
    "fsmount",
    "fsopen",
    "init_module",
    "ioperm",
    "iopl",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "mount",
    "mount_setattr",
    "move_mount",
    "name_to_handle_at",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "personality",
    "pidfd_getfd",
    "pivot_root",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "quotactl",
    "reboot",
    "request_key",
    "setns",
    "swapoff",
    "swapon",
    "umount",
    "umount2",
    "unshare",
    "userfaultfd",
    "vfork",
};

// These serve if_nametoindex(3), and stdio's test for a terminal.
constexpr std::initializer_list<unsigned long> kIoctls{
    SIOCGIFINDEX, SIOCGIFNAME, TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO,
};
constexpr std::initializer_list<unsigned long> kChipIoctls{
    RTC_RD_TIME, RTC_SET_TIME, RTC_UIE_ON, RTC_UIE_OFF, RTC_VL_READ,
    RTC_VL_CLR,  I2C_SLAVE,    I2C_FUNCS,  I2C_RDWR,
};

constexpr std::initializer_list<int> kFamilies{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

// Collects rules; once libseccomp has refused one, all further ones fail.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  int failure() const { return failure_; }  // errno, or 0

  void all(std::initializer_list<const char*> names, std::uint32_t action) {
    for (const char* name : names) add(name, action, nullptr);
  }

  // Allows `name` if its argument number `index`, masked with `mask`, is one of `values`.
  template <class Value>
  void allow_with(const char* name, unsigned index, std::initializer_list<Value> values,
                  scmp_datum_t mask = 0xffff'ffffU) {
    for (const Value value : values) {
      const scmp_arg_cmp condition{index, SCMP_CMP_MASKED_EQ, mask, static_cast<scmp_datum_t>(value)};
      add(name, SCMP_ACT_ALLOW, &condition);
    }
  }

 private:
  void add(const char* name, std::uint32_t action, const scmp_arg_cmp* condition) {
    const int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR || failure_ != 0) return;
    const int result = seccomp_rule_add_array(filter_, action, call, condition != nullptr ? 1 : 0, condition);
    // Negative numbers mean calls of other architectures.
    if (result != 0 && call >= 0) failure_ = -result;
  }

  scmp_filter_ctx filter_;
  int failure_ = 0;
};

int add_rules(scmp_filter_ctx filter, Sandbox kind) {
  Rules rules(filter);
  rules.all(kAllowed, SCMP_ACT_ALLOW);
  rules.all(kUnknown, SCMP_ACT_ERRNO(ENOSYS));
  rules.all(kFatal, SCMP_ACT_KILL_PROCESS);
  rules.allow_with("socket", 0, kFamilies);
  rules.allow_with("ioctl", 1, kIoctls);
  if (kind == Sandbox::kTimeServer) {
    rules.all(kClockCalls, SCMP_ACT_ALLOW);
    rules.allow_with("ioctl", 1, kChipIoctls);
  }
  // Threads are allowed, but no new processes.
  rules.allow_with("clone", 0, {CLONE_THREAD}, CLONE_THREAD);
  return rules.failure();
}

}  // namespace

std::optional<SysError> enter_sandbox(Sandbox kind) {
  const Filter filter{seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release};
  if (!filter) return SysError{ENOMEM, "seccomp"};
  if (const int code = add_rules(filter.get(), kind)) return SysError{code, "seccomp"};
  // Old kernels lack these attributes, and the filter works without them.
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_LOG, 1);
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (const int result = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1)) {
    return SysError{-result, "seccomp"};
  }
  if (const int result = seccomp_load(filter.get())) return SysError{-result, "seccomp"};
  return std::nullopt;
}

}  // namespace isletime
