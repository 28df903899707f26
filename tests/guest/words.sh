# shellcheck shell=sh
# Functions that the tests in the guest share. 10.0.2.2 is the host's address on the user network.

# shellcheck disable=SC2034
readonly host=10.0.2.2 i2c_bus=0 i2c_device=/dev/i2c-0 chip=0x68

uptime_s() { cut -d. -f1 /proc/uptime; }

# eventually COMMAND...: repeats it until it succeeds. Uses the uptime because tests set the clock.
eventually() {
  patience_ends=$(($(uptime_s) + 300))
  until "$@"; do
    if [ "$(uptime_s)" -ge "$patience_ends" ]; then return 1; fi
    usleep 200000
  done
}

# refuses STATUS WORDS COMMAND...: the command must exit with STATUS and print WORDS on stderr.
refuses() {
  wanted=$1 words=$2 status=0
  shift 2
  "$@" 2>/tmp/refusal || status=$?
  cat /tmp/refusal
  [ "$status" -eq "$wanted" ] && grep -q -e "$words" /tmp/refusal
}

# sets_chip COMMAND...: the command must set the chip, and may report that its seconds begin elsewhere. A
# write does not restart the second of QEMU's DS1338, as it does that of a real one.
sets_chip() {
  status=0
  "$@" 2>/tmp/refusal || status=$?
  cat /tmp/refusal
  [ "$status" -eq 0 ] || grep -q 'set, but off by [+-]0\.' /tmp/refusal
}

# Sets the clock as if the battery had been dead at boot.
set_clock_wrong() { date -u -s '2001-02-03 04:05:06'; }

# bind_kernel_driver: makes the chip /dev/rtc1, beside the board's own clock.
bind_kernel_driver() {
  echo ds1338 "$chip" >"/sys/bus/i2c/devices/i2c-$i2c_bus/new_device"
  eventually test -e /dev/rtc1
}

# clock_agrees_with RTC: checks agreement to whole seconds, however long reading takes.
clock_agrees_with() {
  before=$(date +%s)
  there=$(cat "/sys/class/rtc/$1/since_epoch")
  after=$(date +%s)
  [ "$there" -ge $((before - 1)) ] && [ "$there" -le $((after + 1)) ]
}

rtcset_i2c() { rtcset --device "$i2c_device" --chip ds1338 "$@"; }

is_reliable() { sntpctl --json status | grep -q '"reliable":true'; }
is_synchronised() { sntpctl --json status | grep -q '"synchronised":true'; }
