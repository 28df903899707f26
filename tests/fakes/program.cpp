// SPDX-License-Identifier: MIT
#include "tests/fakes/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsync/posix/udp_socket.hpp"

namespace isletime::fakes {
namespace {

// Even under a sanitizer on a busy machine, only a program that hangs takes this long.
constexpr std::chrono::seconds kPatience{60};

struct Pipe {
  Fd read;
  Fd write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return {Fd{ends[0]}, Fd{ends[1]}};
}

void take(Fd& pipe, std::string& into) {
  std::array<char, 4096> buffer{};
  const ssize_t size = read(pipe.get(), buffer.data(), buffer.size());
  if (size > 0) into.append(buffer.data(), static_cast<std::size_t>(size));
  if (size == 0) pipe = Fd{};
}

}  // namespace

Program::Program(std::vector<std::string> arguments) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int failure = posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " + arguments[0]);
  out_ = std::move(out.read);
  err_ = std::move(err.read);
}

Program::~Program() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Program::send(int signal) const {
  kill(pid_, signal);
}

bool Program::read_some(std::chrono::steady_clock::time_point deadline) {
  std::array<pollfd, 2> polled{{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (!out_.is_open() && !err_.is_open()) return false;
  if (poll(polled.data(), polled.size(), std::max(0, static_cast<int>(left.count()))) <= 0) return false;
  if (polled[0].revents != 0) take(out_, finished_.out);
  if (polled[1].revents != 0) take(err_, finished_.err);
  return true;
}

bool Program::wait_for_one_of(const std::vector<std::string>& texts) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto is_said = [this](const std::string& text) {
    return finished_.out.find(text) != std::string::npos || finished_.err.find(text) != std::string::npos;
  };
  while (std::none_of(texts.begin(), texts.end(), is_said)) {
    if (!read_some(deadline)) return false;
  }
  return true;
}

bool Program::wait_for_more_output() {
  return read_some(std::chrono::steady_clock::now() + kPatience);
}

Finished Program::finish() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (read_some(deadline)) {
  }
  if (out_.is_open() || err_.is_open()) kill(pid_, SIGKILL);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  finished_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished_;
}

Finished run(std::vector<std::string> arguments) {
  return Program(std::move(arguments)).finish();
}

std::string built(const std::string& name) {
  return std::string{ISLETIME_BIN_DIR "/"} + name;
}

std::uint16_t free_port() {
  for (int tries = 0; tries < 100; ++tries) {
    const auto v4 = open_udp(IpAddress::v4(0), Stamps::kReceive);
    const auto v6 = open_udp({}, Stamps::kReceive);
    if (!v4 || bind_to(*v4, Endpoint{IpAddress::v4(0x7f00'0001)})) break;
    const auto local = local_endpoint(*v4);
    if (v6 && bind_to(*v6, Endpoint{{0, 1}, local->port})) continue;
    return local->port;
  }
  throw std::runtime_error("no free UDP port");
}

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace isletime::fakes
