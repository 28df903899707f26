// SPDX-License-Identifier: MIT
// Key files as chrony and ntpsec read them, a key a line: "ID TYPE KEY" (chrony: TYPE is MD5 if it is left
// out). KEY is text, or bytes behind HEX:, or ntpsec's unmarked hexadecimal of more than 20 digits. Lines
// that begin with #, and ends of lines behind " #", are comments. A file that two programs would read as
// different keys is refused; no error message shows a key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/locked_bytes.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime {

inline constexpr std::size_t kLargestKeyFile = 65'536;

// 1 to 4294967295: 0 is a crypto-NAK's.
std::optional<std::uint32_t> parse_key_id(std::string_view digits);

// By any of the programs' names for it: "AES128" is also "aes-128-cmac".
std::optional<KeyType> parse_key_type(std::string_view name);

// A pointer to one of its keys is good for as long as the ring is, even if the ring is moved.
class KeyRing {
 public:
  KeyRing() = default;

  const Key* find(std::uint32_t id) const;
  std::span<const Key> keys() const { return keys_; }  // by id

 private:
  friend Result<KeyRing, std::string> parse_keys(LockedBytes text);

  KeyRing(LockedBytes text, LockedBytes expanded, std::vector<Key> keys)
      : text_(std::move(text)), expanded_(std::move(expanded)), keys_(std::move(keys)) {}

  LockedBytes text_;      // in which the secrets are
  LockedBytes expanded_;  // the expanded AES keys
  std::vector<Key> keys_;
};

// Error: one line, "line 7: what is wrong with it".
Result<KeyRing, std::string> parse_keys(LockedBytes text);

// A file that all users may read or write, or its group may write, is refused. Error: one line that
// begins with the path.
Result<KeyRing, std::string> read_key_file(const std::string& path);

// Reads an open file, whose status this is. Error: a clause.
Result<LockedBytes, std::string> read_keys_text(const Fd& file, const struct stat& status);

}  // namespace isletime
