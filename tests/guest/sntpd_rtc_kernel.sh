#!/bin/sh
# The same as sntpd_rtc_boot.sh, but by the kernel's driver: /dev/rtc1.
# shellcheck source=tests/guest/words.sh
. /words.sh

bind_kernel_driver
date -u -s '1970-01-01 00:00:10'
sntpd --verbose --rtc /dev/rtc1 >/tmp/sntpd.log 2>&1 &
hub=$!
eventually is_synchronised
[ "$(date -u +%Y)" = 2036 ]
sntpctl --json status | grep -q '"source":"rtc:/dev/rtc1"'

kill -TERM "$hub"
wait "$hub"
clock_agrees_with rtc1
