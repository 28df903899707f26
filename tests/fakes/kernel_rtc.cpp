// SPDX-License-Identifier: MIT
#include "tests/fakes/kernel_rtc.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <dlfcn.h>
#include <vector>

#include <linux/rtc.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "libsync/posix/dev_rtc.hpp"

namespace isletime::fakes {
namespace {

std::vector<KernelRtc*>& all() {
  static std::vector<KernelRtc*> clocks;
  return clocks;
}

}  // namespace

KernelRtc::KernelRtc(const KernelDriver& driver, std::function<nanoseconds()> now)
    : driver_(driver), now_(std::move(now)), path_(folder_.path("rtc0")) {
  folder_.write("rtc0", "");
  all().push_back(this);
}

KernelRtc::~KernelRtc() {
  std::erase(all(), this);
}

void KernelRtc::lose(nanoseconds by) {
  ahead_ -= by;
  is_lost_ = !driver_.clears_flag;
}

bool KernelRtc::is_of(int descriptor) const {
  struct stat theirs {};
  struct stat ours {};
  return fstat(descriptor, &theirs) == 0 && stat(path_.c_str(), &ours) == 0 && theirs.st_dev == ours.st_dev &&
         theirs.st_ino == ours.st_ino;
}

nanoseconds KernelRtc::shown(nanoseconds now) {
  if (seen_) ahead_ += std::chrono::duration_cast<nanoseconds>((now - *seen_) * rate);
  seen_ = now;
  return now + ahead_;
}

int KernelRtc::answer(unsigned long request, void* argument) {
  const nanoseconds now = now_();
  const nanoseconds shows = shown(now);
  switch (request) {
    case RTC_RD_TIME:
      if (is_lost_ && driver_.refuses_lost_time) return EINVAL;
      *static_cast<rtc_time*>(argument) =
          to_rtc_time(to_civil_time(WallTime{std::chrono::floor<seconds>(shows)}));
      return 0;
    case RTC_SET_TIME: {
      const auto set = to_civil_time(*static_cast<rtc_time*>(argument));
      if (!set) return EINVAL;
      ahead_ = seconds_since_epoch(*set) + (seconds{1} - driver_.first_second) - now;
      is_lost_ = false;
      ++sets_;
      return 0;
    }
    case RTC_VL_READ:
      if (!driver_.has_flags) return ENOTTY;
      *static_cast<unsigned*>(argument) = flags | (is_lost_ ? RTC_VL_DATA_INVALID : 0U);
      return 0;
    default:
      return ENOTTY;
  }
}

}  // namespace isletime::fakes

extern "C" int ioctl(int descriptor, unsigned long request, ...) noexcept {
  using isletime::fakes::KernelRtc;
  std::va_list arguments;
  va_start(arguments, request);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  auto& clocks = isletime::fakes::all();
  const auto of = std::find_if(clocks.begin(), clocks.end(),
                               [descriptor](KernelRtc* clock) { return clock->is_of(descriptor); });
  if (of == clocks.end()) {
    static auto* const real = reinterpret_cast<int (*)(int, unsigned long, void*)>(dlsym(RTLD_NEXT, "ioctl"));
    return real(descriptor, request, argument);
  }
  const int error = (*of)->answer(request, argument);
  if (error == 0) return 0;
  errno = error;
  return -1;
}
