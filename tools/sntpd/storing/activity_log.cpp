// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/activity_log.hpp"

#include <array>
#include <cstdio>
#include <deque>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsync/posix/write_all.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::sntpd {
namespace {

constexpr const char* kFile = "activity.jsonl";
constexpr const char* kOlderFile = "activity.jsonl.1";

// Each byte of the text becomes at most two.
constexpr std::size_t kLongestLine = 2 * kLongestActivityText + 200;

StateError system_error(const char* operation) {
  return {StateFault::kSystem, {errno, operation}};
}

bool is_missing(const StateError& error) {
  return error.fault == StateFault::kSystem && error.system.code == ENOENT;
}

Result<off_t, StateError> size_of(const Fd& file) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return Unexpected{system_error("fstat")};
  return status.st_size;
}

// A line that a crash cut off must not merge with the next one.
bool ends_a_line(const Fd& file, off_t size) {
  char last = '\n';
  return size == 0 || pread(file.get(), &last, 1, size - 1) != 1 || last == '\n';
}

// Keeps the newest lines read, within bounds, however long the file or its lines are.
class Tail {
 public:
  explicit Tail(std::size_t most) : most_(most) {}

  void take(std::string_view text) {
    for (const char c : text) {
      if (c == '\n') {
        end_line();
      } else if (line_.size() <= kLongestLine) {
        line_ += c;
      }
    }
  }

  // Text without a line end is not a line.
  void end_file() { line_.clear(); }

  std::vector<std::string> lines() const { return {lines_.begin(), lines_.end()}; }

 private:
  void end_line() {
    const auto value = parse_json(line_, {.size = kLongestLine, .depth = 1});
    if (value && value->object() != nullptr) {
      if (lines_.size() == most_) lines_.pop_front();
      lines_.push_back(line_);
    }
    line_.clear();
  }

  std::size_t most_;
  std::string line_;
  std::deque<std::string> lines_;
};

std::optional<StateError> read_into(Tail& tail, const StateFolder& folder, const char* name) {
  const auto file = folder.open_file(name, O_RDONLY);
  if (!file) {
    if (is_missing(file.error())) return std::nullopt;
    return file.error();
  }
  const auto size = size_of(*file);
  if (!size) return size.error();
  // Another program may have written much more than belongs there, which would delay the start. Where a line
  // is cut, its rest is no record.
  const off_t most = kLargestActivityFile;
  if (*size > most && lseek(file->get(), *size - most, SEEK_SET) < 0) return system_error("lseek");
  std::array<char, 4096> block;
  for (;;) {
    const ssize_t count = read(file->get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("read");
    if (count == 0) break;
    tail.take({block.data(), static_cast<std::size_t>(count)});
  }
  tail.end_file();
  return std::nullopt;
}

}  // namespace

std::string activity_line(const Activity& activity) {
  const std::string_view text{activity.text};
  return JsonWriter{}
      .time("time", activity.time)
      .text("event", to_string(activity.event))
      .text("text", made_plain(text.substr(0, kLongestActivityText)))
      .object();
}

std::optional<StateError> ActivityLog::add(const Activity& activity) const {
  std::string line = activity_line(activity) + '\n';
  auto file = folder_.open_file(kFile, O_RDWR | O_APPEND | O_CREAT);
  if (!file) return file.error();
  auto size = size_of(*file);
  if (!size) return size.error();
  if (static_cast<std::size_t>(*size) + line.size() + 1 > kLargestActivityFile) {
    const int at = folder_.descriptor();
    if (renameat(at, kFile, at, kOlderFile) != 0) return system_error("rename");
    file = folder_.open_file(kFile, O_RDWR | O_APPEND | O_CREAT);
    if (!file) return file.error();
    size = off_t{0};
  }
  if (!ends_a_line(*file, *size)) line.insert(line.begin(), '\n');
  if (const auto error = write_all(file->get(), line)) {
    // A part of the line may have fitted on a full disk.
    [[maybe_unused]] const int cut = ftruncate(file->get(), *size);
    return StateError{StateFault::kSystem, *error};
  }
  return std::nullopt;
}

Result<std::vector<std::string>, StateError> ActivityLog::last_lines(std::size_t most) const {
  if (most == 0) return std::vector<std::string>{};
  Tail tail(most);
  for (const char* name : {kOlderFile, kFile}) {
    if (const auto error = read_into(tail, folder_, name)) return Unexpected{*error};
  }
  return tail.lines();
}

}  // namespace isletime::sntpd
