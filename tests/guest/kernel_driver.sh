#!/bin/sh
# The kernel's driver binds to the chip, keeps i2c-dev away from it, and reads and sets it as /dev/rtc1.
# shellcheck source=tests/guest/words.sh
. /words.sh

bind_kernel_driver
grep ds1307 /sys/class/rtc/rtc1/name
if i2cget -y "$i2c_bus" "$chip" 0; then exit 1; fi

date -u -s '2030-05-06 07:08:09'
hwclock --utc --systohc --rtc=/dev/rtc1
hwclock --utc --show --rtc=/dev/rtc1 | grep -q '2030'
[ "$(i2cget -f -y "$i2c_bus" "$chip" 6)" = 0x30 ]
