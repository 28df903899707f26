#!/bin/sh
# At boot the clock is wrong by decades: rtcset sets it from the chip.
# shellcheck source=tests/guest/words.sh
. /words.sh

set_clock_wrong
rtcset_i2c --dry-run to-system
[ "$(date -u +%Y)" = 2001 ]

rtcset_i2c to-system
[ "$(date -u +%Y)" = 2036 ]
bind_kernel_driver
clock_agrees_with rtc1
