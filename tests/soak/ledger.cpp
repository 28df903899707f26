// SPDX-License-Identifier: MIT
#include "tests/soak/ledger.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isletime::soak {

void Ledger::on_sent(const Tag& tag, IpAddress from, std::size_t size, MonoTime now) {
  switch (tag.kind) {
    case Kind::kPlain:
      ++figures_.plain;
      break;
    case Kind::kSigned:
      ++figures_.authenticated;
      break;
    case Kind::kWronglySigned:
    case Kind::kMalformed:
      ++figures_.malformed;
      return;
    case Kind::kStranger:
      ++figures_.strangers;
      return;
  }
  awaited_.emplace(tag.number, Sent{tag.kind, from, size, now});
}

void Ledger::on_reply(Bytes reply, const Endpoint& from, IpAddress to, MonoTime now) {
  if (const char* fault = find_fault(reply, from, to)) {
    note_wrong(fault, reply);
    return;
  }
  const Tag tag = to_tag(parse_header(reply).origin);
  if (tag.kind == Kind::kWronglySigned) return;
  ++figures_.answered;
  if (tag.kind == Kind::kSigned && key_) ++figures_.verified;
  figures_.longest_wait = std::max(figures_.longest_wait, elapsed(find(tag.number)->at, now));
  if (awaited_.erase(tag.number) == 0) figures_.lost -= lost_.erase(tag.number);
}

void Ledger::give_up(MonoTime before) {
  const auto is_recent = [&](const auto& entry) { return entry.second.at >= before; };
  const auto first = std::find_if(awaited_.begin(), awaited_.end(), is_recent);
  figures_.lost += static_cast<std::uint64_t>(std::distance(awaited_.begin(), first));
  lost_.insert(awaited_.begin(), first);
  awaited_.erase(awaited_.begin(), first);
}

const Ledger::Sent* Ledger::find(std::uint64_t number) const {
  for (const auto* books : {&awaited_, &lost_}) {
    const auto sent = books->find(number);
    if (sent != books->end()) return &sent->second;
  }
  return nullptr;
}

const char* Ledger::find_fault(Bytes reply, const Endpoint& from, IpAddress to) const {
  if (from != server_) return "it comes from elsewhere";
  if (reply.size() < kHeaderSize) return "it is shorter than a header";
  const Header header = parse_header(reply);
  const Tag tag = to_tag(header.origin);
  // The server may reply with a crypto-NAK: the header and four zero bytes.
  if (tag.kind == Kind::kWronglySigned) {
    return reply.size() > kHeaderSize + 4 ? "it answers one who has no key" : nullptr;
  }
  if (tag.kind == Kind::kMalformed) return "it answers what is no request";
  if (tag.kind == Kind::kStranger) return "it answers a stranger";
  const Sent* sent = find(tag.number);
  if (sent == nullptr) return "it answers what was answered, or never asked";
  if (sent->from != to) return "it went to somebody else";
  if (reply.size() > sent->size) return "it is longer than its request";
  if (header.mode != Mode::kServer && header.mode != Mode::kSymmetricPassive) return "it is of another mode";
  if (header.receive.is_unset() || header.transmit.is_unset()) return "a stamp is missing";
  if (header.transmit - header.receive < nanoseconds::zero()) return "it left before its request came";
  if (tag.kind == Kind::kSigned && key_ && !is_signed_by(*key_, reply)) return "it is not signed";
  return nullptr;
}

void Ledger::note_wrong(const char* what, Bytes reply) {
  if (figures_.wrong++ > 0) return;
  figures_.first_wrong = fmt::format("{} bytes, {}:", reply.size(), what);
  for (const std::uint8_t byte : reply.first(std::min<std::size_t>(reply.size(), 96))) {
    figures_.first_wrong += fmt::format(" {:02x}", byte);
  }
}

}  // namespace isletime::soak
