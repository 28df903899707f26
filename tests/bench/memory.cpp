// SPDX-License-Identifier: MIT
#include "tests/bench/memory.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace isletime::bench {

Memory memory_of(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/smaps_rollup";
  std::ifstream file(path);
  Memory memory;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    double kb = 0;
    words >> name >> kb;
    if (name == "Rss:") memory.rss_kb = kb;
    if (name == "Pss:") memory.pss_kb = kb;
  }
  if (memory.rss_kb == 0) throw std::runtime_error(path + ": cannot be read");
  return memory;
}

}  // namespace isletime::bench
