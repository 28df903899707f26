#!/bin/sh
# rtcset shows, sets and believes the chip as /dev/rtc1, and shows the board's own clock as /dev/rtc0. Neither
# driver says whether its chip ever stopped, so the verdict is bad, and setting the system clock takes
# --force.
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
refuses 1 --force rtcset --device /dev/rtc1 to-system
[ "$(date -u +%Y)" = 2001 ]
rtcset --device /dev/rtc1 --force to-system
clock_agrees_with rtc1
