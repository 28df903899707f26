// SPDX-License-Identifier: MIT
#include "tools/sntpd/client_log.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace isletime::sntpd {
namespace {

constexpr std::size_t kSetSize = 8;
constexpr std::size_t kSets = ClientLog::kMostClients / kSetSize;
constexpr std::uint8_t kNoVersion = 0xff;

struct Entry {
  IpAddress address;
  std::uint64_t requests = 0;  // 0: nobody's
  std::uint64_t refused = 0;
  std::uint64_t turn = 0;  // of the last request; in order also where the wall clock is set back
  WallTime last;
  WallTime previous;
  std::uint8_t version = kNoVersion;
};
static_assert(sizeof(Entry) <= 64, "an entry is one cache line");

using Set = std::array<Entry, kSetSize>;

// Multiplications by odd numbers without a pattern carry each bit upwards; the top ones are taken.
std::size_t set_of(IpAddress address, std::uint64_t secret) {
  static_assert(kSets == 128);
  std::uint64_t mixed = (address.low ^ secret) * 0x9e37'79b9'7f4a'7c15U;
  mixed = (mixed ^ mixed >> 32 ^ address.high) * 0xd6e8'feb8'6659'fd93U;
  mixed = (mixed ^ mixed >> 32) * 0x9e37'79b9'7f4a'7c15U;
  return mixed >> 57;
}

Entry& entry_of(Set& set, IpAddress address) {
  // An unused one bears the address of nobody, and may well become nobody's.
  for (Entry& entry : set) {
    if (entry.address == address) return entry;
  }
  // Unused ones have had no turn.
  Entry& oldest = *std::min_element(set.begin(), set.end(),
                                    [](const Entry& a, const Entry& b) { return a.turn < b.turn; });
  oldest = Entry{};
  oldest.address = address;
  return oldest;
}

ClientRecord record_of(const Entry& entry) {
  ClientRecord record{entry.address, entry.requests, entry.refused, entry.last, {}, {}};
  if (entry.requests > 1) record.previous = entry.previous;
  if (entry.version != kNoVersion) record.version = entry.version;
  return record;
}

// The same client, as two logs saw it.
void add_to(ClientRecord& sum, const ClientRecord& other) {
  const bool is_newer = other.last > sum.last;
  if (is_newer || !sum.version) sum.version = other.version ? other.version : sum.version;
  const WallTime one_before = std::min(sum.last, other.last);
  sum.last = std::max(sum.last, other.last);
  const WallTime earliest = WallTime::min();
  sum.previous = std::max({one_before, sum.previous.value_or(earliest), other.previous.value_or(earliest)});
  sum.requests += other.requests;
  sum.refused += other.refused;
}

}  // namespace

struct ClientLog::Table {
  std::mutex mutex;
  std::uint64_t secret = 0;
  std::uint64_t turn = 0;
  Totals totals;
  // Made as they are needed: most islands are small.
  std::array<std::unique_ptr<Set>, kSets> sets;
};

ClientLog::ClientLog(std::uint64_t secret) : table_(std::make_unique<Table>()) {
  table_->secret = secret;
}
ClientLog::ClientLog(ClientLog&&) noexcept = default;
ClientLog& ClientLog::operator=(ClientLog&&) noexcept = default;
ClientLog::~ClientLog() = default;

ClientLog::Batch::Batch(Table& table) : table_(table), lock_(table.mutex) {}

void ClientLog::Batch::add(const Arrival& request, Outcome outcome) {
  auto& set = table_.sets[set_of(request.from.address, table_.secret)];
  if (!set) set = std::make_unique<Set>();
  Entry& entry = entry_of(*set, request.from.address);
  entry.previous = std::exchange(entry.last, request.received);
  entry.turn = ++table_.turn;
  ++entry.requests;
  if (outcome == Outcome::kRefused) ++entry.refused;
  ++(outcome == Outcome::kRefused ? table_.totals.refused : table_.totals.answered);
  // RFC 5905, section 7.3: bits 2 to 4 of the first byte.
  if (!request.bytes.empty()) entry.version = request.bytes[0] >> 3 & 7;
}

std::vector<ClientRecord> ClientLog::records() const {
  std::vector<ClientRecord> records;
  const std::lock_guard lock(table_->mutex);
  for (const auto& set : table_->sets) {
    if (!set) continue;
    for (const Entry& entry : *set) {
      if (entry.requests > 0) records.push_back(record_of(entry));
    }
  }
  return records;
}

ClientLog::Totals ClientLog::totals() const {
  const std::lock_guard lock(table_->mutex);
  return table_->totals;
}

std::vector<ClientRecord> merge(std::vector<ClientRecord> records) {
  std::sort(records.begin(), records.end(),
            [](const ClientRecord& a, const ClientRecord& b) { return a.address < b.address; });
  std::vector<ClientRecord> merged;
  for (const ClientRecord& record : records) {
    if (!merged.empty() && merged.back().address == record.address) {
      add_to(merged.back(), record);
    } else {
      merged.push_back(record);
    }
  }
  std::stable_sort(merged.begin(), merged.end(),
                   [](const ClientRecord& a, const ClientRecord& b) { return a.requests > b.requests; });
  return merged;
}

}  // namespace isletime::sntpd
