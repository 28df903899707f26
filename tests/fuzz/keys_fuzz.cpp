// SPDX-License-Identifier: MIT
// The input is a key file. Keys that are read can be written in chrony's format and read again as the same;
// packets signed with them verify, and a fault is reported in plain words with its line.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/key_file.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

Result<KeyRing, std::string> read(const void* text, std::size_t size) {
  auto locked = LockedBytes::allocate(size);
  const auto* bytes = static_cast<const std::uint8_t*>(text);
  std::copy(bytes, bytes + size, locked->writable().begin());
  return parse_keys(*std::move(locked));
}

void check_fault(const std::string& fault, std::size_t lines) {
  constexpr const char* kLine = "line ";
  require(fault.rfind(kLine, 0) == 0, "a fault begins with its line");
  const unsigned long line = std::stoul(fault.substr(std::char_traits<char>::length(kLine)));
  require(line >= 1 && line <= lines, "the line is there");
  require(std::all_of(fault.begin(), fault.end(), [](char c) { return c >= ' ' && c <= '~'; }),
          "a fault is plain text");
  require(fault.size() < 120, "a fault is short");
}

std::string line_of(const Key& key) {
  std::string line = std::to_string(key.id) + ' ' + to_string(key.type) + " HEX:";
  for (const std::uint8_t byte : key.secret) {
    for (const int half : {byte >> 4, byte & 0xf}) line += "0123456789abcdef"[half];
  }
  return line + '\n';
}

bool is_same(const Key& a, const Key& b) {
  return a.id == b.id && a.type == b.type &&
         std::equal(a.secret.begin(), a.secret.end(), b.secret.begin(), b.secret.end());
}

void check_signature(const Key& key, std::uint8_t version) {
  std::vector<std::uint8_t> datagram(kHeaderSize);
  datagram[0] = static_cast<std::uint8_t>(version << 3 | 3);
  const SentMac mac(key, datagram);
  datagram.insert(datagram.end(), mac.bytes().begin(), mac.bytes().end());
  require(is_signed_by(key, datagram), "what a key signed is signed by it");
  datagram.back() = static_cast<std::uint8_t>(datagram.back() ^ 1);
  require(!is_signed_by(key, datagram), "a wrong digest is none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto keys = read(data, size);
  if (!keys) {
    check_fault(keys.error(), static_cast<std::size_t>(std::count(data, data + size, '\n')) + 1);
    return 0;
  }
  std::string text;
  for (const Key& key : keys->keys()) {
    require(key.id != 0 && !key.secret.empty(), "a key has a number and a secret");
    require(keys->find(key.id) == &key, "a key is found by its number");
    check_signature(key, 4);
    check_signature(key, 3);
    text += line_of(key);
  }
  const auto again = read(text.data(), text.size());
  require(again.has_value(), "what was read can be written and read");
  require(std::equal(again->keys().begin(), again->keys().end(), keys->keys().begin(), keys->keys().end(),
                     is_same),
          "keys stay the same");
  return 0;
}
