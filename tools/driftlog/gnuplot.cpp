// SPDX-License-Identifier: MIT
#include "tools/driftlog/gnuplot.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsync/posix/fd.hpp"

namespace isletime::driftlog {
namespace {

PlotFault not_started(int code) {
  if (code == ENOENT) return {"gnuplot: is not there: install gnuplot-nox, or draw in text by --terminal"};
  return {std::string{"gnuplot: "} + std::strerror(code)};
}

// A socket, as a pipe whose reader is gone would end this program.
bool send_all(const Fd& socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

}  // namespace

std::optional<PlotFault> run_gnuplot(const std::string& script, int output) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return not_started(errno);
  Fd ours{ends[0]};
  Fd its{ends[1]};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, its.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  std::string name = "gnuplot";
  std::array<char*, 2> argv{name.data(), nullptr};
  pid_t pid = -1;
  const int failure = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return not_started(failure);
  its = Fd{};
  const bool is_told = send_all(ours, script);
  ours = Fd{};
  const int status = wait_for(pid);
  if (!is_told || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return PlotFault{"gnuplot: failed: no picture was drawn"};
  return std::nullopt;
}

}  // namespace isletime::driftlog
