// SPDX-License-Identifier: MIT
// The input is a configuration file for sntpd. An accepted one is within its limits; a refused one gives one
// plain line on stderr.
#include <algorithm>
#include <array>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "libsync/posix/fd.hpp"
#include "libsync/record/plain_text.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/sntpd/options.hpp"

// The address is null if no sanitizer is linked.
extern "C" void __sanitizer_set_report_fd(void* fd) __attribute__((weak));  // NOLINT

using namespace isletime;
using isletime::fuzz::require;

namespace {

// A file in memory that all inputs reuse.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : fd_(memfd_create(name, MFD_CLOEXEC)) {}

  int fd() const { return fd_.get(); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }
  void write(const std::uint8_t* data, std::size_t size) const {
    const bool is_empty = ftruncate(fd_.get(), 0) == 0 && lseek(fd_.get(), 0, SEEK_SET) == 0;
    require(is_empty, "a file in memory can be emptied");
    require(pwrite(fd_.get(), data, size, 0) == static_cast<ssize_t>(size), "and written");
  }
  std::string content() const {
    std::array<char, 4096> text{};
    const ssize_t size = pread(fd_.get(), text.data(), text.size(), 0);
    require(size >= 0, "and read");
    return {text.data(), static_cast<std::size_t>(size)};
  }

 private:
  Fd fd_;
};

// Redirects stdout and stderr to files, but leaves a sanitizer's reports visible.
class Captured {
 public:
  Captured(const MemoryFile& output, const MemoryFile& errors) : output_(dup(1)), errors_(dup(2)) {
    report_to(errors_.get());
    std::fflush(nullptr);
    replace(output.fd(), errors.fd());
  }
  ~Captured() {
    std::fflush(nullptr);
    replace(output_.get(), errors_.get());
    report_to(STDERR_FILENO);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

 private:
  static void report_to(std::intptr_t fd) {
    if (__sanitizer_set_report_fd != nullptr)
      __sanitizer_set_report_fd(reinterpret_cast<void*>(fd));  // NOLINT
  }
  static void replace(int output, int errors) {
    require(dup2(output, 1) == 1 && dup2(errors, 2) == 2, "descriptors can be replaced");
  }

  Fd output_;
  Fd errors_;
};

void check_options(const sntpd::Options& options) {
  require(options.local_stratum >= 1 && options.local_stratum <= 15, "a stratum is one");
  require(options.minpoll <= options.maxpoll && options.maxpoll <= 17, "polls are in order");
  require(options.workers <= 64, "workers are few");
  require(!options.limits.step.threshold || *options.limits.step.threshold > nanoseconds::zero(),
          "a step is more than nothing");
  require(options.limits.panic >= nanoseconds::zero(), "a limit is not negative");
  require(std::is_sorted(
              options.access_rules.begin(), options.access_rules.end(),
              [](const AccessRule& a, const AccessRule& b) { return a.prefix.length > b.prefix.length; }),
          "the longest prefix comes first");
  for (const auto* hosts : {&options.servers, &options.pools}) {
    for (const auto& server : *hosts) require(!server.host.text.empty(), "a server has a name");
  }
}

void check_refusal(const std::string& message) {
  require(message.rfind("sntpd: ", 0) == 0, "a refusal begins with the program's name");
  require(message.back() == '\n' && std::count(message.begin(), message.end(), '\n') == 1, "is one line");
  require(is_plain(message.substr(0, message.size() - 1)), "and plain");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile kConfiguration{"configuration"};
  static const MemoryFile kOutput{"output"};
  static const MemoryFile kErrors{"errors"};
  kConfiguration.write(data, size);
  kOutput.write(nullptr, 0);
  kErrors.write(nullptr, 0);
  const std::string path = kConfiguration.path();
  const std::array<const char*, 3> arguments{"sntpd", "--config", path.c_str()};

  const auto result = [&] {
    const Captured captured{kOutput, kErrors};
    return sntpd::parse_options(static_cast<int>(arguments.size()), arguments.data());
  }();
  if (const auto* options = std::get_if<sntpd::Options>(&result)) {
    check_options(*options);
  } else if (std::get<ExitStatus>(result) != ExitStatus::kGood) {
    require(std::get<ExitStatus>(result) == ExitStatus::kUsage, "a refused configuration is a usage error");
    check_refusal(kErrors.content());
  }
  return 0;
}
