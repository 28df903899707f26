#!/bin/sh
# rtcset shows and sets the chip as /dev/rtc1, and shows the board's own clock as /dev/rtc0. Neither driver
# says whether its chip ever stopped, so the verdict is bad, unless --trust is given. The system clock is set
# by it, with a warning.
# shellcheck source=tests/guest/words.sh
. /words.sh

bind_kernel_driver
for device in /dev/rtc0 /dev/rtc1; do
  status=0
  rtcset --device "$device" show >/tmp/show.log || status=$?
  [ "$status" -eq 1 ]
  grep 2036-03-04 /tmp/show.log
done

date -u -s '2030-05-06 07:08:09'
sets_chip rtcset --device /dev/rtc1 set from-system
clock_agrees_with rtc1

set_clock_wrong
rtcset --device /dev/rtc1 to-system 2>/tmp/warning
grep 'nothing tells whether its time survived' /tmp/warning
clock_agrees_with rtc1
rtcset --device /dev/rtc1 --trust show
