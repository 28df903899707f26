// SPDX-License-Identifier: MIT
#include "tests/bench/core_time.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"

namespace isletime::bench {

nanoseconds cpu_time_of(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    throw std::runtime_error(fmt::format("process {} has ended", process));
  }
  return to_nanoseconds(time);
}

nanoseconds waiting_time_of(pid_t process) {
  nanoseconds sum{};
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process))) {
    std::ifstream schedstat(task.path() / "schedstat");
    std::int64_t running = 0;
    std::int64_t waiting = 0;
    schedstat >> running >> waiting;
    sum += nanoseconds{waiting};
  }
  return sum;
}

nanoseconds idle_time_of(unsigned core) {
  const std::string wanted = "cpu" + std::to_string(core);
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    std::istringstream words(line);
    std::string name;
    std::int64_t user = 0;
    std::int64_t nice = 0;
    std::int64_t system = 0;
    std::int64_t idle = 0;
    if (words >> name >> user >> nice >> system >> idle && name == wanted) {
      return idle * nanoseconds{seconds{1}} / sysconf(_SC_CLK_TCK);
    }
  }
  throw std::runtime_error("/proc/stat: no " + wanted);
}

}  // namespace isletime::bench
