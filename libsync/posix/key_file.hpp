// SPDX-License-Identifier: MIT
// Key files as chrony and ntpsec read them, one key per line: "ID TYPE KEY" (chrony: TYPE defaults to MD5).
// KEY is text, or bytes after HEX:, or ntpsec's unmarked hexadecimal of more than 20 digits. Lines that begin
// with #, and the rest of a line after " #", are comments. A file that the two programs would read as
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

// Ids are 1 to 4294967295; 0 means a crypto-NAK.
std::optional<std::uint32_t> parse_key_id(std::string_view digits);

// Accepts any of the programs' names: "AES128" is also "aes-128-cmac".
std::optional<KeyType> parse_key_type(std::string_view name);

// Pointers to its keys stay valid for as long as the ring, even if it is moved.
class KeyRing {
 public:
  KeyRing() = default;

  const Key* find(std::uint32_t id) const;
  std::span<const Key> keys() const { return keys_; }  // sorted by id

 private:
  friend Result<KeyRing, std::string> parse_keys(LockedBytes text);

  KeyRing(LockedBytes text, LockedBytes expanded, std::vector<Key> keys)
      : text_(std::move(text)), expanded_(std::move(expanded)), keys_(std::move(keys)) {}

  LockedBytes text_;      // contains the secrets
  LockedBytes expanded_;  // the expanded AES keys
  std::vector<Key> keys_;
};

// An error is one line such as "line 7: what is wrong with it".
Result<KeyRing, std::string> parse_keys(LockedBytes text);

// Refuses a file that its group may write, or that others may read or write. An error is one line that begins
// with the path.
Result<KeyRing, std::string> read_key_file(const std::string& path);

// Reads an open file with this status. An error is a clause.
Result<LockedBytes, std::string> read_keys_text(const Fd& file, const struct stat& status);

}  // namespace isletime
