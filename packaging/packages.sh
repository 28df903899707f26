# shellcheck shell=bash disable=SC2034
# The packages of Debian 12 that are needed, and how they are installed. Sourced by quickstart and check.

build_packages=(
  g++ cmake ninja-build pkgconf curl
  libcli11-dev libfmt-dev libsodium-dev nettle-dev nlohmann-json3-dev libcap-ng-dev libseccomp-dev
  libcurl4-gnutls-dev libmicrohttpd-dev libgnutls28-dev libsqlite3-dev libqrencode-dev
)

test_packages=(
  libgtest-dev libgmock-dev python3
  clang clang-format clang-tidy libclang-rt-dev lld llvm
  mandoc shellcheck gnuplot-nox openssl
  # Parses the metrics of syncweb.
  python3-prometheus-client
  # Firmware: compilers for the ESP8266 and the Cortex-M3, and machines to run the result.
  gcc-xtensa-lx106 picolibc-xtensa-lx106-elf
  gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib
  qemu-system-misc qemu-system-arm
  # Unpacks the sources of lwIP for the firmware.
  dpkg-dev
  # Reads the Kconfig of the module for Zephyr.
  python3-kconfiglib
  # Real peers: tools for their network namespace, the dissector, and the libraries of the unpacked programs.
  iproute2 tshark netbase
  libbsd0 libcap2 libedit2 libgnutls30 libseccomp2 libssl3
  # A browser for the web page.
  chromium chromium-driver
)
# It fetches axe-core, which looks for what keeps people out of a page. Others' packages of Node.js contain it.
command -v npm >/dev/null || test_packages+=(npm)

# The peer of tests/bench/web, and the client that loads both.
web_bench_packages=(nginx-light wrk)

# The guest of tests/guest: the packages that make and run it, and its contents, Debian's for 32-bit ARM,
# which are unpacked but never installed.
guest_packages=(g++-arm-linux-gnueabihf cpio kmod qemu-system-arm)
guest_armhf_packages=(
  busybox-static
  libcli11-dev libfmt-dev libfmt9 libsodium-dev libsodium23 nettle-dev libnettle8 nlohmann-json3-dev
  libcap-ng-dev libcap-ng0 libseccomp-dev libseccomp2
)

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed* ]]
}

# Packages must not inherit a strict umask, because their scripts create files that all users read.
apt_as_root() {
  local sudo=()
  if ((EUID != 0)); then sudo=(sudo); fi
  (umask 022 && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null)
}

can_be_root() {
  ((EUID == 0)) || command -v sudo >/dev/null
}

# install_missing PACKAGE...: does nothing, and does not call apt, if all are installed.
install_missing() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return; fi
  if ! can_be_root; then
    echo "${0##*/}: needs root or sudo to install: ${missing[*]}" >&2
    return 3
  fi
  echo "${0##*/}: installing ${missing[*]}"
  apt_as_root update && apt_as_root install --yes --no-install-recommends "${missing[@]}"
}
