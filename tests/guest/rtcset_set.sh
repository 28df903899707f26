#!/bin/sh
# rtcset sets the chip from the clock, and a dry run does not: by the kernel's driver, chip and clock then
# agree.
# shellcheck source=tests/guest/words.sh
. /words.sh

date -u -s '2030-05-06 07:08:09'
rtcset_i2c --dry-run set from-system
[ "$(i2cget -y "$i2c_bus" "$chip" 6)" = 0x36 ]
sets_chip rtcset_i2c set from-system
rtcset_i2c compare

bind_kernel_driver
clock_agrees_with rtc1
