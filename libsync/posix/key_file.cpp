// SPDX-License-Identifier: MIT
#include "libsync/posix/key_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsync/posix/aes_cmac.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {
namespace {

using Fault = Unexpected<std::string>;

constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr std::string_view kHexMark = "HEX:";
constexpr std::string_view kTextMark = "ASCII:";
// ntpsec takes up to 20 characters for text, longer words for hexadecimal, of which it uses 32 bytes.
constexpr std::size_t kLongestUnmarkedText = 20;
constexpr std::size_t kLongestUnmarkedHex = 64;

Fault fault(const char* text) {
  return Fault{text};
}

bool starts_with(Bytes bytes, std::string_view mark) {
  return as_text(bytes).substr(0, mark.size()) == mark;
}

MutableBytes take_line(MutableBytes& rest) {
  const auto end = std::find(rest.begin(), rest.end(), '\n');
  const auto line = rest.first(static_cast<std::size_t>(end - rest.begin()));
  rest = rest.subspan(std::min(line.size() + 1, rest.size()));
  return line;
}

// Returns nothing if there is no further word.
MutableBytes take_word(MutableBytes& rest) {
  const auto start = std::min(as_text(rest).find_first_not_of(kBlanks), rest.size());
  rest = rest.subspan(start);
  const auto word = rest.first(std::min(as_text(rest).find_first_of(kBlanks), rest.size()));
  rest = rest.subspan(word.size());
  return word;
}

struct Words {
  std::array<MutableBytes, 4> word;  // one more than a key has
  std::size_t count = 0;
  bool has_comment = false;
};

Words split(MutableBytes line) {
  Words words;
  while (words.count < words.word.size()) {
    const MutableBytes word = take_word(line);
    if (word.empty()) break;
    if (word[0] == '#') {
      words.has_comment = true;
      break;
    }
    words.word[words.count++] = word;
  }
  return words;
}

bool is_comment(Bytes line) {
  const auto start = as_text(line).find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return true;
  return std::string_view{"#!;%"}.find(as_text(line)[start]) != std::string_view::npos;  // as in chrony
}

// "aes-128-cmac" matches AES128CMAC.
bool is_named(std::string_view word, std::string_view name) {
  for (const char c : word) {
    if (c == '-') continue;
    const int upper = c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
    if (name.empty() || upper != name.front()) return false;
    name.remove_prefix(1);
  }
  return name.empty();
}

std::optional<KeyType> parse_type(Bytes word) {
  return parse_key_type(as_text(word));
}

std::optional<std::uint8_t> hex_value(std::uint8_t digit) {
  if (digit >= '0' && digit <= '9') return static_cast<std::uint8_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<std::uint8_t>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<std::uint8_t>(digit - 'A' + 10);
  return std::nullopt;
}

bool is_hexadecimal(Bytes word) {
  return std::all_of(word.begin(), word.end(), [](std::uint8_t c) { return hex_value(c).has_value(); });
}

// Decodes in place, so that no copy of a secret is made.
Result<Bytes, std::string> decode_hex(MutableBytes digits) {
  if (!is_hexadecimal(digits)) return fault("HEX: is followed by something else than hexadecimal digits");
  if (digits.size() % 2 != 0) return fault("the key has an odd number of hexadecimal digits");
  const std::size_t size = digits.size() / 2;
  for (std::size_t i = 0; i < size; ++i) {
    digits[i] = static_cast<std::uint8_t>(*hex_value(digits[2 * i]) << 4 | *hex_value(digits[2 * i + 1]));
  }
  return Bytes{digits.first(size)};
}

Result<Bytes, std::string> decode_secret(MutableBytes word) {
  if (starts_with(word, kHexMark)) return decode_hex(word.subspan(kHexMark.size()));
  if (std::any_of(word.begin(), word.end(), [](std::uint8_t c) { return c < ' ' || c == 0x7f; })) {
    return fault("the key has a control character: write it in hexadecimal, with HEX: before it");
  }
  if (starts_with(word, kTextMark)) return Bytes{word.subspan(kTextMark.size())};
  // chrony takes it as a part of the key, ntpsec as the start of a comment.
  if (as_text(word).find('#') != std::string_view::npos) {
    return fault("there is a # within the key: write ASCII: before it if it is a part, else a blank");
  }
  if (word.size() <= kLongestUnmarkedText || !is_hexadecimal(word)) return Bytes{word};
  if (word.size() % 2 != 0 || word.size() > kLongestUnmarkedHex) {
    return fault("programs do not agree on such a key: write HEX: or ASCII: before it");
  }
  return decode_hex(word);
}

std::size_t wanted_size(KeyType type) {
  switch (type) {
    case KeyType::kMd5:
    case KeyType::kSha1:
    case KeyType::kSha256:
    case KeyType::kSha512:
      return 0;  // any
    case KeyType::kAes128:
      return 16;
    case KeyType::kAes256:
      return 32;
  }
  return 0;
}

Result<Key, std::string> parse_key(MutableBytes line) {
  const Words words = split(line);
  // Two words are chrony's short form, in which a third word is not a comment.
  const bool is_short = words.count == 2 && !words.has_comment && !parse_type(words.word[1]);
  if (words.count != 3 && !is_short) return fault("expected a key's number, its type and the key");
  const auto id = parse_key_id(as_text(words.word[0]));
  if (!id) return fault("a key's number is 1 to 4294967295");
  const auto type = is_short ? KeyType::kMd5 : parse_type(words.word[1]);
  if (!type) return fault("a key's type is MD5, SHA1, SHA256, SHA512, AES128 or AES256");
  const auto secret = decode_secret(words.word[words.count - 1]);
  if (!secret) return Fault{secret.error()};
  if (secret->empty()) return fault("the key is empty");
  const std::size_t wanted = wanted_size(*type);
  if (wanted != 0 && secret->size() != wanted) {
    return Fault{std::string{"a key of type "} + to_string(*type) + " has " + std::to_string(wanted) +
                 " bytes, this one has " + std::to_string(secret->size())};
  }
  return Key{*id, *type, *secret};
}

struct NumberedKey {
  Key key;
  std::size_t line;
};

std::string at_line(std::size_t number, const std::string& fault) {
  return "line " + std::to_string(number) + ": " + fault;
}

// Returns nothing if all keys have different numbers.
std::optional<std::string> find_duplicate(const std::vector<NumberedKey>& sorted) {
  const auto twins =
      std::adjacent_find(sorted.begin(), sorted.end(),
                         [](const NumberedKey& a, const NumberedKey& b) { return a.key.id == b.key.id; });
  if (twins == sorted.end()) return std::nullopt;
  return at_line(std::next(twins)->line, "key " + std::to_string(twins->key.id) + " is on line " +
                                             std::to_string(twins->line) + " already");
}

std::optional<std::string> fault_of(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "it is no file";
  if ((status.st_mode & S_IRWXO) != 0) return "others may read or write the keys in it: chmod 600";
  if ((status.st_mode & S_IWGRP) != 0) return "its group may write the keys in it: chmod 600";
  if (status.st_size > static_cast<off_t>(kLargestKeyFile)) return "it is larger than 64 KiB";
  return std::nullopt;
}

Result<LockedBytes, std::string> read_all(const Fd& file, std::size_t size) {
  auto text = LockedBytes::allocate(size);
  if (!text) return fault("no memory for it");
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = read(file.get(), text->writable().data() + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fault{to_string(SysError{errno, "read"})};
    // A partial read could end within a key and make it another one.
    if (count == 0) return fault("it was changed while it was read");
    filled += static_cast<std::size_t>(count);
  }
  return std::move(*text);
}

// All expanded AES keys share one mapping. Returns nothing if there is no memory.
std::optional<LockedBytes> expand(std::vector<Key>& keys) {
  const auto is_for_aes = [](const Key& key) { return wanted_size(key.type) != 0; };
  const auto count = static_cast<std::size_t>(std::count_if(keys.begin(), keys.end(), is_for_aes));
  if (count == 0) return LockedBytes{};
  auto memory = LockedBytes::allocate(count * sizeof(AesCmac));
  if (!memory) return std::nullopt;
  std::uint8_t* next = memory->writable().data();
  for (Key& key : keys) {
    if (!is_for_aes(key)) continue;
    key.expanded = new (next) AesCmac(key.secret);
    next += sizeof(AesCmac);
  }
  memory->protect();
  return memory;
}

}  // namespace

std::optional<std::uint32_t> parse_key_id(std::string_view digits) {
  std::uint32_t id = 0;
  const auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (failure != std::errc{} || stop != digits.data() + digits.size() || id == 0) return std::nullopt;
  return id;
}

std::optional<KeyType> parse_key_type(std::string_view name) {
  struct Name {
    std::string_view text;
    KeyType type;
  };
  constexpr Name kNames[] = {
      {"MD5", KeyType::kMd5},           {"M", KeyType::kMd5},
      {"SHA1", KeyType::kSha1},         {"SHA256", KeyType::kSha256},
      {"SHA512", KeyType::kSha512},     {"AES", KeyType::kAes128},
      {"AESCMAC", KeyType::kAes128},    {"AES128", KeyType::kAes128},
      {"AES128CMAC", KeyType::kAes128}, {"AES256", KeyType::kAes256},
      {"AES256CMAC", KeyType::kAes256},
  };
  for (const Name& known : kNames) {
    if (is_named(name, known.text)) return known.type;
  }
  return std::nullopt;
}

const Key* KeyRing::find(std::uint32_t id) const {
  const auto at = std::lower_bound(keys_.begin(), keys_.end(), id,
                                   [](const Key& key, std::uint32_t wanted) { return key.id < wanted; });
  return at != keys_.end() && at->id == id ? &*at : nullptr;
}

Result<KeyRing, std::string> parse_keys(LockedBytes text) {
  std::vector<NumberedKey> found;
  MutableBytes rest = text.writable();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const MutableBytes line = take_line(rest);
    if (is_comment(line)) continue;
    const auto key = parse_key(line);
    if (!key) return Fault{at_line(number, key.error())};
    found.push_back({*key, number});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const NumberedKey& a, const NumberedKey& b) { return a.key.id < b.key.id; });
  if (const auto duplicate = find_duplicate(found)) return Fault{*duplicate};
  std::vector<Key> keys;
  keys.reserve(found.size());
  for (const NumberedKey& numbered : found) keys.push_back(numbered.key);
  auto expanded = expand(keys);
  if (!expanded) return fault("no memory for the keys");
  text.protect();
  return KeyRing{std::move(text), *std::move(expanded), std::move(keys)};
}

Result<LockedBytes, std::string> read_keys_text(const Fd& file, const struct stat& status) {
  if (const auto why = fault_of(status)) return Fault{*why};
  return read_all(file, static_cast<std::size_t>(status.st_size));
}

Result<KeyRing, std::string> read_key_file(const std::string& path) {
  const auto failure = [&](const std::string& why) { return Fault{path + ": " + why}; };
  // Without O_NONBLOCK, opening a pipe without a writer would block.
  const Fd file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.is_open()) return failure(std::strerror(errno));
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return failure(std::strerror(errno));
  auto text = read_keys_text(file, status);
  if (!text) return failure(text.error());
  auto keys = parse_keys(*std::move(text));
  if (!keys) return failure(keys.error());
  return keys;
}

}  // namespace isletime
