// SPDX-License-Identifier: MIT
#include "tools/sntpd/service_manager.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace isletime::sntpd {
namespace {

std::optional<std::int64_t> number(const char* text) {
  if (text == nullptr) return std::nullopt;
  const char* end = text + std::strlen(text);
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

// The address is a path, or "@" and a name in Linux's abstract namespace. Returns an empty text for anything
// else, and if it is too long.
std::string address_of(const char* name) {
  if (name == nullptr || (name[0] != '/' && name[0] != '@')) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(name);
  if (length < 2 || length >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, name, length);
  if (name[0] == '@') address.sun_path[0] = '\0';
  return {reinterpret_cast<const char*>(&address), offsetof(sockaddr_un, sun_path) + length};
}

std::optional<nanoseconds> interval_of(const char* microseconds, const char* watched) {
  const auto interval = number(microseconds);
  // Programs that the watched one starts inherit both variables.
  if (watched != nullptr && number(watched) != getpid()) return std::nullopt;
  constexpr std::int64_t kLongest = std::chrono::microseconds{std::chrono::hours{24}}.count();
  if (!interval || *interval < 2) return std::nullopt;
  return nanoseconds{std::chrono::microseconds{std::min(*interval, kLongest)}} / 2;
}

}  // namespace

ServiceManager::ServiceManager(const std::function<const char*(const char* name)>& environment)
    : address_(address_of(environment("NOTIFY_SOCKET"))),
      watchdog_interval_(interval_of(environment("WATCHDOG_USEC"), environment("WATCHDOG_PID"))) {
  if (!address_.empty()) socket_ = Fd{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
}

void ServiceManager::ready() const {
  tell("READY=1");
}

void ServiceManager::stopping() const {
  tell("STOPPING=1");
}

void ServiceManager::alive() const {
  tell("WATCHDOG=1");
}

void ServiceManager::status(std::string_view text) const {
  std::string message{"STATUS="};
  message += text;
  // A second line would be a separate message.
  std::replace(message.begin(), message.end(), '\n', ' ');
  tell(message);
}

void ServiceManager::tell(std::string_view message) const {
  if (!socket_.is_open()) return;
  sockaddr_un address{};
  std::memcpy(&address, address_.data(), address_.size());
  sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(address_.size()));
}

}  // namespace isletime::sntpd
