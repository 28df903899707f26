// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/client_log.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tools/sntpd/serving/address_table.hpp"

namespace isletime::sntpd {
namespace {

constexpr std::uint8_t kNoVersion = 0xff;

// A step of splitmix64: without its state, its numbers look random.
std::uint32_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9e37'79b9'7f4a'7c15U;
  mixed = (mixed ^ mixed >> 30) * 0xbf58'476d'1ce4'e5b9U;
  mixed = (mixed ^ mixed >> 27) * 0x94d0'49bb'1331'11ebU;
  return static_cast<std::uint32_t>(mixed >> 32);
}

// Adds up the same client's records from two logs.
void add_to(ClientRecord& sum, const ClientRecord& other) {
  const bool is_newer = other.last > sum.last;
  if (is_newer || !sum.version) sum.version = other.version ? other.version : sum.version;
  const WallTime one_before = std::min(sum.last, other.last);
  sum.last = std::max(sum.last, other.last);
  const WallTime earliest = WallTime::min();
  sum.previous = std::max({one_before, sum.previous.value_or(earliest), other.previous.value_or(earliest)});
  sum.requests += other.requests;
  sum.refused += other.refused;
  sum.limited += other.limited;
  sum.versions = static_cast<std::uint8_t>(sum.versions | other.versions);
}

}  // namespace

// Clients at an address that sign with a key.
struct Signer {
  IpAddress address;
  std::uint32_t key_id = 0;

  bool operator==(const Signer&) const = default;
};

constexpr std::array<std::uint64_t, 2> words_of(const Signer& signer) {
  return {signer.address.high ^ signer.key_id, signer.address.low};
}

struct SignerLimits {
  RateLimit limit;
  VainChecks checks;
};

struct ClientLog::Entry {
  std::uint64_t requests = 0;
  std::uint32_t refused = 0;
  std::uint32_t limited = 0;
  RateLimit limit;
  WallTime last;
  WallTime previous;
  std::uint8_t version = kNoVersion;
  std::uint8_t versions = 0;
};

struct ClientLog::Table {
  explicit Table(std::uint64_t secret)
      : random(secret), clients(secret), networks(~secret), signers(secret) {}

  std::mutex mutex;
  std::uint64_t random;
  Totals totals;
  AddressTable<Entry, kMostClients> clients;
  AddressTable<RateLimit, kMostClients> networks;  // IPv6 networks that share a limit
  // Only clients that have signed correctly are here, so that strangers cannot displace any.
  AddressTable<SignerLimits, kMostClients, Signer> signers;
  VainChecks strangers_checks;
};

ClientLog::ClientLog(std::uint64_t secret) : table_(std::make_unique<Table>(secret)) {}
ClientLog::ClientLog(ClientLog&&) noexcept = default;
ClientLog& ClientLog::operator=(ClientLog&&) noexcept = default;
ClientLog::~ClientLog() = default;

ClientLog::Batch::Batch(Table& table, MonoTime now) : table_(table), now_(now), lock_(table.mutex) {}

void ClientLog::Batch::add(const Request& request) {
  address_ = request.from.address;
  entry_ = &table_.clients.at(address_, now_);
  entry_->previous = std::exchange(entry_->last, request.received);
  ++entry_->requests;
  ++table_.totals.requests;
  if (request.bytes.empty()) return;
  // RFC 5905, section 7.3: the version is in bits 2 to 4 of the first byte, counted from the top.
  entry_->version = request.bytes[0] >> 3 & 7;
  entry_->versions = static_cast<std::uint8_t>(entry_->versions | 1U << entry_->version);
}

void ClientLog::Batch::refuse() {
  ++entry_->refused;
  ++table_.totals.refused;
}

Allowance ClientLog::Batch::limit() {
  const IpAddress shared = limited_as(address_);
  return admit(shared == address_ ? entry_->limit : table_.networks.at(shared, now_));
}

Allowance ClientLog::Batch::limit_signed(std::uint32_t key_id) {
  SignerLimits& limits = table_.signers.at({limited_as(address_), key_id}, now_);
  const Allowance allowance = admit(limits.limit);
  // An attacker who repeats another client's signed packet makes us check it in vain.
  if (allowance == Allowance::kNothing && !limits.checks.take(now_)) table_.strangers_checks.take(now_);
  return allowance;
}

bool ClientLog::Batch::may_check_mac(std::uint32_t key_id) {
  SignerLimits* limits = table_.signers.find({limited_as(address_), key_id});
  if (limits != nullptr && limits->checks.has_token(now_)) return true;
  if (table_.strangers_checks.has_token(now_)) return true;
  count_limited();
  return false;
}

void ClientLog::Batch::on_wrong_mac(std::uint32_t key_id) {
  SignerLimits* limits = table_.signers.find({limited_as(address_), key_id});
  if (limits == nullptr || !limits->checks.take(now_)) table_.strangers_checks.take(now_);
  (void)limit();
}

Allowance ClientLog::Batch::admit(RateLimit& limit) {
  const Allowance allowance = limit.admit(now_, next_random(table_.random));
  if (allowance != Allowance::kWithin) count_limited();
  return allowance;
}

void ClientLog::Batch::count_limited() {
  ++entry_->limited;
  ++table_.totals.limited;
}

std::vector<ClientRecord> ClientLog::records() const {
  std::vector<ClientRecord> records;
  const std::lock_guard lock(table_->mutex);
  table_->clients.for_each([&](IpAddress address, const Entry& entry) {
    ClientRecord record{.address = address,
                        .requests = entry.requests,
                        .refused = entry.refused,
                        .limited = entry.limited,
                        .last = entry.last,
                        .previous = {},
                        .version = {},
                        .versions = entry.versions};
    if (entry.requests > 1) record.previous = entry.previous;
    if (entry.version != kNoVersion) record.version = entry.version;
    records.push_back(record);
  });
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
