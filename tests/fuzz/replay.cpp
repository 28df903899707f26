// SPDX-License-Identifier: MIT
// Runs a fuzz target, without a fuzzer, on every file of the folders given.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/harness.hpp"

namespace {

std::vector<std::uint8_t> content_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

int main(int argc, char** argv) {
  int replayed = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator{argv[i]}) {
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      const auto bytes = content_of(entry.path());
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      ++replayed;
    }
  }
  return replayed > 0 ? 0 : 1;
}
