#!/bin/sh
# The same as sntpd_rtc_boot.sh, but by the kernel's driver: /dev/rtc1. The driver does not say whether the
# chip kept its time, so that sets the clock, and is served only if the administrator says trust.
# shellcheck source=tests/guest/words.sh
. /words.sh

is_2036() { [ "$(date -u +%Y)" = 2036 ]; }

bind_kernel_driver
date -u -s '1970-01-01 00:00:10'
sntpd --verbose --rtc /dev/rtc1 >/tmp/sntpd.log 2>&1 &
hub=$!
eventually is_2036
grep 'nothing tells whether it kept its time' /tmp/sntpd.log
if is_synchronised; then exit 1; fi
kill -TERM "$hub"
wait "$hub"

date -u -s '1970-01-01 00:00:10'
sntpd --verbose --rtc /dev/rtc1,trust >/tmp/sntpd.log 2>&1 &
hub=$!
eventually is_synchronised
is_2036
sntpctl --json status | grep -q '"source":"rtc:/dev/rtc1"'

kill -TERM "$hub"
wait "$hub"
clock_agrees_with rtc1
