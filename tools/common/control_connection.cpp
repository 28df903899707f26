// SPDX-License-Identifier: MIT
#include "tools/common/control_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/control_socket.hpp"
#include "libsync/posix/socket_file.hpp"
#include "tools/common/signals.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

bool is_nobody(int code) {
  return code == ENOENT || code == ECONNREFUSED || code == ENOTDIR;
}

std::string failure_text(const std::string& path, int code) {
  if (is_nobody(code)) {
    return fmt::format("{}: no sntpd answers there: start it, or name its socket with --control", path);
  }
  if (code == EAGAIN) return fmt::format("{}: sntpd is too busy to answer", path);
  return fmt::format("{}: {}", path, std::strerror(code));
}

// Returns nothing if connected, or else the errno. EAGAIN means that the queue of sntpd stayed full.
std::optional<int> connect_patiently(const Fd& socket, const std::string& path) {
  constexpr milliseconds kPause{50};
  for (auto waited = milliseconds::zero(); waited < kPatience; waited += kPause) {
    const auto failure = connect_to(socket, path);
    if (!failure || *failure != EAGAIN || stop_requested()) return failure;
    poll(nullptr, 0, static_cast<int>(kPause.count()));
  }
  return EAGAIN;
}

// Returns the timeout for poll(2), in ms; -1 means no limit.
int milliseconds_until(std::optional<MonoTime> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<milliseconds>(elapsed(mono_now(), *deadline));
  return static_cast<int>(std::max(left, milliseconds::zero()).count());
}

}  // namespace

Result<ControlConnection, std::string> ControlConnection::open(std::span<const std::string> paths) {
  std::optional<std::string> first_failure;
  for (const std::string& path : paths) {
    auto socket = open_local_socket();
    if (!socket) return Unexpected{socket.error().text};
    const auto failure = connect_patiently(*socket, path);
    if (!failure) return ControlConnection{std::move(*socket), path};
    if (!first_failure || !is_nobody(*failure)) first_failure = failure_text(path, *failure);
  }
  return Unexpected{first_failure.value_or("no path is given")};
}

ControlConnection::ControlConnection(Fd socket, std::string path)
    : socket_(std::move(socket)), path_(std::move(path)), lines_(kLargestControlReply) {}

bool ControlConnection::send(std::string_view line) {
  const std::string bytes = std::string{line} + '\n';
  std::string_view rest = bytes;
  const MonoTime deadline = mono_now() + kPatience;
  while (!rest.empty()) {
    const ssize_t size = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    pollfd polled{socket_.get(), POLLOUT, 0};
    if (poll(&polled, 1, milliseconds_until(deadline)) == 0 || stop_requested()) return false;
  }
  return true;
}

Result<std::string, Silence> ControlConnection::receive(std::optional<nanoseconds> patience) {
  std::optional<MonoTime> deadline;
  if (patience) deadline = mono_now() + *patience;
  for (;;) {
    if (auto line = lines_.next()) {
      if (line->is_cut) return Unexpected{Silence::kTooLong};
      return std::move(line->text);
    }
    pollfd polled{socket_.get(), POLLIN, 0};
    const int ready = poll(&polled, 1, milliseconds_until(deadline));
    if (stop_requested()) return Unexpected{Silence::kInterrupted};
    if (ready == 0) return Unexpected{Silence::kTooLate};
    if (ready < 0) continue;
    std::array<char, 65536> buffer{};
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size > 0) lines_.add({buffer.data(), static_cast<std::size_t>(size)});
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return Unexpected{Silence::kClosed};
  }
}

}  // namespace isletime
