// SPDX-License-Identifier: MIT
#include "tools/driftlog/gnuplot.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/fd.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::driftlog {
namespace {

PlotFault not_started(int code) {
  if (code == ENOENT) return {"gnuplot: is not there: install gnuplot-nox, or draw in text by --terminal"};
  return {std::string{"gnuplot: "} + std::strerror(code)};
}

// Returns a file in memory, to which a program can write without waiting for a reader.
Fd in_memory(const char* name) {
  return Fd{memfd_create(name, MFD_CLOEXEC)};
}

std::string content_of(const Fd& file) {
  constexpr std::size_t kBlock = std::size_t{64} * 1024;
  std::string content;
  std::size_t filled = 0;
  while (true) {
    content.resize(filled + kBlock);
    const ssize_t got = pread(file.get(), content.data() + filled, kBlock, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

// A socket is used rather than a pipe, because writing to a pipe without a reader would end this program.
// gnuplot itself reports why it stopped reading.
void send_all(const Fd& socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return;
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

// Returns the last line of gnuplot's messages. The lines before it repeat the command and mark a place in it.
std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (const auto begin = text.rfind('\n'); begin != std::string_view::npos) text.remove_prefix(begin + 1);
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  constexpr std::size_t kMostShown = 200;
  return made_plain(text.substr(0, kMostShown));
}

PlotFault failed(int status, const std::string& said) {
  std::string text = "gnuplot: drew nothing";
  if (WIFSIGNALED(status)) text = fmt::format("gnuplot: ended by signal {}", WTERMSIG(status));
  const std::string why = last_line(said);
  return {why.empty() ? text : fmt::format("{}: {}", text, why)};
}

struct Streams {
  Fd script;
  Fd picture;
  Fd said;
};

// Returns 0 if gnuplot was started, or else the errno.
int start(const Streams& its, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, its.script.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, its.picture.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, its.said.get(), STDERR_FILENO);
  std::string name = "gnuplot";
  std::string defaults = "-d";  // ignores the user's initialisation file
  std::array<char*, 3> argv{name.data(), defaults.data(), nullptr};
  const int failure = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

}  // namespace

Result<std::string, PlotFault> run_gnuplot(const std::string& script) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return Unexpected{not_started(errno)};
  Fd ours{ends[0]};
  Streams its{Fd{ends[1]}, in_memory("picture"), in_memory("said")};
  if (!its.picture.is_open() || !its.said.is_open())
    return Unexpected{PlotFault{"memory: cannot hold a picture"}};
  pid_t pid = -1;
  if (const int failure = start(its, pid); failure != 0) return Unexpected{not_started(failure)};
  its.script = Fd{};
  send_all(ours, script);
  ours = Fd{};
  const int status = wait_for(pid);
  std::string picture = content_of(its.picture);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || picture.empty())
    return Unexpected{failed(status, content_of(its.said))};
  return picture;
}

}  // namespace isletime::driftlog
