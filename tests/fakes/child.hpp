// SPDX-License-Identifier: MIT
// Runs part of a test in a process of its own: to be killed, to lose its privileges, to mount.
#pragma once

#include <cstdlib>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace isletime::fakes {

// The child ends with the status that `body` returns; it never runs what the parent would at its exit.
template <class Body>
pid_t start_child(const Body& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  return child;
}

// The exit status; 128 + signal if one ended it.
inline int wait_for_child(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

template <class Body>
int status_of_child(const Body& body) {
  return wait_for_child(start_child(body));
}

// From now on this process's mounts are its own. False: the system does not permit it.
inline bool leave_mount_namespace() {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace isletime::fakes
