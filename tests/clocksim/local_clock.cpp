// SPDX-License-Identifier: MIT
#include "tests/clocksim/local_clock.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "tests/clocksim/settings.hpp"

namespace isletime::clocksim {
namespace {

constexpr unsigned kSimulated = ADJ_FREQUENCY | ADJ_STATUS | ADJ_TICK | ADJ_SETOFFSET;
// The simulated kernel accepts these and ignores them.
constexpr unsigned kTold = ADJ_MAXERROR | ADJ_ESTERROR | ADJ_TIMECONST | ADJ_NANO | ADJ_TAI;
constexpr long kMostFine = 32'768'000;
constexpr double kErrorOfStepped = 16e6;  // microseconds

}  // namespace

// The kernel lets the maximum error grow by 500 ppm, and calls a clock unsynchronised when it reaches 16 s
// (timex.h: MAXFREQ, NTP_PHASE_LIMIT).
void LocalClock::advance(double by) {
  real_ += by * rate();
  mono_ += by * rate();
  raw_ += by * (1 + frequency_ + extra_);
  max_error_ = std::min(max_error_ + 500 * by, kErrorOfStepped);
  if (max_error_ >= kErrorOfStepped) status_ |= STA_UNSYNC;
}

void LocalClock::set_rate(double rate) {
  tick_ = 10'000 + std::lround(rate / 100e-6);
  fine_ = std::lround((rate - static_cast<double>(tick_ - 10'000) * 100e-6) * 65'536e6);
}

void LocalClock::vouch(double error) {
  status_ &= ~STA_UNSYNC;
  max_error_ = error * 1e6;
}

void LocalClock::step(double by) {
  if (by == 0) return;
  real_ += by;
  ++steps_;
}

int LocalClock::adjust(timex& request) {
  unsigned modes = request.modes;
  // An offset of zero cancels another program's slew, of which there is none here.
  if (request.offset == 0) modes &= ~static_cast<unsigned>(ADJ_OFFSET_SINGLESHOT);
  if ((modes & ~(kSimulated | kTold)) != 0) refuse("adjtimex(2) with a mode that is not simulated");
  if (refuses_ && (modes & (ADJ_FREQUENCY | ADJ_TICK | ADJ_SETOFFSET)) != 0) {
    errno = EPERM;
    return -1;
  }
  if ((modes & ADJ_TICK) != 0 && (request.tick < 9'000 || request.tick > 11'000)) {
    errno = EINVAL;
    return -1;
  }
  if ((modes & ADJ_FREQUENCY) != 0) fine_ = std::clamp(request.freq, -kMostFine, kMostFine);
  if ((modes & ADJ_STATUS) != 0) status_ = request.status & 0xff;
  if ((modes & ADJ_TICK) != 0) tick_ = request.tick;
  if ((modes & ADJ_MAXERROR) != 0) max_error_ = static_cast<double>(request.maxerror);
  if ((modes & ADJ_SETOFFSET) != 0) {
    max_error_ = kErrorOfStepped;  // by this chronyd detects that the kernel has ADJ_SETOFFSET
    const double unit = (modes & ADJ_NANO) != 0 ? 1e-9 : 1e-6;
    step(static_cast<double>(request.time.tv_sec) + static_cast<double>(request.time.tv_usec) * unit);
  }
  request.offset = 0;
  request.freq = fine_;
  request.tick = tick_;
  request.maxerror = std::lround(max_error_);
  request.status = status_;
  return (status_ & STA_UNSYNC) != 0 ? TIME_ERROR : TIME_OK;
}

}  // namespace isletime::clocksim
