#!/bin/sh
# At boot the clock is wrong by decades and no server answers: sntpd sets it from the chip, and says so. As
# the chip was never compared, the bound is minutes and the time is not reliable.
# shellcheck source=tests/guest/words.sh
. /words.sh

date -u -s '1970-01-01 00:00:10'
sntpd --verbose --rtc "$i2c_device,chip=ds1338" >/tmp/sntpd.log 2>&1 &
hub=$!
eventually is_synchronised
[ "$(date -u +%Y)" = 2036 ]
sntpctl status
sntpctl --json status | grep -q "\"source\":\"rtc:$i2c_device@$chip\""
grep "rtc:$i2c_device@$chip" /tmp/sntpd.log

kill -TERM "$hub"
wait "$hub"
bind_kernel_driver
clock_agrees_with rtc1
