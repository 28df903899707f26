// SPDX-License-Identifier: MIT
// Stands in for libc's clocks, timers and sockets of one process (LD_PRELOAD), so that the unmodified
// sntpd lives days in seconds beside a simulated server. It takes what public clock simulators take and
// ends the program, with a reason, at what they do not. Settings come as CLOCKSIM_… in the environment;
// the result goes to stdout as "name value" lines when the time is over and SIGTERM has been sent.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include <fcntl.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

namespace {

[[noreturn]] void refuse(const char* what) {
  std::fprintf(stderr, "clocksim: refused: %s\n", what);
  std::_Exit(99);
}

double setting(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtod(text, nullptr);
}

// All times are seconds since the start.
struct Settings {
  double length = setting("CLOCKSIM_SECONDS", 10'000);
  double settled = setting("CLOCKSIM_SETTLED", 0);  // errors count from here on
  double epoch = setting("CLOCKSIM_EPOCH", 1'262'304'000);
  double delay = setting("CLOCKSIM_DELAY", 100e-6);     // each way, at least
  double jitter = setting("CLOCKSIM_JITTER", 100e-6);   // mean of the exponential part
  double send_path = setting("CLOCKSIM_SEND_PATH", 0);  // a reply leaves so long after its stamp
  double loss = setting("CLOCKSIM_LOSS", 0);
  double up = setting("CLOCKSIM_UP", 1);          // the link is up for so long
  double period = setting("CLOCKSIM_PERIOD", 1);  // in every period
  double walk = setting("CLOCKSIM_WALK", 1e-9);
  double frequency = setting("CLOCKSIM_FREQUENCY", 0);
  double offset = setting("CLOCKSIM_OFFSET", 0);
  double step = setting("CLOCKSIM_STEP", 0);
  double step_at = setting("CLOCKSIM_STEP_AT", -1);
  double leap_at = setting("CLOCKSIM_LEAP_AT", 1e18);  // a midnight, whose day has a second more
  double sleep = setting("CLOCKSIM_SLEEP", 0);         // so long does the machine sleep
  double sleep_at = setting("CLOCKSIM_SLEEP_AT", -1);
  double uptime = setting("CLOCKSIM_UPTIME", 0);
  double seed = setting("CLOCKSIM_SEED", 1);
};

struct Clock {
  double real = 0;
  double mono = 0;
  double frequency = 0;
  long tick = 10'000;
  long fine = 0;
  int status = 0;

  double rate() const {
    return (1 + frequency) * (static_cast<double>(tick) / 10'000 + static_cast<double>(fine) / 65'536e6);
  }
  void advance(double by) {
    real += by * rate();
    mono += by * rate();
  }
};

struct Reply {
  double arrives;
  int socket;
  std::array<std::uint8_t, 48> bytes;
  sockaddr_in from;
};

struct Socket {
  bool is_open = false;
  int stamping = 0;
  bool reports_address = false;
  bool has_transmit_stamp = false;
};

void store_stamp(std::uint8_t* at, double epoch, double time) {
  const double whole = std::floor(time);
  const auto seconds = static_cast<std::uint32_t>(static_cast<std::int64_t>(epoch + whole) + 2'208'988'800);
  const auto fraction = static_cast<std::uint32_t>((time - whole) * 4'294'967'296.0);
  for (int i = 0; i < 4; ++i) {
    at[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
    at[4 + i] = static_cast<std::uint8_t>(fraction >> (24 - 8 * i));
  }
}

class Simulation {
 public:
  static constexpr int kFirstSocket = 100;

  void must_be_known(int fd) const {
    if (find(fd) == nullptr) refuse("poll(2) of a descriptor that is no simulated socket");
  }
  Socket* find(int fd) {
    const auto index = static_cast<std::size_t>(fd - kFirstSocket);
    return fd >= kFirstSocket && index < sockets_.size() && sockets_[index].is_open ? &sockets_[index]
                                                                                    : nullptr;
  }
  const Socket* find(int fd) const { return const_cast<Simulation*>(this)->find(fd); }

  int open_socket() {
    const auto free =
        std::find_if(sockets_.begin(), sockets_.end(), [](const Socket& socket) { return !socket.is_open; });
    if (free == sockets_.end()) refuse("more than 20 sockets");
    *free = Socket{};
    free->is_open = true;
    return kFirstSocket + static_cast<int>(free - sockets_.begin());
  }
  void close_socket(int fd) {
    find(fd)->is_open = false;
    std::erase_if(replies_, [fd](const Reply& reply) { return reply.socket == fd; });
  }

  void send(int fd, const std::uint8_t* bytes, std::size_t size, const sockaddr_in& to) {
    ++packets_;
    Socket& socket = *find(fd);
    socket.has_transmit_stamp = (socket.stamping & SOF_TIMESTAMPING_TX_SOFTWARE) != 0;
    if (size != 48 || chance_(random_) < settings_.loss || !link_is_up()) return;
    const double received = now_ + one_way();
    const double left = received + settings_.send_path;
    Reply reply{left + one_way(), fd, {}, to};
    const int leap = received < settings_.leap_at && received > settings_.leap_at - 86'400 ? 0x40 : 0;
    reply.bytes[0] = static_cast<std::uint8_t>(leap | (bytes[0] & 0x38) | 4);
    reply.bytes[1] = 1;
    reply.bytes[3] = static_cast<std::uint8_t>(-23);
    std::memcpy(&reply.bytes[12], "TRUE", 4);
    store_stamp(&reply.bytes[16], settings_.epoch, utc(received) - 1);
    std::memcpy(&reply.bytes[24], bytes + 40, 8);
    store_stamp(&reply.bytes[32], settings_.epoch, utc(received));
    store_stamp(&reply.bytes[40], settings_.epoch, utc(received));
    // RFC 9769, section 2: who names the reply before by its receive stamp is told when it left.
    Before& before = before_[to.sin_addr.s_addr];
    if (std::equal(before.received.begin(), before.received.end(), bytes + 24) && bytes[24] != 0) {
      std::memcpy(&reply.bytes[24], bytes + 32, 8);
      store_stamp(&reply.bytes[40], settings_.epoch, utc(before.left));
    }
    std::memcpy(before.received.data(), &reply.bytes[32], 8);
    before.left = left;
    const auto later = std::find_if(replies_.begin(), replies_.end(),
                                    [&](const Reply& other) { return other.arrives > reply.arrives; });
    replies_.insert(later, reply);
  }

  std::optional<Reply> take_reply(int fd) {
    if (replies_.empty() || replies_.front().arrives > now_ || replies_.front().socket != fd) return {};
    const Reply reply = replies_.front();
    replies_.pop_front();
    return reply;
  }

  bool has_reply(int fd) const {
    return !replies_.empty() && replies_.front().arrives <= now_ && replies_.front().socket == fd;
  }
  // A datagram that has come to a socket which nobody polls is lost.
  void drop_unwanted() {
    if (!replies_.empty() && replies_.front().arrives <= now_) replies_.pop_front();
  }

  // True if the program has been told to end.
  bool wait(double seconds) {
    ++waits_;
    precision_steps_ = 0;
    const double until = now_ + seconds / clock_.rate();
    for (;;) {
      double next = std::min(until, std::floor(now_) + 1);
      if (!replies_.empty()) next = std::min(next, std::max(now_, replies_.front().arrives));
      clock_.advance(next - now_);
      const bool is_whole = next == std::floor(now_) + 1;
      now_ = next;
      if (is_whole) tick();
      if (now_ >= settings_.length) {
        finish();
        return true;
      }
      if (now_ >= until || (!replies_.empty() && replies_.front().arrives <= now_)) return false;
    }
  }

  timespec read(bool is_real) {
    // As long as nothing has been waited for, each reading is later, so that a precision can be measured.
    const double time =
        (is_real ? clock_.real : clock_.mono) + static_cast<double>(precision_steps_) * 101e-9;
    if (waits_ == 0) ++precision_steps_;
    const double whole = std::floor(time);
    const double epoch = is_real ? settings_.epoch : settings_.uptime;
    return {static_cast<time_t>(whole + epoch), static_cast<long>((time - whole) * 1e9)};
  }

  Clock& clock() { return clock_; }
  double uptime() const { return settings_.uptime + clock_.mono + asleep_; }
  const Settings& settings() const { return settings_; }
  void on_step(double by) {
    clock_.real += by;
    ++steps_;
  }

 private:
  // The simulation passes over what the machine sleeps.
  double utc(double time) const { return (time < settings_.leap_at ? time : time - 1) + asleep_; }
  double one_way() { return settings_.delay + settings_.jitter * exponential_(random_); }
  bool link_is_up() const { return std::fmod(now_, settings_.period) <= settings_.up; }

  void tick() {
    clock_.frequency += settings_.walk * normal_(random_);
    if (now_ == settings_.step_at) clock_.real += settings_.step;
    if (now_ == settings_.leap_at && (clock_.status & STA_INS) != 0) clock_.real -= 1;
    // The battery clock counts whole seconds.
    if (now_ == settings_.sleep_at) clock_.real += settings_.sleep + 0.4;
    if (now_ == settings_.sleep_at) asleep_ = settings_.sleep;
    const double error = std::abs(clock_.real - utc(now_));
    if (now_ >= settings_.settled) errors_.push_back(error);
    if (now_ >= settings_.step_at && settings_.step_at >= 0) {
      if (error > 0.01) recovered_ = now_ - settings_.step_at;
    }
    if (!usable_ && error < 0.01) usable_ = now_;
    if (error >= 0.01 && settings_.step_at < 0) usable_.reset();
  }

  void finish() {
    double squares = 0;
    for (const double error : errors_) squares += error * error;
    std::sort(errors_.begin(), errors_.end());
    const auto count = static_cast<double>(errors_.size());
    std::printf("rms_us %.3f\np99_us %.3f\nmax_us %.3f\n", std::sqrt(squares / count) * 1e6,
                errors_[static_cast<std::size_t>(count * 0.99)] * 1e6, errors_.back() * 1e6);
    std::printf("packets %ld\nwakeups %ld\nsteps %ld\nusable_s %.0f\nrecovered_s %.0f\n", packets_, waits_,
                steps_, usable_.value_or(-1), recovered_);
    std::fflush(stdout);
    kill(getpid(), SIGTERM);
  }

  Settings settings_;
  std::mt19937_64 random_{static_cast<std::uint64_t>(settings_.seed)};
  std::exponential_distribution<double> exponential_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> chance_;
  Clock clock_{settings_.offset, 0, settings_.frequency};
  double now_ = 0;
  std::array<Socket, 20> sockets_{};
  struct Before {
    std::array<std::uint8_t, 8> received{};
    double left = 0;
  };
  std::map<in_addr_t, Before> before_;  // each address's last reply
  std::deque<Reply> replies_;
  std::vector<double> errors_;
  long packets_ = 0;
  long waits_ = 0;
  long steps_ = 0;
  int precision_steps_ = 0;
  std::optional<double> usable_;
  double recovered_ = 0;
  double asleep_ = 0;
};

Simulation& simulation() {
  static Simulation one;
  static const pthread_t kOwner = pthread_self();
  if (pthread_equal(kOwner, pthread_self()) == 0) refuse("a second thread");
  return one;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// libc's own names for the parameters are reserved ones.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) refuse("clock_gettime of another clock");
  *time = simulation().read(clock == CLOCK_REALTIME);
  return 0;
}

int clock_adjtime(clockid_t clock, timex* request) noexcept {
  if (clock != CLOCK_REALTIME) refuse("clock_adjtime of another clock");
  Clock& local = simulation().clock();
  if ((request->modes & ADJ_FREQUENCY) != 0)
    local.fine = std::clamp(request->freq, -32'768'000L, 32'768'000L);
  if ((request->modes & ADJ_STATUS) != 0) local.status = request->status & 0xff;
  if ((request->modes & ADJ_TICK) != 0) {
    if (request->tick < 9'000 || request->tick > 11'000) {
      errno = EINVAL;
      return -1;
    }
    local.tick = request->tick;
  }
  if ((request->modes & ADJ_SETOFFSET) != 0) {
    const double unit = (request->modes & ADJ_NANO) != 0 ? 1e-9 : 1e-6;
    simulation().on_step(static_cast<double>(request->time.tv_sec) +
                         static_cast<double>(request->time.tv_usec) * unit);
  }
  request->freq = local.fine;
  request->tick = local.tick;
  request->status = local.status;
  return 0;
}

int clock_settime(clockid_t, const timespec*) noexcept {
  refuse("clock_settime");
}

int timerfd_create(int, int) noexcept {
  refuse("timerfd_create");
}

int socket(int domain, int type, int) noexcept {
  if (domain != AF_INET || type != SOCK_DGRAM) {
    errno = EINVAL;
    return -1;
  }
  return simulation().open_socket();
}

int close(int fd) {
  if (simulation().find(fd) == nullptr) return real<int (*)(int)>("close")(fd);
  simulation().close_socket(fd);
  return 0;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : mode_t{0};
  va_end(arguments);
  if (std::strcmp(path, "/proc/uptime") != 0) {
    return real<int (*)(const char*, int, ...)>("open")(path, flags, mode);
  }
  const int fd = memfd_create("uptime", 0);
  dprintf(fd, "%.2f 0.00\n", simulation().uptime());
  lseek(fd, 0, SEEK_SET);
  return fd;
}

int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  if (simulation().find(fd) != nullptr) return 0;
  return real<int (*)(int, int, ...)>("fcntl")(fd, command, argument);
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t) noexcept {
  Socket* socket = simulation().find(fd);
  if (socket == nullptr) refuse("setsockopt of no simulated socket");
  if (level == SOL_SOCKET && name == SO_TIMESTAMPING) std::memcpy(&socket->stamping, value, sizeof(int));
  if (level == IPPROTO_IP && name == IP_PKTINFO) socket->reports_address = true;
  return 0;
}

int bind(int, const sockaddr*, socklen_t) noexcept {
  return 0;
}

ssize_t sendmsg(int fd, const msghdr* message, int) {
  if (message->msg_iovlen != 1) refuse("more than one iovec");
  if (simulation().find(fd) == nullptr) refuse("sendmsg on no simulated socket");
  sockaddr_in to{};
  std::memcpy(&to, message->msg_name, sizeof to);
  const iovec& part = message->msg_iov[0];
  simulation().send(fd, static_cast<const std::uint8_t*>(part.iov_base), part.iov_len, to);
  return static_cast<ssize_t>(part.iov_len);
}

ssize_t sendto(int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t length) {
  iovec part{const_cast<void*>(bytes), size};
  msghdr message{};
  message.msg_name = const_cast<sockaddr*>(to);
  message.msg_namelen = length;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return sendmsg(fd, &message, flags);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (message->msg_iovlen != 1) refuse("more than one iovec");
  Socket* socket = simulation().find(fd);
  if (socket == nullptr) refuse("recvmsg on no simulated socket");
  const bool is_report = (flags & MSG_ERRQUEUE) != 0;
  if (is_report && !socket->has_transmit_stamp) refuse("an empty error queue was read: it would eat a reply");
  iovec& part = message->msg_iov[0];
  ssize_t size = 0;
  if (is_report) {
    socket->has_transmit_stamp = false;
  } else {
    const auto reply = simulation().take_reply(fd);
    if (!reply) {
      errno = EWOULDBLOCK;
      return -1;
    }
    size = static_cast<ssize_t>(std::min(part.iov_len, reply->bytes.size()));
    std::memcpy(part.iov_base, reply->bytes.data(), static_cast<std::size_t>(size));
    if (message->msg_name != nullptr) std::memcpy(message->msg_name, &reply->from, sizeof reply->from);
    message->msg_namelen = sizeof reply->from;
  }
  constexpr std::size_t kRoom = CMSG_SPACE(3 * sizeof(timespec));
  if (message->msg_control == nullptr || message->msg_controllen < kRoom) refuse("no room for a stamp");
  cmsghdr* control = CMSG_FIRSTHDR(message);
  std::memset(control, 0, kRoom);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_TIMESTAMPING;
  control->cmsg_len = CMSG_LEN(3 * sizeof(timespec));
  const timespec stamp = simulation().read(true);
  std::memcpy(CMSG_DATA(control), &stamp, sizeof stamp);
  message->msg_controllen = kRoom;
  message->msg_flags = is_report ? MSG_ERRQUEUE : 0;
  return size;
}

int poll(pollfd* polled, nfds_t count, int timeout) {
  Simulation& sim = simulation();
  const auto report_ready = [&] {
    int ready = 0;
    for (nfds_t i = 0; i < count; ++i) {
      polled[i].revents = 0;
      if (polled[i].fd < 0) continue;
      sim.must_be_known(polled[i].fd);
      if ((polled[i].events & POLLPRI) != 0 && sim.find(polled[i].fd)->has_transmit_stamp) {
        polled[i].revents = POLLPRI;
        ++ready;
      }
    }
    return ready;
  };
  if (const int ready = report_ready(); ready > 0) return ready;
  if (timeout == 0 && count == 0) refuse("poll(2) that waits for nothing");
  if (sim.wait(timeout < 0 ? 1e9 : timeout / 1000.0 + 1e-6)) {
    errno = EINTR;
    return -1;
  }
  int ready = 0;
  for (nfds_t i = 0; i < count; ++i) {
    if (polled[i].fd >= 0 && (polled[i].events & POLLIN) != 0 && sim.has_reply(polled[i].fd)) {
      polled[i].revents = POLLIN;
      ++ready;
    }
  }
  if (ready == 0) sim.drop_unwanted();
  return ready;
}

int epoll_create1(int) noexcept {
  refuse("epoll");
}

int ppoll(pollfd*, nfds_t, const timespec*, const sigset_t*) {
  refuse("ppoll");
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
