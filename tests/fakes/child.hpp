// SPDX-License-Identifier: MIT
// Runs part of a test in a process of its own, which can be killed, drop its privileges or mount file
// systems.
#pragma once

#include <cstdlib>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace isletime::fakes {

// The child exits with the status that `body` returns, without running the parent's exit handlers.
template <class Body>
pid_t start_child(const Body& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  return child;
}

// Returns the exit status, or 128 + the number of the signal that ended the child.
inline int wait_for_child(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

template <class Body>
int status_of_child(const Body& body) {
  return wait_for_child(start_child(body));
}

// Gives this process a mount namespace of its own. Returns false if the system does not permit that.
inline bool leave_mount_namespace() {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace isletime::fakes
