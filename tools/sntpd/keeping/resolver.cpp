// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/resolver.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"
#include "tools/sntpd/start_thread.hpp"

namespace isletime::sntpd {

// Shared with the threads, so it lives until the last of them has ended.
struct Resolver::Shared {
  std::mutex mutex;
  std::vector<std::string> asked;
  std::vector<Resolved> resolved;
  Fd readable;
  Fd writable;

  void add(Resolved one) {
    const std::lock_guard lock(mutex);
    resolved.push_back(std::move(one));
    const char wake = 0;
    // If the pipe is full, it is readable already.
    [[maybe_unused]] const auto written = write(writable.get(), &wake, 1);
  }
};

Resolver::Resolver(Lookup lookup) : lookup_(std::move(lookup)), shared_(std::make_shared<Shared>()) {}

Resolver::~Resolver() = default;

std::optional<std::string> Resolver::ask(const std::string& name, std::uint16_t port) {
  Shared& shared = *shared_;
  const std::lock_guard lock(shared.mutex);
  if (std::find(shared.asked.begin(), shared.asked.end(), name) != shared.asked.end()) return std::nullopt;
  if (!shared.readable.is_open()) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return to_string(SysError{errno, "pipe"});
    shared.readable = Fd{ends[0]};
    shared.writable = Fd{ends[1]};
  }
  auto thread = start_thread([alive = shared_, lookup = lookup_, name, port] {
    alive->add({name, lookup(name, port)});
  });
  if (!thread) return thread.error();
  thread->detach();
  shared.asked.push_back(name);
  return std::nullopt;
}

int Resolver::descriptor() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->asked.empty() ? -1 : shared_->readable.get();
}

std::vector<Resolver::Resolved> Resolver::take_resolved() {
  Shared& shared = *shared_;
  const std::lock_guard lock(shared.mutex);
  std::array<char, 64> drained{};
  while (shared.readable.is_open() && read(shared.readable.get(), drained.data(), drained.size()) > 0) {
  }
  for (const Resolved& one : shared.resolved) std::erase(shared.asked, one.name);
  return std::exchange(shared.resolved, {});
}

}  // namespace isletime::sntpd
