// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/pin.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

#include <sodium.h>

#include "libsync/core/bytes.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/key_file.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::syncweb {
namespace {

// A PC takes 8 ms for this and a Raspberry Pi Zero some tenths of a second. Whoever has read the file finds a
// short PIN at any cost; what protects it is the file's mode and TryLimit.
constexpr unsigned long long kPasses = 3;
constexpr std::size_t kMemory = 8 << 20;

Unexpected<std::string> at_path(const std::string& path, std::string_view why) {
  return Unexpected{path + ": " + std::string{why}};
}

bool is_of_our_costs(const std::string& hash) {
  return hash.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemory) == 0;
}

}  // namespace

std::optional<std::string> fault_of_pin(std::string_view pin) {
  if (pin.size() < kShortestPin) return "it is shorter than 4 characters";
  if (pin.size() > kLongestPin) return "it is longer than 64 bytes";
  if (!is_plain(pin)) return "it has characters that cannot be typed";
  return std::nullopt;
}

std::optional<std::string> hash_of_pin(std::string_view pin) {
  if (sodium_init() < 0) return std::nullopt;
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), pin.data(), pin.size(), kPasses, kMemory) != 0) return std::nullopt;
  return hash.data();
}

bool is_hash_of(const std::string& hash, std::string_view pin) {
  return is_of_our_costs(hash) && crypto_pwhash_str_verify(hash.c_str(), pin.data(), pin.size()) == 0;
}

Result<std::string, std::string> read_pin_file(const std::string& path) {
  if (sodium_init() < 0) return at_path(path, "libsodium does not start");
  // Without O_NONBLOCK, opening a pipe without a writer would block.
  const Fd file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.is_open()) return at_path(path, std::strerror(errno));
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return at_path(path, std::strerror(errno));
  const auto text = read_keys_text(file, status);
  if (!text) return at_path(path, text.error());
  std::string_view line = as_text(text->bytes());
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  std::string hash{line};
  if (hash.find_first_of(std::string_view{"\n\0", 2}) != std::string::npos || !is_of_our_costs(hash))
    return at_path(path, "it is not what syncweb --make-pin writes");
  return hash;
}

}  // namespace isletime::syncweb
