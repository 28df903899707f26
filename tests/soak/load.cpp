// SPDX-License-Identifier: MIT
// A crowd of clients, good and bad, at a steady pace; prints its books as a line of JSON. Outstanding
// requests always fit the server's socket buffer, so the server has no excuse to lose any.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>

#include <poll.h>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/key_file.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tests/soak/ledger.hpp"
#include "tests/soak/many_clients.hpp"
#include "tests/soak/requests.hpp"
#include "tests/soak/spoofer.hpp"
#include "tools/common/command_line.hpp"

using namespace isletime;

namespace {

volatile std::sig_atomic_t stopping = 0;

struct Options {
  std::string server;
  std::uint16_t port = 123;
  std::string clients;  // a prefix
  double seconds = 10;
  double rate = 100'000;
  std::string keys;
  std::uint32_t key = 1;
  bool is_signing = false;  // the server signs replies to signed requests
  bool only_plain = false;
  double patience = 10;
};

// With the requests that get no reply, this is half of a socket's default buffer.
constexpr std::size_t kWindow = 80;
constexpr std::size_t kBatch = 48;
constexpr IpAddress kStrangers = IpAddress::v4(0xc633'6400);  // 198.51.100.0/24

class Crowd {
 public:
  Crowd(const Options& options, const Endpoint& server, const Prefix& clients, const KeyRing& keys)
      : options_(options),
        clients_(clients),
        keys_(keys),
        sockets_{server},
        ledger_(server, options.is_signing ? std::optional{*keys.find(options.key)} : std::nullopt) {
    if (!options.only_plain) spoofer_.emplace(server);
  }

  void run() {
    const MonoTime start = mono_now();
    const MonoTime end = start + in_nanoseconds(options_.seconds);
    MonoTime now = start;
    for (; now < end && stopping == 0; now = mono_now()) {
      const double due = options_.rate * std::chrono::duration<double>{now - start}.count();
      if (static_cast<double>(number_) < due && ledger_.awaited() + kBatch <= kWindow) send_batch(now);
      receive(nanoseconds{std::chrono::milliseconds{ledger_.awaited() + kBatch <= kWindow ? 0 : 1}});
      if (static_cast<double>(number_) >= due) receive(std::chrono::microseconds{200});
      ledger_.give_up(now - in_nanoseconds(options_.patience));
    }
    const MonoTime patience_ends = now + in_nanoseconds(options_.patience);
    while (ledger_.awaited() > 0 && mono_now() < patience_ends) receive(std::chrono::milliseconds{10});
    ledger_.give_up(MonoTime::max());
    seconds_ = std::chrono::duration<double>{now - start}.count();
  }

  void print() {
    const soak::Figures& f = ledger_.figures();
    fmt::print(
        "{{\"seconds\":{:.3f},\"plain\":{},\"signed\":{},\"malformed\":{},\"strangers\":{},\"spoofed\":{},"
        "\"answered\":{},\"verified\":{},\"lost\":{},\"wrong\":{},\"first_wrong\":\"{}\","
        "\"longest_wait_ms\":{:.3f}}}\n",
        seconds_, f.plain, f.authenticated, f.malformed, f.strangers, f.spoofed, f.answered, f.verified,
        f.lost, f.wrong, f.first_wrong, std::chrono::duration<double, std::milli>{f.longest_wait}.count());
  }

 private:
  static nanoseconds in_nanoseconds(double seconds) {
    return nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
  }

  IpAddress client(std::uint64_t number) const {
    const std::uint32_t count = std::uint32_t{1} << (128 - clients_.length);
    // Spreads over all addresses except the first, which is the network's own, and the last, the broadcast
    // address.
    const auto host = static_cast<std::uint32_t>(number * 7919 % (count - 2) + 1);
    return IpAddress::v4(clients_.address.v4_value() + host);
  }

  // A third of the requests are malformed, and a few come from addresses that are not allowed.
  soak::Kind kind_of(std::uint64_t number) const {
    if (options_.only_plain) return soak::Kind::kPlain;
    if (number % 3 == 0) return soak::Kind::kMalformed;
    if (number % 32 == 1) return soak::Kind::kStranger;
    if (number % 32 == 5) return soak::Kind::kWronglySigned;
    return options_.is_signing && number % 8 == 2 ? soak::Kind::kSigned : soak::Kind::kPlain;
  }

  soak::Outgoing make(const soak::Tag& tag) const {
    const IpAddress from = client(tag.number);
    switch (tag.kind) {
      case soak::Kind::kPlain:
        return {from, soak::make_plain(tag.number)};
      case soak::Kind::kSigned:
        return {from, soak::make_signed(tag.kind, *keys_.find(options_.key), tag.number)};
      case soak::Kind::kWronglySigned: {
        Key unknown = *keys_.find(options_.key);
        unknown.id = tag.number % 2 == 0 ? options_.key : 0xdead;
        auto bytes = soak::make_signed(tag.kind, unknown, tag.number);
        bytes.back() = static_cast<std::uint8_t>(bytes.back() ^ 1);
        return {from, std::move(bytes)};
      }
      case soak::Kind::kMalformed:
        return {from, soak::make_malformed(tag.number)};
      case soak::Kind::kStranger: {
        const auto host = static_cast<std::uint32_t>(tag.number % 254 + 1);
        return {IpAddress::v4(kStrangers.v4_value() + host), soak::make_strangers(tag.number)};
      }
    }
    return {};
  }

  void send_batch(MonoTime now) {
    std::vector<soak::Outgoing> batch;
    for (std::size_t i = 0; i < kBatch; ++i) batch.push_back(make({kind_of(number_ + i), number_ + i}));
    const std::size_t sent = sockets_.send(batch);
    for (std::size_t i = 0; i < sent; ++i, ++number_) {
      ledger_.on_sent({kind_of(number_), number_}, batch[i].from, batch[i].bytes.size(), now);
    }
    if (sent == 0) receive(std::chrono::milliseconds{10});  // there is no route at present
    if (!spoofer_) return;
    spoofer_->send(soak::make_strangers(number_));
    ++ledger_.figures().spoofed;
  }

  void receive(nanoseconds wait) {
    pollfd polled{.fd = sockets_.socket().get(), .events = POLLIN, .revents = 0};
    const timespec timeout{.tv_sec = 0, .tv_nsec = wait.count()};
    ppoll(&polled, 1, &timeout, nullptr);
    sockets_.receive([&](Bytes bytes, const Endpoint& from, IpAddress to) {
      ledger_.on_reply(bytes, from, to, mono_now());
    });
  }

  const Options& options_;
  Prefix clients_;
  const KeyRing& keys_;
  soak::ManyClients sockets_;
  std::optional<soak::Spoofer> spoofer_;
  soak::Ledger ledger_;
  std::uint64_t number_ = 0;
  double seconds_ = 0;
};

int run(const Options& options) {
  const auto server = parse_address(options.server);
  const auto clients = parse_prefix(options.clients);
  const auto keys = read_key_file(options.keys);
  if (!keys) throw std::runtime_error(keys.error());
  if (!server || !clients || clients->length > 126 || keys->find(options.key) == nullptr) {
    throw std::runtime_error("no address, no prefix of clients, or no key of that number");
  }
  Crowd crowd(options, {server->address, options.port}, *clients, *keys);
  crowd.run();
  crowd.print();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  Log::Level level = Log::Level::kNotices;
  CommandLine line({"soak_load", "A crowd of clients, good and bad.", ""}, level);
  const auto number = [](double& value) {
    return [&value](const std::string& text) { value = std::stod(text); };
  };
  line.add_option("--server", options.server).required();
  line.add_option("--port", options.port);
  line.add_option("--clients", options.clients, "Their addresses, a prefix that is local here").required();
  line.add_option("--seconds", number(options.seconds));
  line.add_option("--rate", number(options.rate), "Requests a second");
  line.add_option("--keys", options.keys).required();
  line.add_option("--key", options.key);
  line.add_flag("--signing", options.is_signing, "The server signs: ask for it too");
  line.add_flag("--only-plain", options.only_plain);
  line.add_option("--patience", number(options.patience), "Seconds until a request counts as lost");
  std::signal(SIGTERM, [](int) { stopping = 1; });
  try {
    if (const auto status = line.parse(argc, argv)) return static_cast<int>(*status);
    return run(options);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "soak_load: {}\n", failure.what());
    return 3;
  }
}
